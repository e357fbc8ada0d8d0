import { rm } from 'node:fs/promises';
import type { Table } from '#core/schema/index.ts';
import type { Duckdb } from '#server/duckdb/index.ts';
import { literal, segments } from './text.ts';

/** A file that was written. */
export interface WrittenTable {
  readonly table: string;
  readonly file: string;
  readonly rows: number;
  /** Lowest and highest value of each datetime column that is not all null, µs. */
  readonly ranges: Readonly<Record<string, readonly [min: number, max: number]>>;
}

/** The engine holds one row group per thread while it writes: a wide table gets smaller ones. */
const rowGroupRows = (table: Table): number => (table.columns.length > 40 ? 30_720 : 122_880);

/** Writes rows as a file of a table, in the table's order unless told another. Undefined, and no file, without rows. */
export async function writeTable(
  engine: Duckdb,
  table: Table,
  select: string,
  file: string,
  orderBy: readonly string[] = (table.sortBy ?? []).map((name) => `"${name}"`),
): Promise<WrittenTable | undefined> {
  const sorted = orderBy.length > 0 ? ` ORDER BY ${orderBy.join(', ')}` : '';
  const { rowsChanged } = await engine.run(
    `COPY (${select}${sorted}) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE ${rowGroupRows(table)}, PARQUET_VERSION v2)`,
  );
  if (rowsChanged === 0) {
    await rm(file, { force: true });
    return undefined;
  }
  const held = new Set(
    (await engine.run(`DESCRIBE SELECT * FROM ${segments([file])}`)).rows.map(([name]) => name),
  );
  const times = table.columns
    .filter((c) => c.type === 'datetime' && held.has(c.name))
    .map((c) => c.name);
  const limits = times.flatMap((name) => [`epoch_us(min("${name}"))`, `epoch_us(max("${name}"))`]);
  const found =
    (await engine.run(`SELECT ${limits.join(', ')} FROM ${segments([file])}`)).rows[0] ?? [];
  const ranges = times.flatMap((name, i) => {
    const [low, high] = [found[2 * i], found[2 * i + 1]];
    return low === null || low === undefined
      ? []
      : [[name, [Number(low), Number(high)] as const] as const];
  });
  return { table: table.name, file, rows: rowsChanged, ranges: Object.fromEntries(ranges) };
}
