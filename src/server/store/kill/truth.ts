import { MICROS_PER_DAY, MICROS_PER_SECOND, type Micros, printDay } from '#core/base/index.ts';
import { TableBuilder } from '#core/batch/index.ts';
import { ParquetWriter } from '#core/parquet/index.ts';
import { defineColumns, defineTable, type Table } from '#core/schema/index.ts';
import type { SegmentDraft } from '../store.ts';

/*
 * What the kill test stores. Row n of an input is a function of the input and n, so whoever knows how far an input was
 * read knows every row that must be there.
 */

export const INPUTS = ['input-a', 'input-b', 'input-c'] as const;

/** 2026-03-04T00:00:00Z, µs. */
const START = Date.UTC(2026, 2, 4) * 1000;
const ROWS_PER_DAY = 150;
/** Days that the child's retention keeps, counted back from the newest row of the input that is read furthest. */
export const DAYS_KEPT = 3;

export const timeOf = (n: number): Micros =>
  START + Math.floor(n / ROWS_PER_DAY) * MICROS_PER_DAY + (n % ROWS_PER_DAY) * MICROS_PER_SECOND;

export const dayOf = (n: number): string => printDay(timeOf(n));

const numbers = (name: string): Table =>
  defineTable({
    name,
    kind: 'stored',
    row: 'One numbered row of an input.',
    origin: 'Weir',
    timeColumn: 'TimeGenerated',
    columns: defineColumns([
      ['TimeGenerated', 'datetime', 'Grows with N.'],
      ['Input', 'string', 'Which input.'],
      [
        'N',
        'long',
        'Number of the row in its input; in Totals the rows that Numbers had of the day.',
      ],
    ]),
  });

/** Every row is in Numbers, every odd one in Odds too; Totals is computed from Numbers again and again. */
export const TABLES: ReadonlyMap<string, Table> = new Map(
  ['Numbers', 'Odds', 'Totals'].map((name) => [name, numbers(name)]),
);

export const isIn = (table: string, n: number): boolean => table === 'Numbers' || n % 2 === 1;

export interface NumberedRow {
  readonly at: Micros;
  readonly input: string;
  readonly n: number;
}

/** Real Parquet of rows of one day. */
export function draftOfRows(name: string, rows: readonly NumberedRow[]): SegmentDraft {
  const table = TABLES.get(name)!;
  const writer = new ParquetWriter(table, { compress: (bytes) => bytes });
  const builder = new TableBuilder(table, (batch) => writer.add(batch), {
    capacity: rows.length,
  });
  for (const { at, input, n } of rows) {
    const row = builder.begin();
    builder.number('TimeGenerated').set(row, at);
    builder.text('Input').set(row, input);
    builder.number('N').set(row, n);
  }
  builder.flush();
  const { bytes, ranges } = writer.finish();
  return {
    table: name,
    day: printDay(rows[0]!.at),
    rows: rows.length,
    ranges,
    isSorted: false,
    content: { bytes },
  };
}

/** The segments that hold rows [from, to) of an input. */
export function draftsOf(input: string, from: number, to: number): SegmentDraft[] {
  const drafts: SegmentDraft[] = [];
  for (const table of ['Numbers', 'Odds']) {
    const rows: NumberedRow[] = [];
    for (let n = from; n < to; n++) if (isIn(table, n)) rows.push({ at: timeOf(n), input, n });
    for (const day of Map.groupBy(rows, (row) => printDay(row.at)).values())
      drafts.push(draftOfRows(table, day));
  }
  return drafts;
}
