import type { Columns, Printer, Row } from './printer.ts';

/** Rows as arrays, with commas between: what stands inside the `rows` of an answer. */
export const rows: Printer = arrays('rows', () => undefined);

/** As Kusto has them: every long is a number, with all its digits. */
export const kustoRows: Printer = arrays('kusto-rows', (type) =>
  type === 'long' ? wholeNumber : undefined,
);

/** As Log Analytics has them: the same, and dynamic values are JSON text. */
export const logAnalyticsRows: Printer = arrays('log-analytics-rows', (type) =>
  type === 'long' ? wholeNumber : type === 'dynamic' ? dynamicText : undefined,
);

type Change = (cell: unknown) => unknown;

function arrays(
  name: string,
  changeOf: (type: Columns[number]['type']) => Change | undefined,
): Printer {
  return {
    name,
    mediaType: 'application/json',
    open(columns) {
      const changes = columns.map((c) => changeOf(c.type));
      const change = changes.some(Boolean)
        ? (row: Row) => row.map((cell, i) => changes[i]?.(cell) ?? cell)
        : (row: Row) => row;
      return {
        head: '',
        separator: ',',
        tail: '',
        rows: (some) => JSON.stringify(some.map(change)).slice(1, -1),
      };
    },
  };
}

const dynamicText: Change = (cell) =>
  typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : cell;

// Of ES2026; the libraries of the compiler do not have it yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A long past 2^53 comes as text. */
const wholeNumber: Change = (cell) =>
  typeof cell === 'string' && /^-?\d+$/.test(cell) ? rawJSON(cell) : cell;
