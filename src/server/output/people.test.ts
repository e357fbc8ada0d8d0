import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ipEntity } from '#core/alert/index.ts';
import type { AlertMessage } from '#core/output/index.ts';
import { canaryMessage } from './canary-message.ts';
import { openReceiver } from './kinds/index.ts';
import type { OutputSettings } from './settings.ts';
import { certificate, type FakeRequest, openFake } from './testing/fake.ts';
import { NO_QUERIES } from './testing/no-queries.ts';
import { openPagerduty, openSlack, openTeams } from './testing/services.ts';
import { createReceiverDeps } from './way-out.ts';

const common = { name: 'out', what: 'alerts', minSeverity: 'informational' } as const;
const alert = canaryMessage('019524f0-1111-7abc-8def-0123456789ab', 'M1', 1.7e15);
const never = new AbortController().signal;

const depsOf = (secrets: Record<string, string>) =>
  createReceiverDeps({
    context: {
      version: '1.2.3',
      host: 'weir.example',
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
    },
    secret: (reference) => secrets[reference] ?? '',
    now: Date.now,
    queries: NO_QUERIES,
    ca: certificate.cert,
    timeoutMs: 500,
  });
const receiverOf = (settings: OutputSettings, secrets: Record<string, string> = {}) =>
  openReceiver(settings, depsOf(secrets));

describe('a webhook', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  /** As a receiver checks it by the specification of Standard Webhooks. */
  function isGenuine({ headers, body }: FakeRequest): boolean {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const id = String(headers['webhook-id']);
    const at = String(headers['webhook-timestamp']);
    const wanted = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
    const given = String(headers['webhook-signature']).split(' ');
    return given.includes(`v1,${wanted}`) && Math.abs(Date.now() / 1000 - Number(at)) < 300;
  }

  it('is signed, and named by its alert and version', async () => {
    const bodies: string[] = [];
    const server = await openFake((request) => {
      if (!isGenuine(request)) return { status: 401 };
      bodies.push(request.body);
      return { status: 204 };
    });
    const settings = {
      ...common,
      kind: 'webhook',
      url: `${server.url}/in`,
      secret: 'env:S',
    } as const;
    await receiverOf(settings, { 'env:S': secret }).send([alert], never);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ id: alert.id, version: 1, kind: 'alert' });
    await expect(
      receiverOf(settings, { 'env:S': 'whsec_AAAA' }).send([alert], never),
    ).rejects.toMatchObject({ kind: 'setting' });
    server.troubles.push({ status: 302, headers: { location: 'https://169.254.169.254/' } });
    await expect(
      receiverOf(settings, { 'env:S': secret }).send([alert], never),
    ).rejects.toMatchObject({ kind: 'setting', message: expect.stringContaining('302') });
  });

  it('is signed by the old and the new secret while one replaces the other, and sent again when it hangs', async () => {
    const requests: FakeRequest[] = [];
    const server = await openFake((request) => {
      requests.push(request);
      return isGenuine(request) ? { status: 204 } : { status: 401 };
    });
    const settings = { ...common, kind: 'webhook', url: server.url, secret: 'env:S' } as const;
    const receiver = receiverOf(settings, { 'env:S': `whsec_AAAA ${secret}` });
    server.troubles.push('hang', { status: 429, headers: { 'retry-after': '7' } });
    await expect(receiver.send([alert], never)).rejects.toMatchObject({ kind: 'later' });
    await expect(receiver.send([alert], never)).rejects.toMatchObject({
      kind: 'later',
      waitMs: 7000,
    });
    await receiver.send([alert], never);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['webhook-id']).toBe(`${alert.id}-1`);
  });

  it('never goes to a link address, whatever is configured', async () => {
    const settings = { ...common, kind: 'webhook', url: 'https://169.254.169.254/x' } as const;
    await expect(receiverOf(settings).send([alert], never)).rejects.toMatchObject({
      kind: 'setting',
      message: expect.stringContaining('no output may reach'),
    });
  });
});

