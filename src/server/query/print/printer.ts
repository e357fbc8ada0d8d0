import type { KqlType } from '#core/schema/index.ts';

/** What printers need of a result: cells are as in the API (ISO datetimes, timespans as text, dynamic as JSON). */
export interface Answer {
  readonly columns: Columns;
  readonly rows: readonly Row[];
}
export type Columns = readonly { readonly name: string; readonly type: KqlType }[];
export type Row = readonly unknown[];

/** One way to write an answer as text, some rows at a time, so that a large answer never becomes one large string. */
export interface Printer {
  readonly name: string;
  readonly mediaType: string;
  open(columns: Columns): PrintedRows;
}

/** The text is `head`, then each `rows(…)` with `separator` between them, then `tail`. */
export interface PrintedRows {
  readonly head: string;
  readonly separator: string;
  readonly tail: string;
  /** The text of one or more rows. */
  rows(rows: readonly Row[]): string;
}

const ROWS_A_PIECE = 500;

/** An answer that is at hand, in pieces of some hundred rows. */
export function* printAnswer(printer: Printer, { columns, rows }: Answer): Generator<string> {
  const printed = printer.open(columns);
  yield printed.head;
  for (let at = 0; at < rows.length; at += ROWS_A_PIECE)
    yield (at === 0 ? '' : printed.separator) + printed.rows(rows.slice(at, at + ROWS_A_PIECE));
  yield printed.tail;
}
