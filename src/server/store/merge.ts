import { rm } from 'node:fs/promises';
import type { Duckdb, DuckdbOptions } from '#server/duckdb/index.ts';
import type { Merge, MergeOptions } from './compaction.ts';
import type { Segment, SegmentDraft, TimeRange } from './store.ts';

/** Rows of a row group: what a scan skips or reads as a whole. */
const ROW_GROUP_ROWS = 131_072;
const MEMORY_LIMIT_BYTES = 160 * 1024 * 1024;
/** What DuckDB's sort takes per row and column, measured on Flows; with less it spills and takes five times as long. */
const SORT_BYTES_PER_VALUE = 80;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const listOf = (files: readonly string[]): string => `[${files.map(literal).join(', ')}]`;

export interface MergeLimits extends DuckdbOptions {
  /** Rows sorted at a time; as many as fit the memory unless given. */
  readonly sliceRows?: number;
}

/**
 * A merge by DuckDB within the memory given (160 MiB unless given, and about 300 MiB more of the process around it).
 * Rows that do not fit are sorted slice of time by slice of time, and the slices are written one after the other.
 * Each merge has an engine of its own, so that nothing of it stays in memory.
 */
export function duckdbMerge(options: MergeLimits): Merge {
  return async (segments, how) => {
    const files: string[] = [];
    const newFile = () => {
      const file = how.temporaryFile();
      files.push(file);
      return file;
    };
    const target = newFile();
    const limits = {
      memoryLimitBytes: MEMORY_LIMIT_BYTES,
      spillFolder: `${target}-spill`,
      ...options,
    };
    // Loaded when it is needed: most of those who open a store never merge.
    const { openDuckdb } = await import('#server/duckdb/index.ts');
    const engine = await openDuckdb(limits);
    const interrupt = () => engine.interrupt();
    how.signal?.addEventListener('abort', interrupt);
    try {
      const draft = await mergeInto(engine, segments, { ...how, ...limits, target, newFile });
      await removeAll(files.slice(1));
      return [draft];
    } catch (error) {
      await removeAll(files);
      how.signal?.throwIfAborted();
      throw new Error(`merging ${segments.length} segments failed`, { cause: error });
    } finally {
      how.signal?.removeEventListener('abort', interrupt);
      engine.close();
      await rm(`${target}-spill`, { recursive: true, force: true });
    }
  };
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true });
}

interface Column {
  readonly name: string;
  readonly type: string;
}

interface MergeJob extends MergeOptions, MergeLimits {
  readonly memoryLimitBytes: number;
  readonly target: string;
  /** A path for rows on their way to the target. */
  readonly newFile: () => string;
}

async function mergeInto(
  engine: Duckdb,
  segments: readonly Segment[],
  { target, newFile, sortBy, memoryLimitBytes, signal, ...limits }: MergeJob,
): Promise<SegmentDraft> {
  const [first] = segments;
  if (!first) throw new Error('nothing to merge');
  const files = listOf(segments.map((s) => s.path));
  const source = `read_parquet(${files}, union_by_name = true, hive_partitioning = false)`;
  const described = await engine.run(`DESCRIBE SELECT * FROM ${source}`);
  const columns = described.rows.map(
    ([name, type]): Column => ({ name: String(name), type: String(type) }),
  );
  const order = sortBy.filter((name) => columns.some((c) => c.name === name));
  const rows = segments.reduce((sum, s) => sum + s.rows, 0);
  const sliceRows =
    limits.sliceRows ?? Math.floor(memoryLimitBytes / (columns.length * SORT_BYTES_PER_VALUE));
  const slices = await sliceByTime(engine, source, columns, order, Math.ceil(rows / sliceRows));

  const copy = async (from: string, to: string, format: string) => {
    signal?.throwIfAborted();
    const { rowsChanged } = await engine.run(`COPY (${from}) TO ${literal(to)}
      (FORMAT parquet, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, ${format})`);
    return rowsChanged;
  };
  const selected = `SELECT ${columns.map(neverNull).join(', ')} FROM ${source}`;
  const last = 'COMPRESSION zstd, PARQUET_VERSION v2';
  let written: number;
  if (slices.length === 1) written = await copy(`${selected} ${slices[0]}`, target, last);
  else {
    const parts: string[] = [];
    for (const slice of slices) {
      const part = newFile();
      await copy(`${selected} ${slice}`, part, 'COMPRESSION lz4_raw');
      parts.push(part);
    }
    written = await copy(`SELECT * FROM read_parquet(${listOf(parts)})`, target, last);
  }
  const { table, day } = first;
  const isSorted = order.length > 0;
  return {
    table,
    day,
    rows: written,
    ranges: uniteRanges(segments),
    isSorted,
    content: { file: target },
  };
}

/** A segment from before a column was declared has no text in it; text is never null. */
function neverNull({ name, type }: Column): string {
  const column = identifier(name);
  return type === 'VARCHAR' ? `coalesce(${column}, '') AS ${column}` : column;
}

/** The ends of statements, WHERE and ORDER BY, whose rows one after the other are all rows in order. */
async function sliceByTime(
  engine: Duckdb,
  source: string,
  columns: readonly Column[],
  order: readonly string[],
  count: number,
): Promise<readonly string[]> {
  const [first] = order;
  if (first === undefined) return [''];
  const orderBy = `ORDER BY ${order.map(identifier).join(', ')}`;
  const isTime = columns.some((c) => c.name === first && c.type === 'TIMESTAMP');
  if (count === 1 || !isTime) return [orderBy];
  const time = identifier(first);
  const cuts = Array.from({ length: count - 1 }, (_, i) => (i + 1) / count);
  const found = await engine.run(
    `SELECT unnest(quantile_disc(epoch_us(${time}), [${cuts.join(', ')}])) FROM ${source}`,
  );
  const quantiles = found.rows.map(([at]) => Number(at));
  const bounds = new Set<number>();
  for (const [i, at] of quantiles.entries()) {
    bounds.add(at);
    // More rows of one instant than a slice holds: they get a slice that needs no sorting.
    if (quantiles[i + 1] === at) bounds.add(at + 1);
  }
  const edges = [...bounds];
  return [-Infinity, ...edges].map((from, i) => {
    const to = edges[i] ?? Infinity;
    const conditions = [
      ...(from > -Infinity ? [`${time} >= make_timestamp(${from})`] : []),
      ...(to < Infinity ? [`${time} < make_timestamp(${to})`] : []),
    ];
    const where = `(${conditions.join(' AND ')})${from === -Infinity ? ` OR ${time} IS NULL` : ''}`;
    return `WHERE ${where} ${to - from === 1 ? '' : orderBy}`;
  });
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