describe('chats', () => {
  it('are services on the internet: their addresses lead nowhere inside, and are in no message', async () => {
    const server = await openFake(() => ({ status: 200 }));
    const url = `${server.url}/services/T0/B0/very-secret`;
    for (const kind of ['slack', 'teams'] as const) {
      const failure = await receiverOf({ ...common, kind, url: 'env:U' }, { 'env:U': url })
        .send([alert], never)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: 'setting' });
      expect(String(failure)).not.toContain('very-secret');
    }
  });
});

/** With everything in it that makes a message long. */
const huge: AlertMessage = {
  ...alert,
  title: '<!channel> & "x" '.repeat(500),
  description: '&<>*_'.repeat(5000),
  nextSteps: Array.from({ length: 50 }, (_, n) => `Step ${n} ${'y'.repeat(500)}`),
  techniques: Array.from({ length: 200 }, (_, n) => `T${1000 + n}`),
  entities: Array.from({ length: 500 }, (_, n) =>
    ipEntity(`10.0.${n >> 8}.${n & 255}`, 'target', true),
  ),
  link: 'https://weir.example/incidents/7',
};

describe.each([
  ['slack', openSlack],
  ['teams', openTeams],
] as const)('%s', (kind, openService) => {
  /** As the product sends, but that this machine counts as the internet. */
  const receiver = (url: string, now = Date.now) => {
    const deps = depsOf({ 'env:U': url });
    const waited: number[] = [];
    const sleep = async (ms: number) => void waited.push(ms);
    const post: typeof deps.post = (request, tls) => deps.post(request, tls);
    const settings = { ...common, kind, url: 'env:U' } as const;
    return { waited, ...openReceiver(settings, { ...deps, post, sleep, now }) };
  };

  it('takes any alert, about one a second', async () => {
    const server = await openService();
    const now = Date.now();
    const { send, waited } = receiver(server.url, () => now);
    expect(
      await send([alert, huge, { ...alert, kind: 'incident', status: 'closed' }], never),
    ).toEqual({ rejected: [] });
    expect(server.taken).toHaveLength(3);
    expect(JSON.stringify(server.taken[1])).toContain('https://weir.example/incidents/7');
    expect(waited).toHaveLength(2);
    expect(Math.min(...waited)).toBeGreaterThan(1000);
  });

  it('is left alone for as long as it asks, and its address is in no message', async () => {
    const server = await openService();
    server.troubles.push({ status: 429, headers: { 'retry-after': '30' }, body: 'rate_limited' });
    await expect(receiver(server.url).send([alert], never)).rejects.toMatchObject({
      kind: 'later',
      waitMs: 30_000,
    });
    server.troubles.push('hang');
    await expect(receiver(server.url).send([alert], never)).rejects.toMatchObject({
      kind: 'later',
    });
    const gone = await receiver(`${new URL(server.url).origin}/services/very-secret-too`)
      .send([alert], never)
      .catch((error: unknown) => error);
    expect(gone).toMatchObject({ kind: 'setting', message: expect.stringContaining('404') });
    expect(String(gone)).not.toContain('very-secret');
  });
});

describe('PagerDuty', () => {
  it('is triggered, resolved under the same key, and told apart by what it answers', async () => {
    const server = await openPagerduty('r'.repeat(32));
    const settings = {
      ...common,
      kind: 'pagerduty',
      url: server.url,
      routingKey: 'env:K',
    } as const;
    await receiverOf(settings, { 'env:K': 'r'.repeat(32) }).send(
      [alert, huge, { ...alert, version: 3, status: 'closed' }],
      never,
    );
    expect(server.taken).toMatchObject([
      { event_action: 'trigger', payload: { severity: 'info' } },
      { event_action: 'trigger' },
      { event_action: 'resolve' },
    ]);
    expect(new Set(server.taken.map((event) => event['dedup_key'])).size).toBe(1);
    await expect(
      receiverOf(settings, { 'env:K': 'short' }).send([alert], never),
    ).rejects.toMatchObject({ kind: 'content' });
    server.troubles.push({ status: 429 });
    await expect(
      receiverOf(settings, { 'env:K': 'r'.repeat(32) }).send([alert], never),
    ).rejects.toMatchObject({ kind: 'later' });
  });
});

