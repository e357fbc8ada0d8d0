import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type Micros, printInstant } from '#core/base/index.ts';
import { type Table, tablesByName } from '#core/schema/index.ts';
import { type Disk, realDisk } from './disk.ts';
import { StoreMissing } from './errors.ts';
import { createIds } from './ids.ts';
import { MANIFEST_FILE, SEGMENT_EXTENSION, TABLES_FOLDER, TMP_FOLDER } from './layout.ts';
import { isLocked, readServerFile, type ServerAddress, takeLock } from './lock.ts';
import { findSegments, greatestId, type Owner, readOwner, versionOf } from './manifest.ts';
import { MANIFEST_STEPS } from './migrations.ts';
import { findCheckpoint, listCheckpoints, listQuarantined, listTallies } from './progress.ts';
import { type Recovery, recover } from './recovery.ts';
import { Database, migrate, openDurable } from './sqlite.ts';
import type { Change, Segment, Store, StoreReader } from './store.ts';
import { createWriter } from './writer.ts';

export interface ReadOptions {
  /** DATA. */
  readonly folder: string;
  /** Declared tables, for pruning and for checking drafts; all of the schema's unless given. */
  readonly tables?: ReadonlyMap<string, Table>;
}

export interface WriteOptions extends ReadOptions {
  readonly clock: () => Micros;
  readonly disk?: Disk;
  /** Told what the start had to put in order, when that was anything. */
  readonly onRecovery?: (recovery: Recovery) => void;
}

const MANIFEST_ROOM = 'store';

/**
 * Opens DATA for writing: makes it when it is not there, takes its lock, brings weir.db up to date and clears away what
 * a dead writer left. Throws StoreLocked, StoreVersion, or what the disk throws.
 */
export async function openStore(options: WriteOptions): Promise<Store> {
  const folder = resolve(options.folder);
  const { clock, disk = realDisk, tables = tablesByName } = options;
  for (const name of [TABLES_FOLDER, TMP_FOLDER])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o750 });
  const unlock = takeLock(folder, () => describeOwner(folder));
  let db: Database | undefined;
  try {
    db = openDurable(join(folder, MANIFEST_FILE));
    migrate(db, MANIFEST_ROOM, MANIFEST_STEPS);
    const owner: Owner = {
      token: randomUUID(),
      pid: process.pid,
      host: hostname(),
      startedAt: clock(),
    };
    const recovery = await recover({ db, folder, disk, clock }, owner);
    if (recovery.abandoned > 0 || recovery.lost.length > 0) options.onRecovery?.(recovery);
    return writableStore({ db, folder, disk, clock, tables, owner: owner.token, unlock });
  } catch (error) {
    db?.close();
    unlock();
    throw error;
  }
}

/** Opens DATA for reading, beside a writer or without one. Throws StoreMissing or StoreVersion. */
export function openReader(options: ReadOptions): StoreReader {
  const folder = resolve(options.folder);
  const db = openManifest(folder);
  try {
    migrate(db, MANIFEST_ROOM, MANIFEST_STEPS);
    return readableStore(db, folder, options.tables ?? tablesByName);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The server that writes to `folder`, when there is one and it has said where it is. */
export function findServer(folder: string): ServerAddress | undefined {
  if (!isLocked(folder)) return undefined;
  return readServerFile(folder, lastOwner(folder)?.token);
}

function openManifest(folder: string): Database {
  const path = join(folder, MANIFEST_FILE);
  if (!existsSync(path))
    throw new StoreMissing(
      `there is no data in ${folder}. Put some in with \`weir ingest PATH --data ${folder}\`, or name another folder with --data.`,
    );
  return new Database(path, { isReadOnly: true });
}

function lastOwner(folder: string): Owner | undefined {
  const db = openManifest(folder);
  try {
    return readOwner(db);
  } finally {
    db.close();
  }
}

function describeOwner(folder: string): string {
  try {
    const owner = lastOwner(folder);
    if (owner)
      return `process ${owner.pid} on ${owner.host} (since ${printInstant(owner.startedAt)})`;
  } catch {
    // The holder is creating the folder just now: it cannot be named yet, and the caller is about to say the rest.
  }
  return 'another process';
}

function readableStore(
  db: Database,
  folder: string,
  tables: ReadonlyMap<string, Table>,
): StoreReader {
  return {
    folder,
    state: db,
    segments: (query) => findSegments(db, folder, query, tables.get(query.table)),
    checkpoint: (identity) => findCheckpoint(db, identity),
    checkpoints: (source) => listCheckpoints(db, source),
    tallies: (from, to) => listTallies(db, from, to),
    quarantined: (limit) => listQuarantined(db, limit),
    version: (table) => versionOf(db, table),
    snapshot: (read) => db.snapshot(read),
    close: async () => db.close(),
  };
}

interface WritableDeps {
  readonly db: Database;
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: () => Micros;
  readonly tables: ReadonlyMap<string, Table>;
  readonly owner: string;
  readonly unlock: () => void;
}

function writableStore(deps: WritableDeps): Store {
  const { db, folder, clock, unlock } = deps;
  const newId = createIds(clock, greatestId(db));
  const writer = createWriter({ ...deps, newId });
  const listeners = new Set<(tables: ReadonlySet<string>) => void>();

  async function change(what: Change, old: readonly string[] = []): Promise<readonly Segment[]> {
    const { segments, tables } = await writer.submit(what, old);
    if (tables.size > 0)
      // A listener's bug is not the committer's: it surfaces on its own.
      for (const listener of listeners) queueMicrotask(() => listener(tables));
    return segments;
  }

  return {
    ...readableStore(db, folder, deps.tables),
    owner: deps.owner,
    commit: (what) => change(what),
    replace: (old, drafts, more = {}) => change({ ...more, segments: drafts }, old),
    temporaryFile: () => join(folder, TMP_FOLDER, newId() + SEGMENT_EXTENSION),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await writer.drained();
      db.close();
      unlock();
    },
  };
}
