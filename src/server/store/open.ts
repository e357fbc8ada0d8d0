import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { MICROS_PER_SECOND, type Micros, printInstant } from '#core/base/index.ts';
import { type Table, tablesByName } from '#core/schema/index.ts';
import { ARRIVAL_STEPS } from './arrivals.ts';
import { createBallast } from './ballast.ts';
import { type Disk, isFull, realDisk } from './disk.ts';
import { StorageFull, StoreMissing } from './errors.ts';
import { MANIFEST_FILE, TABLES_FOLDER, TMP_FOLDER } from './layout.ts';
import { isLocked, readServerFile, type ServerAddress, takeLock } from './lock.ts';
import { type Owner, readOwner } from './manifest.ts';
import { MANIFEST_STEPS } from './migrations.ts';
import { createReader } from './reader.ts';
import { type Recovery, recover } from './recovery.ts';
import { Database, migrate, openDurable } from './sqlite.ts';
import type { Store, StoreReader } from './store.ts';
import { createWritable } from './writable.ts';

export interface ReadOptions {
  /** DATA. */
  readonly folder: string;
  /** Declared tables, for pruning and for checking drafts; all of the schema's unless given. */
  readonly tables?: ReadonlyMap<string, Table>;
}

export interface WriteOptions extends ReadOptions {
  readonly clock: () => Micros;
  readonly disk?: Disk;
  /** How long files of replaced and expired segments stay, longer than any query runs; half an hour unless given. */
  readonly graceMicros?: Micros;
  /** Free bytes of the file system that are left alone; 1 % of it, at most 256 MiB, unless given. */
  readonly reserveBytes?: number;
  /** Room set aside for weir.db itself; 2 MiB unless given. */
  readonly ballastBytes?: number;
  /** Told what the start had to put in order, when that was anything. */
  readonly onRecovery?: (recovery: Recovery) => void;
}

const MANIFEST_ROOM = 'store';
const MEBIBYTE = 1024 * 1024;
const BALLAST_BYTES = 2 * MEBIBYTE;
const GRACE_MICROS = 30 * 60 * MICROS_PER_SECOND;

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
  const ballast = createBallast(folder, options.ballastBytes ?? BALLAST_BYTES);
  const owner: Owner = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    startedAt: clock(),
  };
  try {
    const start = () => startWriting({ folder, disk, clock, owner });
    const { db, recovery } = await start().catch((error: unknown) => {
      if (!isFull(error)) throw error;
      if (ballast.drop()) return start();
      throw new StorageFull(
        `the disk under ${folder} is full: Weir cannot even start. Free some room.`,
        { cause: error },
      );
    });
    const reserveBytes = options.reserveBytes ?? defaultReserve(folder);
    if (disk.freeBytes(folder) > reserveBytes) ballast.restore();
    if (recovery.abandoned > 0 || recovery.lost.length > 0) options.onRecovery?.(recovery);
    return createWritable({
      db,
      folder,
      disk,
      clock,
      tables,
      owner: owner.token,
      ballast,
      graceMicros: options.graceMicros ?? GRACE_MICROS,
      reserveBytes,
      unlock,
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

interface Start {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: () => Micros;
  readonly owner: Owner;
}

async function startWriting(start: Start): Promise<{ db: Database; recovery: Recovery }> {
  const db = openDurable(join(start.folder, MANIFEST_FILE));
  try {
    migrate(db, MANIFEST_ROOM, MANIFEST_STEPS);
    migrate(db, 'arrival', ARRIVAL_STEPS);
    return { db, recovery: await recover(db, start) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** 1 % of the file system, at most 256 MiB. */
function defaultReserve(folder: string): number {
  const { blocks, bsize } = statfsSync(folder);
  return Math.min(256 * MEBIBYTE, Math.floor((blocks * bsize) / 100));
}

/** Opens DATA for reading, beside a writer or without one. Throws StoreMissing or StoreVersion. */
export function openReader(options: ReadOptions): StoreReader {
  const folder = resolve(options.folder);
  const db = openManifest(folder);
  try {
    migrate(db, MANIFEST_ROOM, MANIFEST_STEPS);
    return createReader(db, folder, options.tables ?? tablesByName, realDisk);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * weir.db for a process that changes the application's own state beside a running server: users, rules. Each room
 * keeps to its own tables; those of the store are the writer's. Throws StoreMissing.
 */
export function openState(folder: string): Database {
  const path = join(resolve(folder), MANIFEST_FILE);
  assertThere(path, folder);
  return openDurable(path);
}

/** The server that writes to `folder`, when there is one and it has said where it is. */
export function findServer(folder: string): ServerAddress | undefined {
  if (!isLocked(folder)) return undefined;
  return readServerFile(folder, lastOwner(folder)?.token);
}

function openManifest(folder: string): Database {
  const path = join(folder, MANIFEST_FILE);
  assertThere(path, folder);
  return new Database(path, { isReadOnly: true });
}

function assertThere(path: string, folder: string): void {
  if (!existsSync(path))
    throw new StoreMissing(
      `there is no data in ${folder}. Put some in with \`weir ingest PATH --data ${folder}\`, or name another folder with --data.`,
    );
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
