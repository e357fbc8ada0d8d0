import type { Micros } from '#core/base/index.ts';
import { segmentPath } from './layout.ts';
import type { Database, Migration } from './sqlite.ts';

/** The tables of this file in weir.db. Only ever appended to. */
export const ARRIVAL_STEPS: readonly Migration[] = [
  `
  -- Who reads every row that comes to a table.
  CREATE TABLE follower (
    name TEXT PRIMARY KEY,
    table_name TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX follower_by_table ON follower (table_name);

  -- Segments that a follower has yet to read, in the order they became visible. What a merge makes is none: its rows have
  -- arrived before.
  CREATE TABLE arrival (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    follower TEXT NOT NULL REFERENCES follower (name) ON DELETE CASCADE,
    segment TEXT NOT NULL,
    day TEXT NOT NULL,
    rows INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX arrival_by_follower ON arrival (follower, number);
  CREATE INDEX arrival_by_segment ON arrival (segment);
  `,
];

/** A segment that brought rows, as one follower has yet to read it. */
export interface Arrival {
  /** Grows in the order of commit. */
  readonly number: number;
  readonly segment: string;
  readonly path: string;
  readonly rows: number;
  /** When its rows became visible, µs. */
  readonly at: Micros;
  /** Its file has been deleted: retention took the rows, or the disk had no room to wait for this follower. */
  readonly isGone: boolean;
}

/**
 * Rows of a table in the order in which they were committed, each once, for readers that may be far behind.
 *
 * A segment stands in the list of each follower of its table from the transaction that makes it visible to the one that
 * settles it; merging it meanwhile changes nothing, since its file stays until no list names it. It stays for a week at
 * most, and not when the disk is short: then `isGone` says so. Only what `commit` brings arrives; `replace` brings
 * nothing new to merged tables, and tables whose rows are replaced by others cannot be followed so.
 */
export interface Arrivals {
  /** Begins, or goes on where it was. `isFromStart` makes the segments there are now arrive as well when it begins. */
  follow(follower: string, table: string, isFromStart?: boolean): void;
  /** Forgets a follower and what it has not read. */
  unfollow(follower: string): void;
  followers(): readonly string[];
  /** What is first in its list, or first after a number; undefined when all is read. */
  next(follower: string, after?: number): Arrival | undefined;
  /** How much is in its list. */
  waiting(follower: string): { readonly rows: number; readonly since: Micros | undefined };
  /** Takes an arrival off the list. Joins the transaction it is called in. */
  settle(follower: string, number: number): void;
}

export function createArrivals(db: Database, folder: string, clock: () => Micros): Arrivals {
  return {
    follow(follower, table, isFromStart = false) {
      db.transaction(() => {
        const known = db.get<{ table_name: string }>(
          'SELECT table_name FROM follower WHERE name = ?',
          follower,
        );
        if (known?.table_name === table) return;
        db.run('DELETE FROM follower WHERE name = ?', follower);
        db.run('INSERT INTO follower (name, table_name) VALUES (?, ?)', follower, table);
        if (isFromStart)
          db.run(
            `INSERT INTO arrival (follower, segment, day, rows, at)
             SELECT ?, id, day, rows, ? FROM segment WHERE table_name = ? AND state = 'visible' ORDER BY committed_at, id`,
            follower,
            clock(),
            table,
          );
      });
    },
    unfollow(follower) {
      db.run('DELETE FROM follower WHERE name = ?', follower);
    },
    followers: () =>
      db.all<{ name: string }>('SELECT name FROM follower ORDER BY name').map((one) => one.name),
    next(follower, after = 0) {
      const found = db.get<{
        number: number;
        segment: string;
        rows: number;
        at: number;
        day: string;
        table_name: string;
        state: string | null;
      }>(
        `SELECT a.number, a.segment, a.rows, a.at, a.day, f.table_name, s.state
         FROM arrival a JOIN follower f ON f.name = a.follower LEFT JOIN segment s ON s.id = a.segment
         WHERE a.follower = ? AND a.number > ? ORDER BY a.number LIMIT 1`,
        follower,
        after,
      );
      if (!found) return undefined;
      const { number, segment, rows, at } = found;
      return {
        number,
        segment,
        rows,
        at,
        path: segmentPath(folder, found.table_name, found.day, segment),
        isGone: found.state === null || found.state === 'damaged',
      };
    },
    waiting(follower) {
      const found = db.get<{ rows: number | null; since: number | null }>(
        'SELECT sum(rows) AS rows, min(at) AS since FROM arrival WHERE follower = ?',
        follower,
      );
      return { rows: found?.rows ?? 0, since: found?.since ?? undefined };
    },
    settle(follower, number) {
      db.run('DELETE FROM arrival WHERE follower = ? AND number = ?', follower, number);
    },
  };
}

/** Puts a segment that becomes visible into the list of each follower of its table. */
export function addArrival(
  db: Database,
  segment: {
    readonly id: string;
    readonly table: string;
    readonly day: string;
    readonly rows: number;
  },
  now: Micros,
): void {
  db.run(
    `INSERT INTO arrival (follower, segment, day, rows, at)
     SELECT name, ?, ?, ?, ? FROM follower WHERE table_name = ?`,
    segment.id,
    segment.day,
    segment.rows,
    now,
    segment.table,
  );
}
