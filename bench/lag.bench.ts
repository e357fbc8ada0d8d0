/**
 * How far detection is behind a running `weir serve` at twice the rated ingest, and how long after its commit a scan of ports
 * is an alert. Rated is a day of 100 million flows, 1,160 a second; a file of a second's flows comes each second.
 *
 *     npm run bench -- lag [--quick] [--minutes=N] [--rate=N]     3 minutes of 2,320 flows a second unless given
 *
 * Bars: detection lag, from the commit of flows until every detector that looks as they come has looked, under 60 seconds; the
 * alert within 15 seconds.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { DETECTORS, MINUTE } from '../src/core/detect/index.ts';
import { watchTree } from './process-tree.ts';
import { home } from './weir-command.ts';

const LAG_BAR = 60;
const ALERT_BAR = 15;
const quick = process.argv.includes('--quick');
const numberOf = (name: string, usual: number) =>
  Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? usual);
const rate = numberOf('rate', 2320);
const seconds = 60 * numberOf('minutes', quick ? 1 : 3);
const SCANNER = '10.66.0.9';

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
const data = join(folder, 'data');
const logs = join(folder, 'logs');
mkdirSync(logs);
mkdirSync(data);
writeFileSync(
  join(data, 'weir.yaml'),
  `sources:\n  - { kind: folder, name: logs, path: ${logs} }\n`,
);

/** A log of Azure's with some tuples; whole at once, under its own name. */
function put(name: string, tuples: readonly string[]): void {
  const record = {
    time: new Date().toISOString(),
    macAddress: '00224880A001',
    flowLogResourceID: '/F',
    targetResourceID: '/T',
    flowRecords: {
      flows: [{ aclID: 'a', flowGroups: [{ rule: 'r', flowTuples: tuples }] }],
    },
  };
  writeFileSync(join(folder, name), JSON.stringify({ records: [record] }));
  renameSync(join(folder, name), join(logs, name));
}

/** Flows as they go: 2,000 clients of 50 services, begun and ended, answered. */
function benign(second: number): readonly string[] {
  const at = Date.now();
  return Array.from({ length: rate }, (_, i) => {
    const n = Math.imul(second * rate + (i >> 1) + 1, 0x9e3779b1) >>> 0;
    const client = `10.1.${n % 8}.${1 + ((n >> 4) % 250)}`;
    const server = `10.2.0.${1 + ((n >> 12) % 50)}`;
    const counts = i % 2 ? `E,NX,5,${600 + (n % 900)},6,${1000 + (n % 9000)}` : 'B,NX,0,0,0,0';
    return `${at - (n % 1000)},${client},${server},${1024 + (n % 60_000)},443,6,O,${counts}`;
  });
}

const scan = (): readonly string[] =>
  Array.from(
    { length: 120 },
    (_, i) => `${Date.now()},${SCANNER},10.2.0.7,${40_000 + i},${1 + i},6,O,D,NX,1,60,0,0`,
  );

/** When counts were committed, as far as seen, µs: segments of an hour that grows are replaced, by newer ones. */
const commits = new Set<number>();

/** How long the oldest of what was counted has waited for detectors that look every minute, and for any; seconds. */
function lookingLags(): { readonly quick: number; readonly any: number } {
  const db = new DatabaseSync(join(data, 'weir.db'), { readOnly: true });
  try {
    const newest = db
      .prepare(
        `SELECT max(committed_at) AS at FROM segment WHERE table_name = 'PairHours' AND state = 'visible'`,
      )
      .get()?.['at'];
    if (typeof newest === 'number') commits.add(newest);
    const names = new Set(DETECTORS.filter((d) => d.every <= MINUTE).map((d) => d.name));
    const looked = db.prepare('SELECT name, covered FROM detectors').all();
    const lagOf = (of: typeof looked) => {
      const covered = of.length === 0 ? 0 : Math.min(...of.map((d) => Number(d['covered'])));
      const waiting = [...commits].filter((at) => at > covered);
      return waiting.length === 0 ? 0 : Math.max(0, Date.now() / 1000 - Math.min(...waiting) / 1e6);
    };
    return { quick: lagOf(looked.filter((d) => names.has(String(d['name'])))), any: lagOf(looked) };
  } finally {
    db.close();
  }
}

const told = (values: readonly number[]) =>
  `${median(values).toFixed(1)} s, worst ${Math.max(...values).toFixed(1)} s`;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const server = spawn(join(home, 'weir'), ['serve', '--data', data, '--listen', '127.0.0.1:0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  await new Promise<void>((resolve) => server.stdout.once('data', () => resolve()));
  const { url, token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  async function ask<T>(path: string, body?: object): Promise<T> {
    const answer = await fetch(`${url}/api/v1/${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  }
  const lags: Readonly<Record<'counting' | 'looking' | 'any', number[]>> = {
    counting: [],
    looking: [],
    any: [],
  };
  const stop = watchTree(server.pid!);
  const startedAt = performance.now();
  let alertSeconds: number | undefined;
  const scanAt = Math.floor(seconds * 0.6);
  for (
    let second = 0;
    second < seconds || (alertSeconds === undefined && second < seconds + 120);
    second++
  ) {
    if (second < seconds) put(`${second}.json`, benign(second));
    if (second === scanAt) put('scan.json', scan());
    const { behind } = await ask<{
      behind: readonly { readonly stage: string; readonly lagSeconds: number }[];
    }>('status');
    lags.counting.push(behind.find(({ stage }) => stage === 'counting')?.lagSeconds ?? 0);
    const { quick: looking, any } = lookingLags();
    lags.looking.push(looking);
    lags.any.push(any);
    if (second > scanAt && alertSeconds === undefined) {
      const { alerts } = await ask<{ alerts: readonly unknown[] }>(
        `alerts?finder=port-scan&text=${SCANNER}`,
      );
      if (alerts.length > 0) {
        const toldAt = Date.now();
        const { rows } = await ask<{ rows: readonly (readonly string[])[] }>('query', {
          query: `Flows | where SrcIp == '${SCANNER}' | summarize max(ingestion_time())`,
        });
        alertSeconds = (toldAt - Date.parse(rows[0]![0]!)) / 1000;
      }
    }
    await sleep(Math.max(0, startedAt + (second + 1) * 1000 - performance.now()));
  }
  const use = stop();
  const took = (performance.now() - startedAt) / 1000;
  const { counting, looking } = lags;
  // What waits to be counted is looked at after: the sum of both is how far detection is behind.
  const whole = counting.map((lag, i) => lag + (looking[i] ?? 0));
  const worst = Math.max(...whole);
  const isMet = worst < LAG_BAR && alertSeconds !== undefined && alertSeconds <= ALERT_BAR;
  process.stdout.write(
    `${rate} flows a second for ${seconds} s: behind in counting ${told(counting)}, in looking ${told(looking)}, together ${told(whole)} (bar ${LAG_BAR}), in looking far back ${told(lags.any)}; a scan was an alert ${alertSeconds?.toFixed(1) ?? 'more than 120'} s after its commit (bar ${ALERT_BAR}); ` +
      `${((use.cpuSeconds / took) * 100).toFixed(0)} % of one processor, peak ${use.peakMiB.toFixed(0)} MiB of all processes; ${isMet ? 'met' : 'MISSED'}\n`,
  );
  process.exitCode = isMet ? 0 : 1;
} finally {
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
