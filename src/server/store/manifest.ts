import { type Micros, printDay } from '#core/base/index.ts';
import type { Table } from '#core/schema/index.ts';
import type { FileFacts } from './disk.ts';
import { SegmentsGone } from './errors.ts';
import { segmentPath } from './layout.ts';
import type { Database, SqlValue } from './sqlite.ts';
import type { Segment, SegmentDraft, SegmentQuery, Taken, TimeRange } from './store.ts';

interface SegmentRow {
  readonly id: string;
  readonly table_name: string;
  readonly day: string;
  readonly rows: number;
  readonly size_bytes: number;
  readonly tier: Segment['tier'];
  readonly is_sorted: number;
  readonly ranges: string;
  readonly committed_at: number | null;
}

const COLUMNS = 'id, table_name, day, rows, size_bytes, tier, is_sorted, ranges, committed_at';

export type SegmentState = 'pending' | 'visible' | 'retired' | 'damaged';

function toSegment(folder: string, row: SegmentRow): Segment {
  return {
    id: row.id,
    table: row.table_name,
    day: row.day,
    rows: row.rows,
    sizeBytes: row.size_bytes,
    tier: row.tier,
    path: segmentPath(folder, row.table_name, row.day, row.id),
    ranges: JSON.parse(row.ranges),
    isSorted: row.is_sorted === 1,
    committedAt: row.committed_at ?? 0,
  };
}

const FIRST_DAY_MICROS = -62_167_219_200_000_000;
const LAST_DAY_MICROS = 253_402_300_799_000_000;

const dayOf = (at: Micros): string =>
  printDay(Math.min(Math.max(at, FIRST_DAY_MICROS), LAST_DAY_MICROS));

/** Finds visible segments that may hold rows of a query, oldest day first, then in the order they were made. */
export type SegmentFinder = (query: SegmentQuery, table: Table | undefined) => Segment[];

/** Segments never change once they are visible: each is read from the manifest once, and then known by its id. */
const SEGMENTS_KNOWN = 50_000;

export function createFinder(db: Database, folder: string): SegmentFinder {
  const known = new Map<string, Segment>();

  function load(id: string): Segment {
    const row = db.get<SegmentRow>(`SELECT ${COLUMNS} FROM segment WHERE id = ?`, id);
    if (!row) throw new Error(`segment ${id} is gone in the middle of a snapshot`);
    const segment = toSegment(folder, row);
    if (known.size >= SEGMENTS_KNOWN) known.clear();
    known.set(id, segment);
    return segment;
  }

  return (query, table) => {
    const ranges = (query.ranges ?? []).filter((r) => r.from !== undefined || r.to !== undefined);
    let sql = `SELECT id FROM segment WHERE state = 'visible' AND table_name = ?`;
    const values: SqlValue[] = [query.table];
    for (const { column, from, to } of ranges) {
      if (table && table.columns.find((c) => c.name === column)?.type !== 'datetime')
        throw new Error(`${query.table} has no datetime column ${column} to prune segments by`);
      if (column !== table?.timeColumn) continue;
      // The index is on days; the ranges below decide.
      if (from !== undefined) {
        sql += ' AND day >= ?';
        values.push(dayOf(from));
      }
      if (to !== undefined) {
        sql += ' AND day <= ?';
        values.push(dayOf(to));
      }
    }
    const segments = db.snapshot(() =>
      db
        .all<{ id: string }>(`${sql} ORDER BY day, id`, ...values)
        .map(({ id }) => known.get(id) ?? load(id)),
    );
    if (ranges.length === 0) return segments;
    return segments.filter((s) => ranges.every((r) => touches(s.ranges[r.column], r.from, r.to)));
  };
}

function touches(range: TimeRange | undefined, from = -Infinity, to = Infinity): boolean {
  return range !== undefined && range[0] <= to && range[1] >= from;
}

export function listTables(db: Database): string[] {
  return db
    .all<{ name: string }>(
      `SELECT DISTINCT table_name AS name FROM segment WHERE state = 'visible' ORDER BY table_name`,
    )
    .map((row) => row.name);
}

/** What upkeep needs to know of a segment, in any state. */
export interface SegmentFacts {
  readonly id: string;
  readonly table: string;
  readonly day: string;
  readonly path: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly crc32: number;
}

function factsWhere(
  db: Database,
  folder: string,
  where: string,
  ...values: readonly SqlValue[]
): SegmentFacts[] {
  return db
    .all<Omit<SegmentFacts, 'path'>>(
      `SELECT id, table_name AS "table", day, rows, size_bytes AS sizeBytes, crc32 FROM segment WHERE ${where}`,
      ...values,
    )
    .map((row) => ({ ...row, path: segmentPath(folder, row.table, row.day, row.id) }));
}

/** Segments that were retired before an instant, another for those that somebody has yet to read, in the order they were. */
export const findRetired = (
  db: Database,
  folder: string,
  before: Micros,
  followedBefore: Micros,
): SegmentFacts[] =>
  factsWhere(
    db,
    folder,
    `state = 'retired' AND retired_at < ? AND
     (retired_at < ? OR id NOT IN (SELECT segment FROM arrival)) ORDER BY retired_at, id`,
    before,
    followedBefore,
  );

export const findInState = (db: Database, folder: string, state: SegmentState): SegmentFacts[] =>
  factsWhere(db, folder, 'state = ? ORDER BY table_name, day, id', state);

