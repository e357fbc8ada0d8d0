import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ResultColumn } from '#core/contract/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import type { ScanRequest, WholeFile } from './scan.ts';

/** Rows that a query is asked over instead of what is stored, by table. Cells as JSON has them, datetime as ISO text. */
export type GivenRows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

export interface GivenFile {
  readonly table: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
  readonly file: string;
}

/** Files to write for the tables that a query reads and that rows are given of: with the columns that it reads. */
export function planGiven(
  scans: readonly ScanRequest[],
  given: GivenRows,
  folder: () => string,
): readonly GivenFile[] {
  const wanted = new Map<string, Map<string, KqlType>>();
  for (const scan of scans) {
    if (!Object.hasOwn(given, scan.table)) continue;
    const columns = wanted.get(scan.table) ?? new Map<string, KqlType>();
    for (const { name, type } of scan.columns)
      if (!isComputed(scan.table, name)) columns.set(name, type);
    wanted.set(scan.table, columns);
  }
  return [...wanted].map(([table, found]) => {
    const columns = [...found].map(([name, type]) => ({ name, type, unit: 'none' as const }));
    // The request's timespan restricts it, whether the query reads it or not.
    if (!found.has('TimeGenerated'))
      columns.push({ name: 'TimeGenerated', type: 'datetime', unit: 'none' });
    const rows = (given[table] ?? []).map((row) => columns.map((c) => cell(row[c.name], c.type)));
    return { table, columns, rows, file: join(folder(), `given-${randomUUID()}.parquet`) };
  });
}

const isComputed = (table: string, name: string) =>
  tablesByName.get(table)?.columns.some((c) => c.name === name && c.isComputed) ?? false;

function cell(value: unknown, type: KqlType): unknown {
  if (type !== 'string') return value === '' ? null : value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const asWholeFile = ({ file, rows }: GivenFile): WholeFile => ({
  path: file,
  rows: rows.length,
  sizeBytes: 0,
  version: file,
});
