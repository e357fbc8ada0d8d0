/*
 * Kills a writing process at random points, again and again on the same DATA, and compares every row with the truth
 * after each restart.
 *
 *     node src/server/store/kill/rounds.ts [--rounds N] [--seed N]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { openReader, openStore } from '../open.ts';
import type { Store, StoreReader } from '../store.ts';
import { createRandom } from './random.ts';
import { dayOf, INPUTS, isIn, TABLES } from './truth.ts';

export interface Tallied {
  rounds: number;
  /** Rounds that ended before the child had opened the store. */
  killedOpening: number;
  /** Changes acknowledged, of rows; merges; re-computations. */
  stored: number;
  merged: number;
  totals: number;
  /** Tables and days of which retention deleted rows. */
  expired: number;
  /** Segments that starts found half done. */
  abandoned: number;
  /** Rows compared in the last round. */
  rows: number;
}

const CHILD = join(import.meta.dirname, 'child.ts');

/** Runs rounds on one folder; throws at the first row that is lost or twice, and at every other broken promise. */
export async function runRounds(rounds: number, seed: number): Promise<Tallied> {
  // In memory where there is such a place: fsync costs nothing there, so that more happens in a round. A killed process
  // does not tell the two apart; only the loss of power does.
  const parent = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'weir-kill-'));
  const folder = join(parent, 'data');
  const engine = await openDuckdb({ threads: 1 });
  const random = createRandom(seed);
  const acknowledged = new Map<string, number>();
  const days = new Set<string>();
  const tallied: Tallied = {
    rounds: 0,
    killedOpening: 0,
    stored: 0,
    merged: 0,
    expired: 0,
    totals: 0,
    abandoned: 0,
    rows: 0,
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const said = await runChild(folder, random);
      if (!said.includes('ready')) tallied.killedOpening++;
      for (const line of said) {
        const [verb, what, to] = line.split(' ');
        if (verb === 'stored') {
          tallied.stored++;
          acknowledged.set(what!, Math.max(acknowledged.get(what!) ?? 0, Number(to)));
        }
        if (verb === 'merged') tallied.merged++;
        if (verb === 'total') {
          tallied.totals++;
          days.add(what!);
        }
      }
      try {
        tallied.rows = await verify(folder, engine, acknowledged, days, tallied);
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      }
      tallied.rounds++;
    }
    return tallied;
  } finally {
    engine.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Lets a child run until it is killed, from outside or by itself; returns what it said. */
function runChild(folder: string, random: (below: number) => number): Promise<string[]> {
  const operation = random(2) === 0 ? 1 + random(400) : 0;
  const child = spawn(
    process.execPath,
    [CHILD, folder, String(random(2 ** 31)), String(operation)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Halves the time that a child needs to start.
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(folder), 'compiled') },
    },
  );
  const kill = () => child.kill('SIGKILL');
  // Mostly a moment after so many acknowledgements, which is as far on a slow machine as on a fast one; sometimes while
  // the store is being opened.
  const isEarly = random(12) === 0;
  const enough = random(40);
  const moment = random(isEarly ? 300 : 30);
  let timer = setTimeout(kill, isEarly ? moment : 60_000);
  let said = '';
  let lines = 0;
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (isEarly || lines > enough) return;
    lines += text.split('\n').length - 1;
    if (lines <= enough) return;
    clearTimeout(timer);
    timer = setTimeout(kill, moment);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL') resolve(said.split('\n').filter((line) => line !== ''));
      else reject(new Error(`the child ended by itself (${code}): ${complaints}`));
    });
  });
}

async function verify(
  folder: string,
  engine: Duckdb,
  acknowledged: ReadonlyMap<string, number>,
  days: ReadonlySet<string>,
  tallied: Tallied,
): Promise<number> {
  // Readers come first: they must see the truth before any writer has cleaned up.
  const reader = await openReaderOfDead(folder);
  if (reader) {
    await verifyRows(reader, engine, acknowledged);
    await reader.close();
  }
  const store = await openStore({
    folder,
    clock: () => Date.now() * 1000,
    tables: TABLES,
    onRecovery: ({ abandoned, lost }) => {
      tallied.abandoned += abandoned;
      expectEmpty('files that no row names', lost);
    },
  });
  try {
    await verifyFiles(store, days);
    tallied.expired = store.retentionLog(1_000_000).length;
    return await verifyRows(store, engine, acknowledged);
  } finally {
    await store.close();
  }
}

/** Undefined when the first child died before there was anything to read. */
async function openReaderOfDead(folder: string): Promise<StoreReader | undefined> {
  try {
    return openReader({ folder, tables: TABLES });
  } catch (error) {
    if (error instanceof Error && ['StoreMissing', 'StoreVersion'].includes(error.name))
      return undefined;
    throw error;
  }
}

