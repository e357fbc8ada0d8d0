import type { Micros } from '#core/base/index.ts';

/** A row of a KQL answer by the names of its columns; cells as JSON has them. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows of an answer as objects. */
export function toRows(
  columns: readonly { readonly name: string }[],
  rows: readonly (readonly unknown[])[],
): Row[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
}

export const textOf = (row: Row, name: string): string => String(row[name] ?? '');

/** 0 for null: for counts and sums. Longs past 2^53 are told as text. */
export const numberOf = (row: Row, name: string): number => Number(row[name] ?? 0) || 0;

/** Null where the cell is null: for ports of protocols without ports. */
export function portOf(row: Row, name: string): number | null {
  const value = row[name];
  return value === null || value === undefined ? null : Number(value);
}

/** µs of a datetime; 0 for null. KQL prints up to seven digits of a second. */
export function instantOf(row: Row, name: string): Micros {
  const text = String(row[name] ?? '');
  const whole = Date.parse(`${text.slice(0, 19)}Z`);
  if (Number.isNaN(whole)) return 0;
  const fraction = /\.(\d{1,6})/.exec(text)?.[1] ?? '';
  return whole * 1000 + Number(fraction.padEnd(6, '0'));
}

/** Numbers of a dynamic array, told as JSON or as its text; empty for anything else. */
export function numbersOf(row: Row, name: string): readonly number[] {
  const value = listAt(row[name]);
  return value.map(Number);
}

/** Texts of a dynamic array. */
export const textsOf = (row: Row, name: string): readonly string[] => listAt(row[name]).map(String);

function listAt(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string' || !value.startsWith('[')) return [];
  const parsed: unknown = JSON.parse(value);
  return Array.isArray(parsed) ? parsed : [];
}
