import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Micros } from '#core/base/index.ts';
import type { Table } from '#core/schema/index.ts';
import { isMissing, sizeOf } from './disk.ts';
import { BALLAST_FILE, LOST_FOLDER, MANIFEST_FILE, TABLES_FOLDER, TMP_FOLDER } from './layout.ts';
import type { Database } from './sqlite.ts';

/** What the bytes under DATA are for. */
export const USES = {
  segments: 'rows that queries see',
  retired: 'replaced or expired rows, kept until no query can be reading them',
  damaged: 'segments that cannot be read',
  tmp: 'being written',
  spill: 'intermediate results of queries',
  captures: 'captured packets',
  lost: 'segment files that weir.db does not name',
  database: 'weir.db: what is stored where, and the state of Weir itself',
  ballast: 'room set aside for weir.db',
  other: 'files that are not of the store',
} as const;
export type Use = keyof typeof USES;

export interface Usage {
  /** Sum of the parts: every byte of every file under DATA. */
  readonly totalBytes: number;
  readonly parts: Readonly<Record<Use, number>>;
}

export interface TableSummary {
  readonly table: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly segments: number;
  readonly firstDay: string;
  readonly lastDay: string;
  /** Range of the table's time column, µs; undefined for a table that is not declared or has none. */
  readonly oldest: Micros | undefined;
  readonly newest: Micros | undefined;
  readonly version: number;
}

export interface Summary {
  readonly tables: readonly TableSummary[];
  readonly usage: Usage;
  /** Bytes that this user may still write to the file system of DATA. */
  readonly freeBytes: number;
}

const FOLDERS: Readonly<Record<string, Use>> = {
  [TABLES_FOLDER]: 'segments',
  [TMP_FOLDER]: 'tmp',
  [LOST_FOLDER]: 'lost',
  [BALLAST_FILE]: 'ballast',
  spill: 'spill',
  captures: 'captures',
};

function purposeOf(name: string): Use {
  const top = name.split(sep)[0]!;
  if (top.startsWith(MANIFEST_FILE)) return 'database';
  return FOLDERS[top] ?? 'other';
}

/** Measures every file under DATA. Files that vanish meanwhile count nothing. */
export async function measureUsage(db: Database, folder: string): Promise<Usage> {
  const parts: Record<Use, number> = {
    segments: 0,
    retired: 0,
    damaged: 0,
    tmp: 0,
    spill: 0,
    captures: 0,
    lost: 0,
    database: 0,
    ballast: 0,
    other: 0,
  };
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    parts[purposeOf(relative(folder, path))] += await sizeOfFile(path);
  }
  const totalBytes = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
  // Files under tables/ are of any state; the manifest says which.
  for (const state of ['retired', 'damaged'] as const) {
    const paths = db.all<{ path: string }>(
      `SELECT table_name || '/day=' || day || '/' || id || '.parquet' AS path FROM segment WHERE state = ?`,
      state,
    );
    for (const { path } of paths) parts[state] += sizeOf(join(folder, TABLES_FOLDER, path)) ?? 0;
    parts.segments -= parts[state];
  }
  return { totalBytes, parts };
}

async function sizeOfFile(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

type TableRow = Omit<TableSummary, 'oldest' | 'newest'>;

/** Rows, bytes and times of each table that has visible segments. */
export function summarizeTables(
  db: Database,
  declared: ReadonlyMap<string, Table>,
): TableSummary[] {
  const rows = db.all<TableRow>(
    `SELECT table_name AS "table", sum(rows) AS rows, sum(size_bytes) AS sizeBytes, count(*) AS segments,
       min(day) AS firstDay, max(day) AS lastDay,
       (SELECT version FROM table_version v WHERE v.table_name = s.table_name) AS version
     FROM segment s WHERE state = 'visible' GROUP BY table_name ORDER BY table_name`,
  );
  return rows.map((row) => {
    const column = declared.get(row.table)?.timeColumn;
    if (!column) return { ...row, oldest: undefined, newest: undefined };
    // Days are cut by this column, so the ends are in the first and in the last day.
    const end = (pick: 'min' | 'max', index: 0 | 1, day: string) =>
      db.get<{ at: Micros | null }>(
        `SELECT ${pick}(json_extract(ranges, ?)) AS at FROM segment
         WHERE state = 'visible' AND table_name = ? AND day = ?`,
        `$.${column}[${index}]`,
        row.table,
        day,
      )?.at ?? undefined;
    return { ...row, oldest: end('min', 0, row.firstDay), newest: end('max', 1, row.lastDay) };
  });
}
