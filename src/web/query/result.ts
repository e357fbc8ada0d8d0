import type { QueryResult, ResultColumn } from '#core/contract/index.ts';

export type Cell = unknown;
export type Row = readonly Cell[];

/** Position of a column; throws when the query does not return it, which is a mistake in our own KQL. */
export function columnIndex(result: Pick<QueryResult, 'columns'>, name: string): number {
  const index = result.columns.findIndex((column) => column.name === name);
  if (index < 0) throw new Error(`the query returns no column ${name}`);
  return index;
}

/** A cell as a number: longs past 2^53 come as text; null, empty and what is no number count as 0. */
export function toNumber(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell !== 'string' || cell === '') return 0;
  const value = Number(cell);
  return Number.isNaN(value) ? 0 : value;
}

/** A cell as text; null is ''. */
export function toText(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'string') return cell;
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** A datetime cell as milliseconds since 1970; null where there is none. */
export function toMillis(cell: Cell): number | null {
  if (typeof cell !== 'string' || cell === '') return null;
  const at = Date.parse(cell);
  return Number.isNaN(at) ? null : at;
}

/** Rows as objects by column name: for the few rows that panels show, not for grids. */
export function toRecords(result: Pick<QueryResult, 'columns' | 'rows'>): Record<string, Cell>[] {
  return result.rows.map((row) =>
    Object.fromEntries(result.columns.map((column, i) => [column.name, row[i]])),
  );
}

const NUMERIC: ReadonlySet<ResultColumn['type']> = new Set(['long', 'int', 'real', 'decimal']);

export const isNumeric = (column: ResultColumn): boolean =>
  NUMERIC.has(column.type) && column.unit !== 'port';
