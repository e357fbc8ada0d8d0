import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '#server/http/index.ts';
import { loadConfig } from './config/index.ts';
import { serve } from './serve.ts';

const SCANNER = '10.66.0.9';
const BAR_SECONDS = 15;

/** How many times longer than alone the processor takes, because others use it too. */
function slowness(): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  for (let spent = 0; spent < 200_000; ) {
    const used = process.cpuUsage(before);
    spent = used.user + used.system;
  }
  return Math.max(1, (performance.now() - startedAt) / 200);
}

/** A VNet flow log of some tuples. */
const vnetLog = (tuples: readonly string[]) =>
  JSON.stringify({
    records: [
      {
        time: new Date().toISOString(),
        macAddress: '00224880A001',
        flowLogResourceID: '/F',
        targetResourceID: '/T',
        flowRecords: {
          flows: [{ aclID: 'a', flowGroups: [{ rule: 'r', flowTuples: tuples }] }],
        },
      },
    ],
  });

it('a scan of ports in a followed folder, beside what else goes on, is an alert within 15 seconds of its commit', {
  timeout: 240_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-scan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [data, logs] = [join(folder, 'data'), join(folder, 'logs')];
  mkdirSync(data);
  mkdirSync(logs);
  writeFileSync(
    join(data, 'weir.yaml'),
    `listen: 127.0.0.1:0\nsources:\n  - { kind: folder, name: logs, path: ${logs} }\n`,
  );
  const { config } = loadConfig(undefined, data);
  const log = createLog({ level: 'error', form: 'json', now: Date.now, write: () => {} });
  const running = await serve({ folder: data, config, configFile: undefined, log, env: {} });
  onTestFinished(() => running.stop());
  const { token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'));

  async function ask(path: string, body?: object) {
    const answer = await fetch(`${running.localUrl}/api/v1/${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    expect(answer.status).toBe(200);
    return JSON.parse(await answer.text());
  }
  const put = (name: string, tuples: readonly string[]) => {
    writeFileSync(join(folder, name), vnetLog(tuples));
    renameSync(join(folder, name), join(logs, name));
  };
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(200);
    }
  };

  // A server that has been running: its processes are there, and detectors have looked once.
  const clients = Array.from({ length: 200 }, (_, i) => `10.1.0.${1 + i}`);
  let puts = 0;
  const putUsual = () =>
    put(
      `usual-${puts++}.json`,
      clients.map(
        (ip, i) => `${Date.now()},${ip},10.2.0.7,${50_000 + i},443,6,O,E,NX,5,900,6,4000`,
      ),
    );
  putUsual();
  await until(async () => {
    const { rows } = await ask('query', { query: 'PairHours | count' });
    const { behind } = await ask('status');
    const isIdle = behind.every(
      (b: { says: string; stage: string }) => b.stage !== 'looking' || b.says === 'Nothing waits.',
    );
    return rows[0][0] > 0 && isIdle ? true : undefined;
  });

  // More comes all the time: what looks far back waits for its turn, and nothing quick may wait with it.
  const coming = setInterval(putUsual, 1000);
  onTestFinished(() => clearInterval(coming));
  const counted = async () => {
    const { rows } = await ask('query', { query: 'PairHours | summarize sum(RecordCount)' });
    return Number(rows[0][0]);
  };
  await until(async () => ((await counted()) >= 6 * clients.length ? true : undefined));

  const ports = Array.from({ length: 120 }, (_, i) => 1 + i);
  put(
    'scan.json',
    ports.map(
      (port) => `${Date.now()},${SCANNER},10.2.0.7,${40_000 + port},${port},6,O,D,NX,1,60,0,0`,
    ),
  );
  const [alert] = await until(async () => {
    const { alerts } = await ask(`alerts?finder=port-scan&text=${SCANNER}`);
    return alerts.length > 0 ? alerts : undefined;
  });
  const toldAt = Date.now();
  const { rows } = await ask('query', {
    query: `Flows | where SrcIp == '${SCANNER}' | summarize max(ingestion_time())`,
  });
  expect(alert.title).toContain(SCANNER);
  expect((toldAt - Date.parse(rows[0][0])) / 1000).toBeLessThan(BAR_SECONDS * slowness());
});
