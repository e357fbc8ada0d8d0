import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { KqlType } from '#core/schema/index.ts';
import type { Duckdb } from '#server/duckdb/index.ts';
import { literal } from './relation.ts';
import type { Columns, RowSink } from './row-sink.ts';

/** How a cell of the API reads back: the type that JSON is read as, and the type the column gets. */
const TYPES: Readonly<Record<KqlType, readonly [json: string, parquet: string]>> = {
  string: ['VARCHAR', 'VARCHAR'],
  dynamic: ['VARCHAR', 'VARCHAR'],
  guid: ['VARCHAR', 'VARCHAR'],
  long: ['BIGINT', 'BIGINT'],
  int: ['INTEGER', 'INTEGER'],
  real: ['DOUBLE', 'DOUBLE'],
  bool: ['BOOLEAN', 'BOOLEAN'],
  datetime: ['VARCHAR', 'TIMESTAMP'],
  timespan: ['BIGINT', 'BIGINT'],
  decimal: ['VARCHAR', 'DECIMAL(38,18)'],
};

/** The engine sets aside a few times the longest line for each thread: no more than lines need. */
const MIN_LINE_BYTES = 2 ** 16;

/**
 * Writes rows as Parquet (zstd) with the types that segments have: datetime TIMESTAMP in µs, timespan a count of 100 ns,
 * dynamic JSON text. They go through a file with JSON beside it, so that memory stays bounded.
 */
export function createParquetSink(engine: Duckdb, columns: Columns, file: string): RowSink {
  if (columns.length === 0) throw new Error('a Parquet file needs at least one column');
  const between = `${file}.json`;
  const descriptor = openSync(between, 'w', 0o600);
  let isOpen = true;
  let longest = 0;
  let sizeBytes = 0;

  function close(): void {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
    rmSync(between, { force: true });
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    add(rows) {
      const lines = rows.map(
        (row) => `{${columns.map((c, i) => `"c${i}":${printCell(row[i], c.type)}`).join(',')}}`,
      );
      for (const line of lines) longest = Math.max(longest, Buffer.byteLength(line));
      sizeBytes += writeSync(descriptor, `${lines.join('\n')}\n`);
    },
    async finish() {
      const shape = columns.map((c, i) => `c${i}: ${literal(TYPES[c.type][0])}`).join(', ');
      const items = columns.map(
        (c, i) => `CAST(c${i} AS ${TYPES[c.type][1]}) AS ${quote(uniqueName(columns, i))}`,
      );
      await engine.run(
        `COPY (SELECT ${items.join(', ')} FROM read_json(${literal(between)}, format = 'newline_delimited', ` +
          `columns = {${shape}}, maximum_object_size = ${Math.max(MIN_LINE_BYTES, longest + 1)})) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      close();
      return { kind: 'file', path: file };
    },
    drop() {
      close();
      rmSync(file, { force: true });
    },
  };
}

/**
 * SQL that writes at most `maxRows` rows of a query as such a file, without a way through text. `types` are those of
 * core/schema as they are stored; what is '' for null there is null in the file.
 */
export function printParquetCopy(
  sql: string,
  columns: Columns,
  file: string,
  maxRows: number,
): string {
  if (columns.length === 0) throw new Error('a Parquet file needs at least one column');
  const items = columns.map(({ type }, i) => {
    const cell = `CAST(c${i} AS ${TYPES[type][1]})`;
    const value =
      type === 'string'
        ? `coalesce(${cell}, '')`
        : type === 'guid' || type === 'dynamic'
          ? `nullif(${cell}, '')`
          : cell;
    return `${value} AS ${quote(uniqueName(columns, i))}`;
  });
  const names = columns.map((_, i) => `c${i}`);
  return (
    `COPY (SELECT ${items.join(', ')} FROM (${sql}) AS answer(${names.join(', ')}) LIMIT ${maxRows}) ` +
    `TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`
  );
}

function printCell(value: unknown, type: KqlType): string {
  if (value === null || value === undefined) return 'null';
  if (type === 'dynamic')
    return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value));
  if (type === 'timespan') return String(parseTimespan(String(value)));
  // A long past 2^53 comes as text; as JSON it is a number all the same.
  if (type === 'long' && typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** 100 ns of `[-][d.]hh:mm:ss[.fffffff]`. */
export function parseTimespan(text: string): bigint {
  const parts = /^(-)?(?:(\d+)\.)?(\d+):(\d+):(\d+)(?:\.(\d{1,7}))?$/.exec(text);
  if (!parts) throw new Error(`${text} is not a timespan`);
  const [, sign, days = '0', hours, minutes, seconds, fraction = ''] = parts;
  const whole =
    ((BigInt(days) * 24n + BigInt(hours!)) * 60n + BigInt(minutes!)) * 60n + BigInt(seconds!);
  const ticks = whole * 10_000_000n + BigInt(fraction.padEnd(7, '0'));
  return sign ? -ticks : ticks;
}

/** Parquet columns need names that differ, and that are not empty. */
function uniqueName(columns: Columns, index: number): string {
  const { name } = columns[index]!;
  const before = columns
    .slice(0, index)
    .filter((c) => c.name.toLowerCase() === name.toLowerCase()).length;
  return before === 0 && name !== '' ? name : `${name || 'Column'}_${index + 1}`;
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
