import type { Columns, Printer, Row } from './printer.ts';

/** One object a row, one row a line. */
export const ndjson: Printer = {
  name: 'ndjson',
  mediaType: 'application/x-ndjson',
  open(columns) {
    const print = objectPrinter(columns);
    return {
      head: '',
      separator: '',
      tail: '',
      rows: (rows) => rows.map((row) => `${print(row)}\n`).join(''),
    };
  },
};

/** One array of objects. */
export const json: Printer = {
  name: 'json',
  mediaType: 'application/json',
  open(columns) {
    const print = objectPrinter(columns);
    return {
      head: '[\n',
      separator: ',\n',
      tail: '\n]\n',
      rows: (rows) => rows.map(print).join(',\n'),
    };
  },
};

/** Written name by name: an object in between would lose repeated names and take `__proto__` for more than a name. */
function objectPrinter(columns: Columns): (row: Row) => string {
  const names = columns.map((c) => `${JSON.stringify(c.name)}:`);
  return (row) => `{${names.map((name, i) => name + JSON.stringify(row[i] ?? null)).join(',')}}`;
}
