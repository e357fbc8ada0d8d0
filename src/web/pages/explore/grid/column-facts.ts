import type { ResultColumn } from '#core/contract/index.ts';
import { type Cell, type Row, toText } from '#web/query/index.ts';

/** What the rows at hand say about one column. */
export interface ColumnFacts {
  readonly rows: number;
  readonly empty: number;
  readonly distinct: number;
  readonly least: Cell;
  readonly most: Cell;
  /** As a cell: text past 2^53. */
  readonly sum: Cell;
  readonly common: readonly { readonly text: string; readonly rows: number }[];
}

const MOST_COMMON = 5;

/** Numbers by value, everything else by its text; null before all. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const textA = toText(a);
  const textB = toText(b);
  // Longs past 2^53 come as text among numbers.
  const numberA = Number(textA);
  const numberB = Number(textB);
  if (textA !== '' && textB !== '' && !Number.isNaN(numberA) && !Number.isNaN(numberB))
    return numberA - numberB;
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}

/** Beyond so many rows the facts are those of the first. */
export const MOST_COUNTED = 100_000;

export function columnFacts(all: readonly Row[], index: number, column: ResultColumn): ColumnFacts {
  const rows = all.length > MOST_COUNTED ? all.slice(0, MOST_COUNTED) : all;
  const counts = new Map<string, number>();
  const isSummed =
    column.type === 'long' ||
    column.type === 'int' ||
    column.type === 'real' ||
    column.type === 'decimal';
  let empty = 0;
  const isWhole = column.type === 'long' || column.type === 'int';
  let sum = 0;
  let wholeSum = 0n;
  let least: Cell = null;
  let most: Cell = null;
  for (const row of rows) {
    const cell = row[index];
    if (cell === null || cell === undefined || cell === '') {
      empty++;
      continue;
    }
    const text = toText(cell);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (isWhole && /^-?\d+$/.test(text)) wholeSum += BigInt(text);
    else if (isSummed) sum += Number(cell);
    if (least === null || compareCells(cell, least) < 0) least = cell;
    if (most === null || compareCells(cell, most) > 0) most = cell;
  }
  const common = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_COMMON)
    .map(([text, found]) => ({ text, rows: found }));
  const isTotalled = isSummed && column.unit !== 'port' && counts.size > 0;
  const whole = Number.isSafeInteger(Number(wholeSum)) ? Number(wholeSum) : String(wholeSum);
  return {
    rows: rows.length,
    empty,
    distinct: counts.size,
    least,
    most,
    sum: isTotalled ? (isWhole ? whole : sum) : undefined,
    common,
  };
}
