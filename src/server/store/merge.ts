import { rm } from 'node:fs/promises';
import { type Duckdb, type DuckdbOptions, openDuckdb } from '#server/duckdb/index.ts';
import type { Merge, MergeOptions } from './compaction.ts';
import type { Segment, SegmentDraft, TimeRange } from './store.ts';

/** Rows of a row group: what a scan skips or reads as a whole. */
const ROW_GROUP_ROWS = 131_072;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * A merge by DuckDB: one sort, within the memory given, through the spill folder where that is not enough. Each merge
 * has an engine of its own, so that nothing of it stays in memory.
 */
export function duckdbMerge(options: DuckdbOptions): Merge {
  return async (segments, how) => {
    const file = how.temporaryFile();
    const engine = await openDuckdb(options);
    const interrupt = () => engine.interrupt();
    how.signal?.addEventListener('abort', interrupt);
    try {
      how.signal?.throwIfAborted();
      return [await mergeInto(engine, file, segments, how)];
    } catch (error) {
      await rm(file, { force: true });
      how.signal?.throwIfAborted();
      throw new Error(`merging ${segments.length} segments failed`, { cause: error });
    } finally {
      how.signal?.removeEventListener('abort', interrupt);
      engine.close();
    }
  };
}

async function mergeInto(
  engine: Duckdb,
  file: string,
  segments: readonly Segment[],
  how: MergeOptions,
): Promise<SegmentDraft> {
  const [first] = segments;
  if (!first) throw new Error('nothing to merge');
  const files = `[${segments.map((s) => literal(s.path)).join(', ')}]`;
  const source = `read_parquet(${files}, union_by_name = true, hive_partitioning = false)`;
  const described = await engine.run(`DESCRIBE SELECT * FROM ${source}`);
  const columns = described.rows.map(([name, type]) => ({
    name: String(name),
    type: String(type),
  }));
  // A segment from before a column was declared has no text in it; text is never null.
  const selected = columns.map(({ name, type }) =>
    type === 'VARCHAR'
      ? `coalesce(${identifier(name)}, '') AS ${identifier(name)}`
      : identifier(name),
  );
  const order = how.sortBy.filter((name) => columns.some((c) => c.name === name)).map(identifier);
  const sorted = order.length > 0 ? `ORDER BY ${order.join(', ')}` : '';
  const { rowsChanged } = await engine.run(
    `COPY (SELECT ${selected.join(', ')} FROM ${source} ${sorted}) TO ${literal(file)}
     (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, PARQUET_VERSION v2)`,
  );
  const { table, day } = first;
  return {
    table,
    day,
    rows: rowsChanged,
    ranges: uniteRanges(segments),
    isSorted: order.length > 0,
    content: { file },
  };
}

function uniteRanges(segments: readonly Segment[]): Record<string, TimeRange> {
  const united: Record<string, TimeRange> = {};
  for (const { ranges } of segments)
    for (const [column, [low, high]] of Object.entries(ranges)) {
      const so = united[column];
      united[column] = so ? [Math.min(so[0], low), Math.max(so[1], high)] : [low, high];
    }
  return united;
}
