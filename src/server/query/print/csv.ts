import type { Printer } from './printer.ts';

/**
 * CSV by RFC 4180: CRLF, quotes doubled, names in the first line, null and '' both empty.
 *
 * Text that a spreadsheet would run as a formula gets an apostrophe in front, as log data is hostile input. Numbers,
 * times and truth values cannot carry a formula and stay as they are, minus sign included.
 */
export const csv: Printer = {
  name: 'csv',
  mediaType: 'text/csv; charset=utf-8',
  open(columns) {
    const isText = columns.map((c) => c.type === 'string' || c.type === 'dynamic');
    return {
      head: `${columns.map((c) => quote(neutralise(c.name))).join(',')}\r\n`,
      separator: '',
      tail: '',
      rows: (rows) =>
        rows
          .map((row) => `${row.map((value, i) => printCell(value, isText[i]!)).join(',')}\r\n`)
          .join(''),
    };
  },
};

function printCell(value: unknown, isText: boolean): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return quote(neutralise(JSON.stringify(value)));
  return quote(isText && typeof value === 'string' ? neutralise(value) : String(value));
}

/** The characters that begin a formula in a spreadsheet, also behind white space. */
function neutralise(text: string): string {
  return /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
