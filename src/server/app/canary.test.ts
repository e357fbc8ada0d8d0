import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '#server/http/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import { openRsyslog } from '#server/output/testing/rsyslog.ts';
import { runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { loadConfig } from './config/index.ts';
import { serve } from './serve.ts';

it('the canary arrives at rsyslog, and fails when rsyslog stops', {
  timeout: 120_000,
}, async () => {
  const certificate = makeCertificate();
  const server = await openRsyslog(certificate);
  const data = mkdtempSync(join(tmpdir(), 'weir-canary-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  writeFileSync(join(data, 'ca.pem'), certificate.cert);
  writeFileSync(
    join(data, 'weir.yaml'),
    `listen: 127.0.0.1:0
outputs:
  - { name: siem, kind: syslog, host: localhost, port: ${server.port}, minSeverity: high, tls: { ca: ca.pem } }
  - { name: lake, kind: parquet, folder: lake }
  - { name: people, kind: slack, url: 'env:NOWHERE' }
`,
  );
  const { config } = loadConfig(undefined, data);
  const log = createLog({ level: 'error', form: 'json', now: Date.now, write: () => {} });
  const running = await serve({ folder: data, config, configFile: undefined, log, env: {} });
  onTestFinished(() => running.stop());

  async function canary(...more: string[]) {
    let out = '';
    let err = '';
    const into = (take: (text: string) => void) =>
      new Writable({
        write(chunk, _, done) {
          take(String(chunk));
          done();
        },
      });
    const code = await runCommandLine(COMMANDS, ['canary', '--data', data, ...more], '1.2.3', {
      env: {},
      stdin: process.stdin,
      stdout: into((text) => {
        out += text;
      }),
      stderr: into((text) => {
        err += text;
      }),
      isTerminal: { stdout: false, stderr: false },
      width: 0,
      signal: new AbortController().signal,
    });
    return { code, err, answer: JSON.parse(out) };
  }

  const first = await canary();
  expect(first.err).toBe('');
  expect(first.code).toBe(0);
  expect(first.answer.hops.map((hop: { hop: string }) => hop.hop)).toEqual([
    'source and ingestion',
    'detection',
    'alert',
    'output siem',
    'output lake',
  ]);
  expect(server.lines().join()).toContain(first.answer.marker);

  await server.stop();
  const second = await canary('--timeout', '4s');
  expect(second.code).toBe(1);
  // One that fails is enough; the others are told of all the same.
  expect(second.answer.hops.slice(-2)).toMatchObject([
    { hop: 'output siem', ok: false, says: expect.stringContaining('nobody listens there') },
    { hop: 'output lake', ok: true },
  ]);
  expect(second.err).toContain('output siem: localhost:');
  expect((await canary('--output', 'lake')).code).toBe(0);

  await server.start();
  const third = await canary();
  expect(third.code).toBe(0);
  // What the second one left in the queue has come after all.
  expect(server.lines().join()).toContain(second.answer.marker);

  const people = await canary('--output', 'people', '--output', 'none');
  expect(people.code).toBe(1);
  expect(people.answer.hops.slice(-2)).toMatchObject([
    { hop: 'output people', ok: false, says: expect.stringContaining('NOWHERE is not set') },
    { hop: 'output none', ok: false, hint: 'There are: siem, lake, people.' },
  ]);
});