/** A relay by RFC 5321 with STARTTLS and AUTH PLAIN; it takes no mail before both. */
async function openRelay(more: { readonly refuses?: string } = {}) {
  const mails: { from: string; to: string[]; text: string }[] = [];
  function talk(socket: Socket, isSafe: boolean): void {
    let isIn = false;
    let mail = { from: '', to: [] as string[], text: '' };
    let isData = false;
    const say = (text: string) => socket.write(`${text}\r\n`);
    if (!isSafe) say('220 relay.example ESMTP');
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => {
      if (isData) {
        if (line !== '.') mail.text += `${line.replace(/^\./, '')}\r\n`;
        else {
          isData = false;
          if (more.refuses !== undefined) say(`554 ${more.refuses}`);
          else {
            mails.push(mail);
            say('250 queued');
          }
          mail = { from: '', to: [], text: '' };
        }
        return;
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO')
        socket.write(
          `250-relay.example\r\n${isSafe ? '250-AUTH PLAIN' : '250-STARTTLS'}\r\n250 8BITMIME\r\n`,
        );
      else if (line === 'STARTTLS' && !isSafe) {
        lines.close();
        say('220 go ahead');
        const safe = new TLSSocket(socket, { isServer: true, ...certificate });
        safe.on('error', () => {});
        talk(safe, true);
      } else if (line.startsWith('AUTH PLAIN ') && isSafe) {
        isIn = Buffer.from(line.slice(11), 'base64').toString() === '\0weir\0good';
        say(isIn ? '235 welcome' : '535 5.7.8 authentication failed');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else if (!isIn) say('530 5.7.0 authenticate first');
      else if (verb === 'MAIL') {
        mail.from = line;
        say('250 ok');
      } else if (verb === 'RCPT') {
        mail.to.push(line);
        say(line.includes('unknown') ? '550 no such user' : '250 ok');
      } else if (verb === 'DATA') {
        isData = true;
        say('354 go on');
      } else say('500 what?');
    });
  }
  const server = createServer((socket) => {
    socket.on('error', () => {});
    talk(socket, false);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, mails };
}

describe('mail', () => {
  const settings = (port: number, more: object = {}): OutputSettings => ({
    ...common,
    kind: 'mail',
    host: 'localhost',
    port,
    transport: 'starttls',
    user: 'weir',
    password: 'env:P',
    from: 'weir@x.org',
    to: ['soc@x.org', 'boss@x.org'],
    ...more,
  });

  it('goes to the relay over TLS, logged in', async () => {
    const relay = await openRelay();
    const { rejected } = await receiverOf(settings(relay.port), { 'env:P': 'good' }).send(
      [alert, { ...alert, version: 2 }],
      never,
    );
    expect(rejected).toEqual([]);
    expect(relay.mails).toHaveLength(2);
    expect(relay.mails[0]).toMatchObject({
      from: 'MAIL FROM:<weir@x.org>',
      to: ['RCPT TO:<soc@x.org>', 'RCPT TO:<boss@x.org>'],
      text: expect.stringContaining('Subject: Information: Weir canary M1'),
    });
    expect(relay.mails[1]?.text).toContain(`References: <${alert.id}-1@x.org>`);
  });

  it('sets aside what the relay refuses, and holds back for a wrong password', async () => {
    const relay = await openRelay({ refuses: 'looks like spam' });
    const send = (password: string, more: object = {}) =>
      receiverOf(settings(relay.port, more), { 'env:P': password }).send([alert], never);
    expect((await send('good')).rejected).toEqual([
      { index: 0, reason: 'the relay refuses it: 554 looks like spam' },
    ]);
    const failure = await send('very-bad').catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'setting', message: expect.stringContaining('535') });
    expect(String(failure)).not.toContain('very-bad');
    await expect(send('good', { to: ['unknown@x.org'] })).rejects.toMatchObject({
      kind: 'setting',
      message: expect.stringContaining('unknown@x.org'),
    });
  });
});
