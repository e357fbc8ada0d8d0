import { dirname } from 'node:path';
import type { Micros } from '#core/base/index.ts';
import type { Disk } from './disk.ts';
import { findRetired, forget, retire, type SegmentFacts } from './manifest.ts';
import type { Database } from './sqlite.ts';
import type { ExpiryReason, RetentionEntry, Swept } from './store.ts';
import type { Transactor } from './transactor.ts';

export interface SweepDeps {
  readonly db: Database;
  readonly folder: string;
  readonly disk: Disk;
  readonly transactor: Transactor;
}

export interface SweepBounds {
  readonly before: Micros;
  readonly enoughBytes: number;
  /** The same for segments that a follower has yet to read. */
  readonly followedBefore: Micros;
}

/**
 * Removes the files of segments that were retired before `before`, oldest first, until `enoughBytes` are gone.
 * A file's row goes after the file, durably: a crash between leaves a row, which the next sweep takes, never a file.
 */
export async function sweepRetired(
  deps: SweepDeps,
  { before, enoughBytes, followedBefore }: SweepBounds,
): Promise<Swept> {
  const { db, folder, disk, transactor } = deps;
  const doomed: SegmentFacts[] = [];
  let sizeBytes = 0;
  for (const segment of findRetired(db, folder, before, followedBefore)) {
    if (sizeBytes >= enoughBytes) break;
    doomed.push(segment);
    sizeBytes += segment.sizeBytes;
  }
  if (doomed.length === 0) return { files: 0, sizeBytes: 0 };
  for (const { path } of doomed) await disk.remove(path);
  for (const day of new Set(doomed.map((s) => dirname(s.path)))) await disk.syncFolder(day);
  transactor.write(() => {
    forget(
      db,
      doomed.map((s) => s.id),
    );
    return { touched: [], result: undefined };
  });
  return { files: doomed.length, sizeBytes };
}

/** Takes segments out of sight for good and writes down, by table and day, what went and why. */
export function expire(
  db: Database,
  transactor: Transactor,
  ids: readonly string[],
  reason: ExpiryReason,
  now: Micros,
): ReadonlySet<string> {
  return transactor.write(() => {
    db.run(
      `INSERT INTO retention_log (at, table_name, day, segments, rows, size_bytes, reason)
       SELECT ?, table_name, day, count(*), sum(rows), sum(size_bytes), ? FROM segment
       WHERE id IN (SELECT value FROM json_each(?)) GROUP BY table_name, day ORDER BY table_name, day`,
      now,
      reason,
      JSON.stringify(ids),
    );
    const touched = retire(db, ids, now);
    return { touched, result: touched };
  });
}

/** What retention deleted, newest first. */
export function listRetention(db: Database, limit: number): RetentionEntry[] {
  return db.all<RetentionEntry>(
    `SELECT at, table_name AS "table", day, segments, rows, size_bytes AS sizeBytes, reason FROM retention_log
     ORDER BY number DESC LIMIT ?`,
    limit,
  );
}
