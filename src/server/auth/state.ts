import { chmodSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';

/**
 * Tables of this room. Instants are milliseconds since 1970 UTC; secrets are kept as SHA-256 only.
 *
 * `audit` is append-only by trigger: no UPDATE, no DELETE, and an INSERT must continue the chain, which also closes
 * INSERT OR REPLACE (SQLite runs no DELETE triggers for it by default). `audit_head` repeats the last entry, so that
 * cutting off the tail shows.
 */
export const AUDIT_TRIGGERS: Readonly<Record<string, string>> = {
  audit_no_update: `CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
  audit_no_delete: `CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END`,
  audit_continues: `CREATE TRIGGER audit_continues BEFORE INSERT ON audit
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
    OR NEW.previous IS NOT coalesce((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), '')
    BEGIN SELECT RAISE(ABORT, 'an audit entry must follow the last one'); END`,
};

const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE accounts (
      name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT,
      created_at INTEGER NOT NULL, last_login INTEGER) STRICT`,
    `CREATE TABLE sessions (
      hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
      created_at INTEGER NOT NULL, last_seen INTEGER NOT NULL) STRICT`,
    'CREATE INDEX sessions_account ON sessions(account)',
    `CREATE TABLE api_tokens (
      id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,
      account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
      name TEXT NOT NULL, role TEXT NOT NULL,
      created_at INTEGER NOT NULL, expires_at INTEGER, last_used INTEGER) STRICT`,
    'CREATE TABLE login_links (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT',
    `CREATE TABLE audit (
      seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL,
      action TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
      previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT`,
    'CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT',
    "INSERT INTO audit_head VALUES (1, 0, '')",
    ...Object.values(AUDIT_TRIGGERS),
    `CREATE TABLE saved_queries (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL, description TEXT NOT NULL,
      changed_by TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT`,
  ],
];

/** The application's own state. Synchronous: one statement takes microseconds, one commit a flush of the disk. */
export interface State {
  run(sql: string, ...values: SQLInputValue[]): number;
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): readonly Row[];
  /** All or nothing; takes the writer's lock at once, so that what it reads stays true until it commits. */
  transaction<T>(work: () => T): T;
  /** Reads of one moment, whatever others write meanwhile. */
  snapshot<T>(work: () => T): T;
  close(): void;
}
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Opens or creates the file and brings its tables up to date; readable by its owner only. `:memory:` for tests. */
export function openState(path: string): State {
  const db = new DatabaseSync(path, { timeout: 5000 });
  if (path !== ':memory:') chmodSync(path, 0o600);
  db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON');
  const state = wrapState(db);
  migrate(db, state);
  return state;
}

/** Opens an existing file for reading, without changing it. */
export function openStateReadOnly(path: string): State {
  return wrapState(new DatabaseSync(path, { readOnly: true, timeout: 5000 }));
}

function wrapState(db: DatabaseSync): State {
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  let isInside = false;
  const within = <T>(begin: string, work: () => T): T => {
    if (isInside) return work();
    db.exec(begin);
    isInside = true;
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    } finally {
      isInside = false;
    }
  };
  return {
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    get: (sql, ...values) => prepare(sql).get(...values),
    all: (sql, ...values) => prepare(sql).all(...values),
    transaction: (work) => within('BEGIN IMMEDIATE', work),
    snapshot: (work) => within('BEGIN', work),
    close: () => db.close(),
  };
}

function migrate(db: DatabaseSync, state: State): void {
  state.transaction(() => {
    db.exec('CREATE TABLE IF NOT EXISTS auth_version (version INTEGER NOT NULL) STRICT');
    const at = Number(
      state.get('SELECT max(version) AS version FROM auth_version')?.['version'] ?? 0,
    );
    if (at > MIGRATIONS.length)
      throw new Error(
        `this data folder was written by a newer Weir (accounts version ${at}, this one knows ${MIGRATIONS.length}); start that version`,
      );
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (index < at) continue;
      for (const statement of statements) db.exec(statement);
      state.run('INSERT INTO auth_version VALUES (?)', index + 1);
    }
  });
}

/** A text column; throws when the file holds something else, which only damage can cause. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`column ${column} does not hold text`);
  return value;
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`column ${column} does not hold a number`);
  return value;
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}
