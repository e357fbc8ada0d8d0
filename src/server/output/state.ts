import type { Database, Migration } from '#server/store/index.ts';
import { migrate } from '#server/store/index.ts';

const STEPS: readonly Migration[] = [
  `
  -- Counts since the output was first configured. Instants are µs.
  CREATE TABLE output (
    name TEXT PRIMARY KEY,
    -- What the cursor is a position in; another feed begins anew.
    feed TEXT NOT NULL,
    cursor TEXT,
    sent INTEGER NOT NULL DEFAULT 0,
    repeated INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0,
    last_success INTEGER
  ) STRICT, WITHOUT ROWID;

  -- What a receiver will never take, kept for a day.
  CREATE TABLE output_rejected (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    output TEXT NOT NULL REFERENCES output (name) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    message TEXT NOT NULL,
    reason TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX output_rejected_by_time ON output_rejected (at);
  `,
  `
  -- Stretches of event time whose rows were sent and may change yet. Instants are ms; see feeds/.
  CREATE TABLE output_stretch (
    output TEXT NOT NULL REFERENCES output (name) ON DELETE CASCADE,
    begin INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    next_look INTEGER NOT NULL,
    stamp TEXT NOT NULL,
    ledger BLOB NOT NULL,
    UNIQUE (output, begin)
  ) STRICT;
  CREATE INDEX output_stretch_by_look ON output_stretch (output, next_look);
  `,
];

export interface OutputCounts {
  readonly sent: number;
  /** Sent again after a failure: the receiver may have these twice. */
  readonly repeated: number;
  readonly rejected: number;
  readonly lost: number;
  readonly lastSuccess: number | null;
}

/** One message that was refused for good. */
export interface Rejected {
  readonly at: number;
  readonly message: string;
  readonly reason: string;
  /** At most 4 KiB of it, as JSON. */
  readonly content: string;
}

const DAY = 86_400_000_000;
const LONGEST_CONTENT = 4096;

/** The entry of the log of alerts that every output of alerts and incidents has read; undefined when there is none. */
export function alertsReadByAll(db: Database): number | undefined {
  migrate(db, 'output', STEPS);
  const found = db.get<{ cursor: number | null }>(
    `SELECT min(CAST(cursor AS INTEGER)) AS cursor FROM output WHERE feed IN ('"alerts"', '"incidents"')`,
  );
  return found?.cursor ?? undefined;
}

/** The tables of outputs in weir.db. */
export class OutputState {
  readonly db: Database;

  constructor(db: Database) {
    migrate(db, 'output', STEPS);
    this.db = db;
  }

  /** Makes sure of an output; its position is forgotten when it follows something else than before. */
  open(name: string, feed: string): void {
    this.db.transaction(() => {
      this.db.run(
        'DELETE FROM output_stretch WHERE output = (SELECT name FROM output WHERE name = ? AND feed <> ?)',
        name,
        feed,
      );
      this.db.run(
        `INSERT INTO output (name, feed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE
         SET cursor = iif(feed = excluded.feed, cursor, NULL), feed = excluded.feed`,
        name,
        feed,
      );
    });
  }

  /** Forgets outputs that are configured no more. */
  keepOnly(names: readonly string[]): void {
    this.db.run(
      'DELETE FROM output WHERE name NOT IN (SELECT value FROM json_each(?))',
      JSON.stringify(names),
    );
  }

  /** As it was set last; undefined for none. */
  cursor(name: string): unknown {
    const found = this.db.get<{ cursor: string | null }>(
      'SELECT cursor FROM output WHERE name = ?',
      name,
    );
    return found?.cursor ? JSON.parse(found.cursor) : undefined;
  }

  setCursor(name: string, cursor: unknown): void {
    this.db.run(
      'UPDATE output SET cursor = ? WHERE name = ?',
      cursor === undefined ? null : JSON.stringify(cursor),
      name,
    );
  }

  counts(name: string): OutputCounts {
    const found = this.db.get<OutputCounts>(
      'SELECT sent, repeated, rejected, lost, last_success AS lastSuccess FROM output WHERE name = ?',
      name,
    );
    return found ?? { sent: 0, repeated: 0, rejected: 0, lost: 0, lastSuccess: null };
  }

  addRepeated(name: string, messages: number): void {
    this.db.run('UPDATE output SET repeated = repeated + ? WHERE name = ?', messages, name);
  }

  /** Everything that is true once a batch is settled. `move` moves the position. */
  settle(
    name: string,
    done: { readonly sent: number; readonly lost: number; readonly rejected: readonly Rejected[] },
    now: number,
    move: () => void,
  ): void {
    this.db.transaction(() => {
      move();
      this.db.run(
        `UPDATE output SET sent = sent + ?, lost = lost + ?, rejected = rejected + ?,
         last_success = iif(? > 0, ?, last_success) WHERE name = ?`,
        done.sent,
        done.lost,
        done.rejected.length,
        done.sent,
        now,
        name,
      );
      for (const { at, message, reason, content } of done.rejected)
        this.db.run(
          'INSERT INTO output_rejected (output, at, message, reason, content) VALUES (?, ?, ?, ?, ?)',
          name,
          at,
          message,
          reason,
          content.slice(0, LONGEST_CONTENT),
        );
      this.db.run('DELETE FROM output_rejected WHERE at < ?', now - DAY);
    });
  }

  /** Newest first. */
  rejected(name: string, limit: number): readonly Rejected[] {
    return this.db.all<Rejected>(
      `SELECT at, message, reason, content FROM output_rejected WHERE output = ?
       ORDER BY number DESC LIMIT ?`,
      name,
      limit,
    );
  }
}
