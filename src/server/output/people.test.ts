import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canaryMessage } from './canary-message.ts';
import { openReceiver } from './kinds/index.ts';
import type { OutputSettings } from './settings.ts';
import { certificate, type FakeRequest, openFake } from './testing/fake.ts';
import { NO_QUERIES } from './testing/no-queries.ts';
import { createReceiverDeps } from './way-out.ts';

const common = { name: 'out', what: 'alerts', minSeverity: 'informational' } as const;
const alert = canaryMessage('019524f0-1111-7abc-8def-0123456789ab', 'M1', 1.7e15);
const never = new AbortController().signal;

const receiverOf = (settings: OutputSettings, secrets: Record<string, string> = {}) =>
  openReceiver(
    settings,
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
    }),
  );

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

describe('PagerDuty', () => {
  it('is triggered, and told apart by what it answers', async () => {
    const events: Record<string, unknown>[] = [];
    const server = await openFake(({ body }) => {
      const event = JSON.parse(body);
      if (!/^[a-z0-9]{32}$/.test(event.routing_key))
        return {
          status: 400,
          body: { status: 'invalid event', errors: ["'routing_key' is invalid"] },
        };
      events.push(event);
      return { status: 202, body: { status: 'success', dedup_key: event.dedup_key } };
    });
    const settings = {
      ...common,
      kind: 'pagerduty',
      url: server.url,
      routingKey: 'env:K',
    } as const;
    await receiverOf(settings, { 'env:K': 'r'.repeat(32) }).send([alert], never);
    expect(events[0]).toMatchObject({ event_action: 'trigger', payload: { severity: 'info' } });
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
