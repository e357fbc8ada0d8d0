import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreVersion } from './errors.ts';

export type SqlValue = null | number | bigint | string | Uint8Array;

export interface DatabaseOptions {
  readonly isReadOnly?: boolean;
  /** How long a statement waits for another process's write before it fails. */
  readonly busyTimeoutMs?: number;
}

const STATEMENTS_KEPT = 200;

/**
 * A SQLite file. Everything is synchronous, so statements of two transactions of one process never mix.
 *
 * Values are bound by position. Integers come back as numbers; one past 2^53 throws, none of ours gets there.
 * The type of a row is the caller's promise about its own SQL.
 */
export class Database {
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: DatabaseOptions = {}) {
    this.path = path;
    this.isReadOnly = options.isReadOnly ?? false;
    this.#db = new DatabaseSync(path, {
      readOnly: this.isReadOnly,
      enableForeignKeyConstraints: true,
      timeout: options.busyTimeoutMs ?? 5000,
    });
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs one statement; returns how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  get<Row extends object>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    // The shape of a row is known to whoever wrote the SQL.
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row extends object>(sql: string, ...values: readonly SqlValue[]): Row[] {
    // As above.
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** Everything that `work` writes becomes true at once, durably, or not at all when it throws. Inside another, joins it. */
  transaction<T>(work: () => T): T {
    return this.#within('BEGIN IMMEDIATE', work);
  }

  /** Everything that `work` reads is of one moment. */
  snapshot<T>(work: () => T): T {
    return this.#within('BEGIN', work);
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #within<T>(begin: string, work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#db.exec(begin);
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors (a full disk is one).
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      if (this.#statements.size >= STATEMENTS_KEPT) this.#statements.clear();
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Opens a database for durable writing: what a transaction acknowledged survives the loss of power. */
export function openDurable(path: string, options: DatabaseOptions = {}): Database {
  const db = new Database(path, options);
  try {
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA journal_size_limit = 16777216');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** One step of a room's schema: SQL, or a function for what SQL cannot say. */
export type Migration = string | ((db: Database) => void);

/**
 * Brings the tables of one room up to date: runs the steps that this database has not seen, each in a transaction.
 * Steps are only ever appended. A database that has seen more of them than this program knows is refused.
 */
export function migrate(db: Database, room: string, steps: readonly Migration[]): void {
  const seen = stepsSeen(db, room);
  if (seen > steps.length) throw tooNew(db, room, seen, steps.length);
  if (seen === steps.length) return;
  if (db.isReadOnly)
    throw new StoreVersion(
      `${db.path} was written by an older Weir (${room} ${seen}, this program needs ${steps.length}). ` +
        'Start the server (`weir serve`) once with this program to bring it up to date.',
    );
  db.transaction(() => {
    db.exec(
      'CREATE TABLE IF NOT EXISTS migration (room TEXT NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (room, step)) STRICT',
    );
    // Another process may have migrated between the look and the lock.
    for (let step = stepsSeen(db, room); step < steps.length; step++) {
      const work = steps[step]!;
      if (typeof work === 'string') db.exec(work);
      else work(db);
      db.run('INSERT INTO migration (room, step) VALUES (?, ?)', room, step);
    }
  });
}

function stepsSeen(db: Database, room: string): number {
  const known = db.get(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'`);
  if (!known) return 0;
  return db.get<{ n: number }>('SELECT count(*) AS n FROM migration WHERE room = ?', room)?.n ?? 0;
}

function tooNew(db: Database, room: string, seen: number, known: number): StoreVersion {
  return new StoreVersion(
    `${db.path} was written by a newer Weir (${room} ${seen}, this program knows ${known}). ` +
      'Update this copy of Weir, or point --data at another folder.',
  );
}

interface SqliteError extends Error {
  readonly errcode: number;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
/** The index of the write-ahead log could not be made: said when the disk is full. */
const SQLITE_IOERR_SHMSIZE = 4874;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const primaryCode = (error: unknown) => (isSqliteError(error) ? error.errcode & 0xff : 0);

/** Another connection holds a lock that this statement needs. */
export const isBusy = (error: unknown): boolean => primaryCode(error) === SQLITE_BUSY;

/** The disk has no room for what SQLite wanted to write. */
export const isDatabaseFull = (error: unknown): boolean =>
  primaryCode(error) === SQLITE_FULL ||
  (isSqliteError(error) && error.errcode === SQLITE_IOERR_SHMSIZE);

/** There is no such file, or it may not be opened. */
export const isUnopenable = (error: unknown): boolean => primaryCode(error) === SQLITE_CANTOPEN;

/** The disk failed under the database, or the database is damaged. */
export const isBroken = (error: unknown): boolean =>
  [SQLITE_IOERR, SQLITE_CORRUPT].includes(primaryCode(error)) && !isDatabaseFull(error);
