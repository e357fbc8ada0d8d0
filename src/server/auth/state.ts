import { chmodSync, existsSync } from 'node:fs';
import { Database, migrate, openDurable } from '#server/store/index.ts';

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

/** Only ever appended to. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE accounts (
    name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT,
    created_at INTEGER NOT NULL, last_login INTEGER) STRICT;
  CREATE TABLE sessions (
    hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
    created_at INTEGER NOT NULL, last_seen INTEGER NOT NULL) STRICT;
  CREATE INDEX sessions_account ON sessions(account);
  CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
    name TEXT NOT NULL, role TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER, last_used INTEGER) STRICT;
  CREATE TABLE login_links (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL,
    action TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
  CREATE TABLE audit_head (
    one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
  INSERT INTO audit_head VALUES (1, 0, '');
  CREATE TABLE saved_queries (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL, description TEXT NOT NULL,
    changed_by TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT;
  ${Object.values(AUDIT_TRIGGERS).join(';\n')};
  `,
  `ALTER TABLE login_links ADD COLUMN account TEXT NOT NULL DEFAULT 'admin'`,
  `
  CREATE TABLE query_history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL REFERENCES accounts(name) ON DELETE CASCADE,
    at INTEGER NOT NULL, query TEXT NOT NULL, outcome TEXT NOT NULL,
    elapsed_ms INTEGER NOT NULL, rows INTEGER) STRICT;
  CREATE INDEX query_history_account ON query_history(account, id);
  ALTER TABLE saved_queries ADD COLUMN owner TEXT NOT NULL DEFAULT '';
  UPDATE saved_queries SET owner = changed_by;
  `,
];

type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** What this room needs of the store's database. Synchronous: a statement takes microseconds, a commit a flush of the disk. */
export interface State {
  run(sql: string, ...values: Value[]): number;
  get(sql: string, ...values: Value[]): Row | undefined;
  all(sql: string, ...values: Value[]): readonly Row[];
  /** All or nothing; takes the writer's lock at once, so that what it reads stays true until it commits. */
  transaction<T>(work: () => T): T;
  /** Reads of one moment, whatever others write meanwhile. */
  snapshot<T>(work: () => T): T;
  close(): void;
}

/** Brings this room's tables in an open database up to date. The file, which holds hashed passwords, is closed to strangers. */
export function prepareState(db: Database): State {
  migrate(db, 'auth', STEPS);
  for (const path of [db.path, `${db.path}-wal`, `${db.path}-shm`])
    if (existsSync(path)) chmodSync(path, 0o640);
  return db;
}

/** Whether this room's tables were ever made here; `weir ingest` alone makes a database without them. */
export function isPrepared(state: State): boolean {
  const known = state.get(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'",
  );
  return (
    known !== undefined && state.get("SELECT 1 FROM migration WHERE room = 'auth'") !== undefined
  );
}

/** Opens or creates a file of its own. `:memory:` for tests. */
export function openState(path: string): State {
  return prepareState(openDurable(path));
}

/** Opens an existing file for reading, e.g. DATA/weir.db beside a running server. */
export function openStateReadOnly(path: string): State {
  return new Database(path, { isReadOnly: true });
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