function expectEmpty(what: string, found: readonly unknown[]): void {
  if (found.length > 0) throw new Error(`${what}: ${JSON.stringify(found)}`);
}

function expectEqual(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

/** Every file is named by a row, every row that is visible has its file, and nothing is pending. */
async function verifyFiles(store: Store, days: ReadonlySet<string>): Promise<void> {
  expectEmpty('pending rows', store.state.all(`SELECT id FROM segment WHERE state = 'pending'`));
  expectEmpty('files left in tmp', readdirSync(join(store.folder, 'tmp')));
  const named = new Set(
    store.state.all<{ id: string }>('SELECT id FROM segment').map((row) => `${row.id}.parquet`),
  );
  const files = readdirSync(join(store.folder, 'tables'), { recursive: true, withFileTypes: true });
  const strangers = files.filter((f) => f.isFile() && !named.has(f.name)).map((f) => f.name);
  expectEmpty('files that no row names', strangers);
  expectEmpty('faults', await store.check({ isDeep: true }));
  const totals = store.segments({ table: 'Totals' });
  expectEqual(
    'days with more than one total',
    new Set(totals.map((s) => s.day)).size,
    totals.length,
  );
  const expired = new Set(store.retentionLog(1_000_000).map((e) => `${e.table} ${e.day}`));
  const there = new Set(totals.map((s) => s.day));
  const lost = [...days].filter((day) => !there.has(day) && !expired.has(`Totals ${day}`));
  expectEmpty('days whose total is lost', lost);
}

/** Returns how many rows were compared. */
async function verifyRows(
  store: StoreReader,
  engine: Duckdb,
  acknowledged: ReadonlyMap<string, number>,
): Promise<number> {
  const [checkpoints, tallies, log, segments] = store.snapshot(() => [
    store.checkpoints(),
    store.tallies(0, Number.MAX_SAFE_INTEGER),
    store.retentionLog(1_000_000),
    ['Numbers', 'Odds'].map((table) => [table, store.segments({ table })] as const),
  ]);
  const positions = new Map(checkpoints.map((c) => [c.identity, c.position]));
  for (const input of INPUTS) {
    const position = positions.get(input) ?? 0;
    if (position < (acknowledged.get(input) ?? 0))
      throw new Error(
        `${input} is at ${position}, but ${acknowledged.get(input)} was acknowledged`,
      );
  }
  const sum = [...positions.values()].reduce((total, position) => total + position, 0);
  const stored = tallies.reduce((total, tally) => total + tally.stored, 0);
  expectEqual('records tallied', stored, sum);

  let compared = 0;
  for (const [table, visible] of segments) {
    const wanted = new Map<string, number>();
    for (const [, position] of positions)
      for (let n = 0; n < position; n++)
        if (isIn(table, n)) wanted.set(dayOf(n), (wanted.get(dayOf(n)) ?? 0) + 1);
    const found = new Map<string, number>();
    for (const entry of log)
      if (entry.table === table) found.set(entry.day, (found.get(entry.day) ?? 0) + entry.rows);
    const seen = new Set<string>();
    for (const [day, input, n] of await readRows(
      engine,
      visible.map((s) => s.path),
    )) {
      const row = `${input} ${n}`;
      if (seen.has(row)) throw new Error(`${table} holds ${row} twice`);
      if (n >= (positions.get(input) ?? 0) || !isIn(table, n) || dayOf(n) !== day)
        throw new Error(`${table} holds ${row} of ${day}, which was never committed`);
      seen.add(row);
      found.set(day, (found.get(day) ?? 0) + 1);
    }
    // All are distinct and of the input, so equal counts are equal rows.
    for (const day of new Set([...wanted.keys(), ...found.keys()]))
      expectEqual(`rows of ${table} on ${day}`, found.get(day) ?? 0, wanted.get(day) ?? 0);
    compared += seen.size;
  }
  return compared;
}

async function readRows(
  engine: Duckdb,
  paths: readonly string[],
): Promise<(readonly [day: string, input: string, n: number])[]> {
  if (paths.length === 0) return [];
  const files = paths.map((path) => `'${path}'`).join(', ');
  const { rows } = await engine.run(
    `SELECT strftime(TimeGenerated, '%Y-%m-%d'), Input, N FROM read_parquet([${files}])`,
  );
  return rows.map(([day, input, n]) => [String(day), String(input), Number(n)]);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, seed: { type: 'string' } },
  });
  const rounds = Number(values.rounds ?? 1000);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  console.log(`${rounds} rounds, seed ${seed}`);
  console.log(await runRounds(rounds, seed));
}
