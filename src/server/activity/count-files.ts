import type { Duckdb } from '#server/duckdb/index.ts';
import { fileList, hourOf } from '#server/observe/index.ts';
import type { FileCounts } from './job.ts';

/** Rows by file and hour of event time. Reads one column: ten million rows take about 0.2 s. */
export async function countFiles(engine: Duckdb, files: readonly string[]): Promise<FileCounts> {
  if (files.length === 0) return [];
  const { rows } = await engine.run(
    `SELECT filename, ${hourOf('epoch_us(TimeGenerated)')} AS hr, count(*)
     FROM read_parquet(${fileList(files)}, filename = true, union_by_name = true, hive_partitioning = false)
     GROUP BY filename, hr ORDER BY filename, hr`,
  );
  return rows.map(([file, hour, n]) => [String(file), Number(hour), Number(n)] as const);
}
