import { csv } from './csv.ts';
import { json, ndjson } from './json.ts';
import type { Printer } from './printer.ts';
import { kustoRows, logAnalyticsRows, rows } from './rows.ts';

export {
  type Answer,
  type Columns,
  type PrintedRows,
  type Printer,
  printAnswer,
  type Row,
} from './printer.ts';
export { printTable } from './table.ts';

/** Every text form of an answer. */
export const PRINTERS = {
  csv,
  json,
  ndjson,
  rows,
  'kusto-rows': kustoRows,
  'log-analytics-rows': logAnalyticsRows,
} as const satisfies Readonly<Record<string, Printer>>;

/** `parquet` is not text: the engine writes it. */
export type Form = keyof typeof PRINTERS | 'parquet';
