/*
 * The process that is killed: it commits numbered rows of three inputs as fast as it can, two changes of each under way
 * at a time, while compaction, re-computation and retention run beside. Says what was acknowledged on standard output.
 *
 *     node child.ts FOLDER SEED [OPERATION]     OPERATION: kill itself at this operation on files
 */
import { writeSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { compactOnce } from '../compaction.ts';
import { type Disk, realDisk } from '../disk.ts';
import { SegmentsGone } from '../errors.ts';
import { duckdbMerge } from '../merge.ts';
import { openStore } from '../open.ts';
import { applyRetention } from '../retention.ts';
import type { Store } from '../store.ts';
import { createRandom } from './random.ts';
import { DAYS_KEPT, draftOfRows, draftsOf, INPUTS, TABLES, timeOf } from './truth.ts';

const [folder = '', seed = '0', operation = '0'] = process.argv.slice(2);
const random = createRandom(Number(seed));
const say = (...words: readonly (string | number)[]) => writeSync(1, `${words.join(' ')}\n`);
const thisMinute = () => Math.floor(Date.now() / 60_000) * 60_000_000;
const die = () => process.kill(process.pid, 'SIGKILL');

/** The real disk, except that the process dies before, in the middle of, or after the given operation. */
function fatalDisk(fatal: number): Disk {
  let count = 0;
  const when = random(3);
  async function step<T>(work: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> {
    const isFatal = ++count === fatal;
    if (isFatal && when === 0) die();
    if (isFatal && when === 1 && half) {
      await half();
      die();
    }
    const result = await work();
    if (isFatal) die();
    return result;
  }
  return {
    ...realDisk,
    write: (path, bytes) =>
      step(
        () => realDisk.write(path, bytes),
        () => appendFile(path, bytes.subarray(0, bytes.length / 2)),
      ),
    sync: (path) => step(() => realDisk.sync(path)),
    rename: (from, to) => step(() => realDisk.rename(from, to)),
    syncFolder: (path) => step(() => realDisk.syncFolder(path)),
    makeFolder: (path, root) => step(() => realDisk.makeFolder(path, root)),
    remove: (path) => step(() => realDisk.remove(path)),
  };
}

async function readInput(store: Store, identity: string): Promise<void> {
  let position = store.checkpoint(identity)?.position ?? 0;
  let before: Promise<unknown> = Promise.resolve();
  for (;;) {
    const from = position;
    position += 1 + random(60);
    const to = position;
    const rows = to - from;
    const commit = store
      .commit({
        segments: draftsOf(identity, from, to),
        checkpoints: [
          { identity, source: 'kill', object: identity, position: to, state: { to }, from },
        ],
        tallies: [
          {
            source: 'kill',
            minute: thisMinute(),
            received: rows,
            stored: rows,
            known: 0,
            problems: {},
          },
        ],
      })
      .then(() => say('stored', identity, to));
    // One change is under way while the next is prepared.
    await before;
    before = commit;
  }
}

/** Keeps one segment of Totals for each day, as re-reduction does. */
async function recompute(store: Store): Promise<void> {
  for (;;) {
    await sleep(random(40));
    const [days, totals] = store.snapshot(() => [
      Map.groupBy(store.segments({ table: 'Numbers' }), (s) => s.day),
      store.segments({ table: 'Totals' }),
    ]);
    for (const [day, segments] of days) {
      const n = segments.reduce((sum, s) => sum + s.rows, 0);
      const at = segments[0]!.ranges['TimeGenerated']![0];
      const old = totals.filter((s) => s.day === day).map((s) => s.id);
      try {
        await store.replace(old, [draftOfRows('Totals', [{ at, input: 'all', n }])]);
        say('total', day);
      } catch (error) {
        // Compaction rewrote it meanwhile.
        if (!(error instanceof SegmentsGone)) throw error;
      }
    }
  }
}

async function compact(store: Store): Promise<void> {
  const merge = duckdbMerge({ threads: 1 });
  const policy = {
    maxRows: 2000,
    maxBytes: 1 << 20,
    fanIn: 4,
    eager: new Set(TABLES.keys()),
    quietMicros: 200_000,
  };
  for (;;) {
    const done = await compactOnce(
      store,
      { merge, policy, sortBy: () => ['TimeGenerated', 'Input'] },
      Date.now() * 1000,
    );
    if (done) say('merged', done.table, done.day, done.before);
    else await sleep(5);
  }
}

async function expireDays(store: Store): Promise<void> {
  const age = DAYS_KEPT * 86_400_000_000;
  for (;;) {
    await sleep(random(80));
    const furthest = Math.max(0, ...store.checkpoints().map((c) => c.position - 1));
    const policy = { maxAge: { Numbers: age, Odds: age, Totals: age }, reserveBytes: 0 };
    await applyRetention(store, policy, timeOf(furthest));
  }
}

const store = await openStore({
  folder,
  clock: () => Date.now() * 1000,
  tables: TABLES,
  disk: fatalDisk(Number(operation)),
  graceMicros: 300_000,
  reserveBytes: 0,
});
say('ready');
const lanes = [
  ...INPUTS.map((input) => readInput(store, input)),
  recompute(store),
  compact(store),
  expireDays(store),
];
await Promise.all(lanes);
