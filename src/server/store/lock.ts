import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreLocked } from './errors.ts';
import { Database, isBusy, isUnopenable } from './sqlite.ts';

/**
 * The writer's lock of a DATA folder: an exclusive transaction on an empty database of its own, held open. The kernel
 * lets go of it when the process ends, however it ends, so there are no stale locks and process ids prove nothing.
 *
 * POSIX drops a process's locks on a file when that process closes any descriptor of it: nothing but this file may
 * open `weir.lock` in the writing process, not even to copy it.
 */
export const LOCK_FILE = 'weir.lock';

const WAIT_MS = 500;

/** Takes the lock of `folder` or throws StoreLocked. Returns what lets go of it. */
export function takeLock(folder: string, holder: () => string): () => void {
  const db = new Database(join(folder, LOCK_FILE), { busyTimeoutMs: WAIT_MS });
  try {
    // Nothing is ever written to it: no journal, so that a full disk does not keep anybody from the lock.
    db.exec('PRAGMA journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new StoreLocked(
      `${folder} is being written to by ${holder()}. Only one process may write to a data folder: ` +
        'stop that one, let `weir ingest` hand its work to it, or use another --data folder.',
      { cause: error },
    );
  }
  return () => db.close();
}

/** True while some process holds the lock of `folder`. */
export function isLocked(folder: string): boolean {
  if (!existsSync(join(folder, LOCK_FILE))) return false;
  let db: Database | undefined;
  try {
    db = new Database(join(folder, LOCK_FILE), { isReadOnly: true, busyTimeoutMs: 0 });
    db.get('SELECT count(*) FROM sqlite_schema');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    if (isUnopenable(error)) return false;
    throw error;
  } finally {
    db?.close();
  }
}

/** Where the running server of a DATA folder is reached. */
export interface ServerAddress {
  readonly url: string;
  /** Where browsers reach it: the same, unless it speaks TLS with them. */
  readonly page: string;
  readonly pid: number;
  /** Proves to the server that its caller can read DATA. */
  readonly token: string;
  /** The configuration file that it was started with, absolute; unset when all defaults hold. */
  readonly config?: string | undefined;
}

const SERVER_FILE = 'server.json';

/** Says where the server of `folder` is reached, readable by this user only. `owner` is `store.owner`. */
export function writeServerFile(folder: string, owner: string, address: ServerAddress): void {
  const path = join(folder, SERVER_FILE);
  // The mode is that of a new file: an old one might be open to others.
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify({ ...address, owner })}\n`, {
    mode: 0o600,
    flush: true,
  });
}

/** The server file, when the process that wrote it is `owner`; undefined for one left by a dead server. */
export function readServerFile(
  folder: string,
  owner: string | undefined,
): ServerAddress | undefined {
  const path = join(folder, SERVER_FILE);
  if (owner === undefined || !existsSync(path)) return undefined;
  let found: Partial<ServerAddress & { owner: string }>;
  try {
    found = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Half written: its server is starting or died doing so; either way it cannot be reached.
    return undefined;
  }
  const { url, page, pid, token, config } = found;
  if (found.owner !== owner || typeof url !== 'string' || typeof token !== 'string')
    return undefined;
  return {
    url,
    page: typeof page === 'string' ? page : url,
    pid: typeof pid === 'number' ? pid : 0,
    token,
    ...(typeof config === 'string' && { config }),
  };
}