/** Writes down that a file of this name is about to be made. */
export function insertPending(db: Database, id: string, owner: string, draft: SegmentDraft): void {
  db.run(
    `INSERT INTO segment (id, table_name, day, state, owner, rows, size_bytes, crc32, is_sorted, ranges)
     VALUES (?, ?, ?, 'pending', ?, ?, 0, 0, ?, ?)`,
    id,
    draft.table,
    draft.day,
    owner,
    draft.rows,
    draft.isSorted ? 1 : 0,
    JSON.stringify(draft.ranges),
  );
}

/** Makes a pending segment visible. */
export function reveal(db: Database, id: string, file: FileFacts, now: Micros): void {
  const changed = db.run(
    `UPDATE segment SET state = 'visible', size_bytes = ?, crc32 = ?, committed_at = ? WHERE id = ? AND state = 'pending'`,
    file.sizeBytes,
    file.crc32,
    now,
    id,
  );
  if (changed !== 1) throw new Error(`segment ${id} was written but its pending row is gone`);
}

/** Takes segments out of sight; their files stay until they are swept. Throws SegmentsGone when one is not visible. */
export function retire(db: Database, ids: readonly string[], now: Micros): Set<string> {
  const tables = new Set<string>();
  const gone: string[] = [];
  for (const id of ids) {
    const row = db.get<{ table_name: string }>(
      `UPDATE segment SET state = 'retired', retired_at = ? WHERE id = ? AND state = 'visible' RETURNING table_name`,
      now,
      id,
    );
    if (row) tables.add(row.table_name);
    else gone.push(id);
  }
  if (gone.length > 0) throw new SegmentsGone(gone);
  return tables;
}

/** Hides segments whose files cannot be read, or shows them again; returns the tables that are different now. */
export function markDamaged(db: Database, ids: readonly string[], isDamaged: boolean): Set<string> {
  const [from, to] = isDamaged ? ['visible', 'damaged'] : ['damaged', 'visible'];
  const tables = new Set<string>();
  for (const id of ids) {
    const row = db.get<{ table_name: string }>(
      'UPDATE segment SET state = ? WHERE id = ? AND state = ? RETURNING table_name',
      to!,
      id,
      from!,
    );
    if (row) tables.add(row.table_name);
  }
  return tables;
}

/** Forgets segments whose files have been removed. */
export function forget(db: Database, ids: readonly string[]): void {
  for (const id of ids) {
    db.run('DELETE FROM segment WHERE id = ?', id);
    db.run('DELETE FROM taken WHERE segment_id = ?', id);
  }
}

/** Writes down who has taken visible segments over. Throws SegmentsGone when one is not visible any more. */
export function take(db: Database, { by, segments }: Taken): void {
  const isVisible = (id: string) =>
    db.get(`SELECT 1 FROM segment WHERE id = ? AND state = 'visible'`, id) !== undefined;
  const gone = segments.filter((id) => !isVisible(id));
  if (gone.length > 0) throw new SegmentsGone(gone);
  for (const id of segments)
    db.run('INSERT OR IGNORE INTO taken (segment_id, taker) VALUES (?, ?)', id, by);
}

/** Segments made of the rows of others are taken by whoever had taken each of those. */
export function inheritTakers(
  db: Database,
  old: readonly string[],
  fresh: readonly string[],
): void {
  const takers = db.all<{ taker: string }>(
    `SELECT taker FROM taken WHERE segment_id IN (SELECT value FROM json_each(?))
     GROUP BY taker HAVING count(*) = ?`,
    JSON.stringify(old),
    old.length,
  );
  for (const { taker } of takers)
    for (const id of fresh)
      db.run('INSERT INTO taken (segment_id, taker) VALUES (?, ?)', id, taker);
}

/** By visible segment of a table that anybody took: by whom. */
export function findTakers(db: Database, table: string): Map<string, readonly string[]> {
  const rows = db.all<{ id: string; takers: string }>(
    `SELECT id, group_concat(taker, ' ' ORDER BY taker) AS takers
     FROM segment JOIN taken ON segment_id = id WHERE state = 'visible' AND table_name = ? GROUP BY id`,
    table,
  );
  return new Map(rows.map(({ id, takers }) => [id, takers.split(' ')]));
}

export function bumpVersions(db: Database, tables: Iterable<string>): void {
  for (const table of tables)
    db.run(
      `INSERT INTO table_version (table_name, version) VALUES (?, 1)
       ON CONFLICT (table_name) DO UPDATE SET version = version + 1`,
      table,
    );
}

export function versionOf(db: Database, table: string): number {
  return (
    db.get<{ version: number }>('SELECT version FROM table_version WHERE table_name = ?', table)
      ?.version ?? 0
  );
}

export function greatestId(db: Database): string {
  return db.get<{ id: string | null }>('SELECT max(id) AS id FROM segment')?.id ?? '';
}

export interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  readonly startedAt: Micros;
}

export function readOwner(db: Database): Owner | undefined {
  return db.get<Owner>('SELECT token, pid, host, started_at AS startedAt FROM owner');
}

export function writeOwner(db: Database, owner: Owner): void {
  db.run(
    'INSERT OR REPLACE INTO owner (only, token, pid, host, started_at) VALUES (1, ?, ?, ?, ?)',
    owner.token,
    owner.pid,
    owner.host,
    owner.startedAt,
  );
}
