import { join } from 'node:path';
import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import type { Table } from '#core/schema/index.ts';
import { createArrivals } from './arrivals.ts';
import type { Ballast } from './ballast.ts';
import type { Disk } from './disk.ts';
import { StorageFull } from './errors.ts';
import { createIds } from './ids.ts';
import { SEGMENT_EXTENSION, TMP_FOLDER } from './layout.ts';
import { greatestId, markDamaged } from './manifest.ts';
import { deleteOldTallies, hasOldTallies } from './progress.ts';
import { createReader } from './reader.ts';
import { expire, sweepRetired } from './removal.ts';
import type { Database } from './sqlite.ts';
import type { Change, Replacement, Segment, Store } from './store.ts';
import { createTransactor } from './transactor.ts';
import { createWriter } from './writer.ts';

export interface WritableDeps {
  readonly db: Database;
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: () => Micros;
  readonly tables: ReadonlyMap<string, Table>;
  readonly owner: string;
  readonly ballast: Ballast;
  /** How long the files of retired segments stay: longer than the longest query. */
  readonly graceMicros: Micros;
  /** Free bytes of the file system that commits leave alone. */
  readonly reserveBytes: number;
  readonly unlock: () => void;
}

type Relief = (bytes: number) => Promise<void>;

/** How long files of retired segments wait for followers: one that is away for longer loses rows, and is told so. */
const LONGEST_WAIT_MICROS = 7 * MICROS_PER_DAY;

/** The store of the process that holds the lock. */
export function createWritable(deps: WritableDeps): Store {
  const { db, folder, disk, clock, ballast, graceMicros, reserveBytes, unlock } = deps;
  const newId = createIds(clock, greatestId(db));
  const transactor = createTransactor(deps);
  const listeners = new Set<(tables: ReadonlySet<string>) => void>();
  const reliefs = new Set<Relief>();
  let lastSweep: Promise<unknown> = Promise.resolve();
  let lastRoom: Promise<unknown> = Promise.resolve();

  /** One after the other, so that each sees what the one before it freed. */
  function makeRoom(bytes: number): Promise<void> {
    const missing = () => reserveBytes + bytes - disk.freeBytes(folder);
    const turn = lastRoom.then(async () => {
      for (const relieve of reliefs) if (missing() > 0) await relieve(missing());
      if (missing() > 0) throw noRoom(folder, disk.freeBytes(folder), bytes, reserveBytes);
    });
    lastRoom = turn.catch(() => undefined);
    return turn;
  }

  const writer = createWriter({ ...deps, newId, transactor, makeRoom });

  function tell(tables: ReadonlySet<string>): void {
    if (tables.size === 0) return;
    // A listener's bug is not the committer's: it surfaces on its own.
    for (const listener of listeners) queueMicrotask(() => listener(tables));
  }

  async function change(
    what: Change & Replacement,
    old: readonly string[],
  ): Promise<readonly Segment[]> {
    const { segments, tables } = await writer.submit(what, old);
    tell(tables);
    return segments;
  }

  function subscribe<T>(to: Set<T>, one: T): () => void {
    to.add(one);
    return () => to.delete(one);
  }

  return {
    ...createReader(db, folder, deps.tables, disk),
    owner: deps.owner,
    arrivals: createArrivals(db, folder, clock),
    commit: (what) => change(what, []),
    replace: (old, drafts, more = {}) => change({ ...more, segments: drafts }, old),
    temporaryFile: () => join(folder, TMP_FOLDER, newId() + SEGMENT_EXTENSION),
    expire: (ids, reason) => tell(expire(db, transactor, ids, reason, clock())),
    sweep(enoughBytes) {
      const before = enoughBytes === undefined ? clock() - graceMicros : Number.MAX_SAFE_INTEGER;
      const sweep = lastSweep.then(async () => {
        const swept = await sweepRetired(
          { db, folder, disk, transactor },
          enoughBytes === undefined
            ? { before, enoughBytes: Infinity, followedBefore: clock() - LONGEST_WAIT_MICROS }
            : { before, enoughBytes, followedBefore: before },
        );
        if (hasOldTallies(db, clock()))
          transactor.write(() => {
            deleteOldTallies(db, clock());
            return { touched: [], result: undefined };
          });
        if (disk.freeBytes(folder) > reserveBytes) ballast.restore();
        return swept;
      });
      lastSweep = sweep.catch(() => undefined);
      return sweep;
    },
    setDamaged(ids, isDamaged) {
      tell(
        transactor.write(() => {
          const touched = markDamaged(db, ids, isDamaged);
          return { touched, result: touched };
        }),
      );
    },
    onShortage: (relieve) => subscribe(reliefs, relieve),
    onChange: (listener) => subscribe(listeners, listener),
    async close() {
      await Promise.all([writer.drained(), lastSweep]);
      db.close();
      unlock();
    },
  };
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

function noRoom(folder: string, free: number, wanted: number, reserve: number): StorageFull {
  return new StorageFull(
    `the disk under ${folder} has ${mebibytes(free)} left; ${mebibytes(wanted)} were to be stored and Weir leaves ` +
      `${mebibytes(reserve)} alone. Free some room, or lower the disk budget or the age that data is kept to; ` +
      'Weir goes on by itself once there is room.',
  );
}
