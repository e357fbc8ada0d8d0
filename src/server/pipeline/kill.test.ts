import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { openReader } from '#server/store/index.ts';

const main = join(import.meta.dirname, '..', 'app', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'weir-kill-'));
const logs = join(folder, 'logs');
const data = join(folder, 'data');
const FILES = 3;
const ROUNDS = Number(process.env['WEIR_KILL_ROUNDS'] ?? 12);
const PER_ROUND = 4000;
const START = Date.UTC(2026, 2, 4, 10);

/** Each file holds records whose tuples carry numbers of their own; growing rewrites the closing brackets, as Azure does. */
function write(file: number, rounds: number): void {
  const record = (round: number) => {
    const tuple = (i: number) => {
      const number = (round * PER_ROUND + i) * FILES + file;
      return `"${START + number},10.0.0.${number % 250},198.51.100.7,1,443,6,O,E,NX,1,${number},0,0"`;
    };
    const tuples = Array.from({ length: PER_ROUND }, (_, i) => tuple(i)).join(',');
    return `{"time":"2026-03-04T10:00:00Z","macAddress":"00224880A00${file}","flowLogResourceID":"/F","targetResourceID":"/T","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[${tuples}]}]}]}}`;
  };
  writeFileSync(
    join(logs, `${file}.json`),
    `{"records":[${Array.from({ length: rounds }, (_, r) => record(r)).join(',')}]}`,
  );
}

/** Runs `weir ingest` and kills it after so long; resolves with its exit code, null when it was killed. */
function ingest(killAfterMs?: number): Promise<number | null> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, 'ingest', logs, '--data', data],
    { stdio: 'ignore' },
  );
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise((resolve) =>
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    }),
  );
}

/** How often each number is stored, as `[rows, distinct, sum]`. */
async function stored(): Promise<readonly number[]> {
  const reader = openReader({ folder: data });
  const files = reader.segments({ table: 'Flows' }).map((s) => `'${s.path}'`);
  const db = await openDuckdb();
  const { rows } =
    files.length === 0
      ? { rows: [[0, 0, 0]] }
      : await db.run(
          `select count(*)::double, count(distinct BytesSrcToDest)::double, coalesce(sum(BytesSrcToDest), 0)::double from read_parquet([${files.join(',')}])`,
        );
  db.close();
  await reader.close();
  return rows[0] as number[];
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('weir ingest', () => {
  it(`stores every row once although it is killed ${ROUNDS} times`, {
    timeout: 240_000,
  }, async () => {
    mkdirSync(logs);
    for (let file = 0; file < FILES; file++) write(file, 1);
    expect(await ingest()).toBe(0);
    // How long a load takes that is let be: other on each machine.
    let wholeMs = 1500;
    let killed = 0;
    for (let round = 2; round < ROUNDS + 2; round++) {
      for (let file = 0; file < FILES; file++) write(file, round);
      // From before the store is open to after the commit, spread evenly.
      const begun = performance.now();
      if ((await ingest(wholeMs * (0.2 + (0.75 * (round - 2)) / ROUNDS))) === null) killed++;
      else wholeMs = performance.now() - begun;
      const [rows, distinct] = await stored();
      expect(rows, 'a row is stored twice').toBe(distinct);
    }
    expect(killed).toBeGreaterThan(ROUNDS / 4);
    expect(await ingest()).toBe(0);
    const n = FILES * PER_ROUND * (ROUNDS + 1);
    expect(await stored()).toEqual([n, n, (n * (n - 1)) / 2]);
    expect(readdirSync(join(data, 'tmp')).filter((name) => name.endsWith('.parquet'))).toEqual([]);
  });
});
