import { TableBuilder } from '#core/batch/index.ts';
import type { Table } from '#core/schema/index.ts';
import { type ParquetFile, type ParquetOptions, ParquetWriter } from './parquet-writer.ts';

const NUMBERS: ReadonlySet<string> = new Set(['long', 'int', 'real', 'datetime', 'timespan']);

/**
 * Few rows of a table, as objects by column, as one file. What a row leaves out is null, or empty where it is text;
 * datetimes are µs. Tables of many rows are built column by column (TableBuilder).
 */
export function encodeRows(
  table: Table,
  rows: readonly Readonly<Record<string, unknown>>[],
  options: ParquetOptions,
): ParquetFile {
  const writer = new ParquetWriter(table, options);
  const builder = new TableBuilder(table, (batch) => writer.add(batch), { capacity: rows.length });
  const set = table.columns.map(({ name, type }) => {
    if (type === 'bool') {
      const column = builder.bool(name);
      return (row: number, value: unknown) => column.set(row, value === true);
    }
    if (NUMBERS.has(type)) {
      const column = builder.number(name);
      return (row: number, value: unknown) => column.set(row, Number(value));
    }
    const column = builder.text(name);
    return (row: number, value: unknown) => column.set(row, String(value));
  });
  for (const cells of rows) {
    const row = builder.begin();
    table.columns.forEach(({ name }, i) => {
      const value = cells[name];
      if (value !== undefined) set[i]!(row, value);
    });
  }
  builder.flush();
  return writer.finish();
}
