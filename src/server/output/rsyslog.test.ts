import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Message } from '#core/output/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import { syslog } from './kinds/syslog.ts';
import type { ReceiverDeps } from './receiver.ts';
import type { SyslogSettings } from './settings.ts';
import { NO_QUERIES } from './testing/no-queries.ts';
import { openRsyslog } from './testing/rsyslog.ts';
import { createReceiverDeps } from './way-out.ts';

const certificate = makeCertificate();
const settings = (port: number, more: Partial<SyslogSettings> = {}): SyslogSettings => ({
  name: 'siem',
  kind: 'syslog',
  what: 'alerts',
  minSeverity: 'informational',
  host: 'localhost',
  port,
  transport: 'tls',
  framing: 'octet-counting',
  rfc: 5424,
  facility: 13,
  app: 'weir',
  ...more,
});
const deps = (ca = certificate.cert): ReceiverDeps =>
  createReceiverDeps({
    context: {
      version: '1.2.3',
      host: 'weir.example',
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
    },
    secret: () => '',
    now: Date.now,
    queries: NO_QUERIES,
    ca,
  });
const rows = (count: number, text = 'x'): Message[] =>
  Array.from({ length: count }, (_, n) => ({
    kind: 'row',
    id: `m-${n}`,
    table: 'T',
    values: { n, text },
  }));
const never = new AbortController().signal;
const ids = (lines: readonly string[]) =>
  lines.map((line) => /\[weir@32473 id="([^"]*)"\]/.exec(line)?.[1]);

it('is confirmed by an rsyslog that read everything, over TLS', { timeout: 60_000 }, async () => {
  const server = await openRsyslog(certificate);
  const receiver = syslog.open(settings(server.port), deps());
  await receiver.send(rows(2000, 'é\u{1F600}|=\\ '.repeat(20)), never);
  await receiver.send(rows(1), never);
  await server.stop();
  expect(ids(server.lines())).toEqual([...rows(2000).map((r) => r.id), 'm-0']);
  expect(server.lines()[7]).toContain('ad.n=7');
  await expect(receiver.send(rows(1), never)).rejects.toMatchObject({
    kind: 'later',
    message: expect.stringContaining('nobody listens there'),
  });
});

it('loses nothing that was confirmed while rsyslog is restarted again and again', {
  timeout: 180_000,
}, async () => {
  const server = await openRsyslog(certificate);
  const receiver = syslog.open(settings(server.port), deps());
  const all = Array.from({ length: 15 }, (_, batch) =>
    rows(400, 'y'.repeat(400)).map((row): Message => ({ ...row, id: `${batch}-${row.id}` })),
  );
  let isDone = false;
  let confirmed = 0;
  const restarts = (async () => {
    let count = 0;
    // A machine on which nothing gets through between two restarts gets more time.
    for (let patience = 1, before = 0; !isDone; before = confirmed) {
      await new Promise((resolve) => setTimeout(resolve, patience * (100 + 50 * (count % 5))));
      patience = confirmed > before ? 1 : patience * 2;
      await server.stop();
      await server.start();
      count++;
    }
    return count;
  })();
  let failures = 0;
  for (const batch of all)
    for (;;) {
      try {
        await receiver.send(batch, never);
        confirmed++;
        break;
      } catch (error) {
        expect(error).toMatchObject({ kind: 'later' });
        failures++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  isDone = true;
  expect(await restarts).toBeGreaterThan(2);
  await server.stop();
  const received = ids(server.lines());
  expect(new Set(received)).toEqual(
    new Set(all.flat().map((message) => (message as { id: string }).id)),
  );
  // Twice is allowed where a batch was cut off, and only there.
  expect(received.length - new Set(received).size).toBeLessThanOrEqual(failures * 400);
});

it('refuses a receiver whose certificate is not trusted, and one that does not speak TLS', async () => {
  const server = await openRsyslog(certificate);
  const stranger = makeCertificate().cert;
  await expect(
    syslog.open(settings(server.port), deps(stranger)).send(rows(1), never),
  ).rejects.toMatchObject({
    kind: 'setting',
    message: expect.stringContaining('cannot be trusted'),
  });
  expect(server.lines()).toEqual([]);
});

it('speaks plain TCP with line feeds, and RFC 3164', { timeout: 60_000 }, async () => {
  const server = await openRsyslog(undefined);
  const old = settings(server.port, { transport: 'tcp', framing: 'lf', rfc: 3164, format: 'leef' });
  await syslog.open(old, deps()).send(rows(3, 'a\nb'), never);
  await server.stop();
  expect(server.lines().map((line) => line.split('\t').slice(3, 5))).toEqual(
    rows(3).map(() => ['weir.example', 'weir']),
  );
  expect(server.lines()[2]).toContain(
    'LEEF:2.0|Weir|Weir|1.2.3|T|x09|externalId=m-2#011n=2#011text=a b',
  );
});
