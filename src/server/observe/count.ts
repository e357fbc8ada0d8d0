import type { Duckdb } from '#server/duckdb/index.ts';
import { hourOf, segments } from './text.ts';

/** Rows per hour, [start of the hour in µs, rows]. */
export type HourCounts = readonly (readonly [hour: number, rows: number])[];

/** Rows per hour of event time. Reads one column: ten million rows take about 0.1 s. */
export async function countHours(engine: Duckdb, files: readonly string[]): Promise<HourCounts> {
  if (files.length === 0) return [];
  const { rows } = await engine.run(
    `SELECT ${hourOf('epoch_us(TimeGenerated)')} AS hr, count(*) FROM ${segments(files)} GROUP BY hr ORDER BY hr`,
  );
  return rows.map(([hour, n]) => [Number(hour), Number(n)] as const);
}
