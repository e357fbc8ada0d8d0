import type { KqlType } from '#core/schema/index.ts';

/** What printers need of a result: cells are as in the API (ISO datetimes, timespans as text, dynamic as JSON). */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: KqlType }[];
  readonly rows: readonly (readonly unknown[])[];
}

/** One way to write an answer as text, row by row, so that a large answer never becomes one large string. */
export interface Printer {
  readonly name: string;
  readonly mediaType: string;
  print(answer: Answer): Iterable<string>;
}
