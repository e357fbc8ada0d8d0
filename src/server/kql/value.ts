import { type BoundColumn, printDatetimeTicks, printTimespan } from '#core/kql/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import type { ClickhouseRow, ClickhouseValue } from '#server/clickhouse/index.ts';
import type { DuckDBValue } from '#server/duckdb/index.ts';

/** A cell of a result as JSON has it (see the command line's contract). */
export type JsonCell = string | number | boolean | null | JsonCell[] | { [key: string]: JsonCell };

const MICROS = 1_000_000n;

const toBigInt = (value: unknown): bigint =>
  typeof value === 'bigint' ? value : BigInt(String(value));

/** The second that was printed last: rows near each other share theirs. */
let lastSecond = Number.NaN;
let lastHead = '';

function printSecond(seconds: number): string {
  if (seconds !== lastSecond) {
    lastSecond = seconds;
    lastHead = new Date(seconds * 1000).toISOString().slice(0, -5);
  }
  return lastHead;
}

function printMicros(micros: bigint): string {
  const exact = Number(micros);
  // Instants of the years 1684 to 2255 are exact in a number, which computes many times faster.
  if (Number.isSafeInteger(exact)) {
    const seconds = Math.floor(exact / 1e6);
    const rest = exact - seconds * 1e6;
    const head = printSecond(seconds);
    return rest === 0 ? `${head}Z` : `${head}.${printFraction(rest)}Z`;
  }
  const seconds = micros / MICROS - (micros % MICROS < 0n ? 1n : 0n);
  const rest = micros - seconds * MICROS;
  const head = printSecond(Number(seconds));
  return rest === 0n ? `${head}Z` : `${head}.${printFraction(rest)}Z`;
}

const printFraction = (micros: number | bigint): string =>
  String(micros).padStart(6, '0').replace(/0+$/, '');

function printLong(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

const BIG_DIGITS = /\d{16}/;

/** Whole numbers past 2^53 become texts, as everywhere in JSON. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' &&
    source &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(source)
    ? source
    : value;
}

function printDynamic(text: string): JsonCell {
  try {
    const parsed: JsonCell = BIG_DIGITS.test(text)
      ? JSON.parse(text, keepDigits)
      : JSON.parse(text);
    return parsed;
  } catch {
    // A stored dynamic that is not JSON is shown as the text it is.
    return text;
  }
}

function printReal(value: number): number | string {
  return Number.isFinite(value)
    ? value
    : Number.isNaN(value)
      ? 'NaN'
      : value > 0
        ? 'Infinity'
        : '-Infinity';
}

export function printCell(value: DuckDBValue | undefined, type: KqlType): JsonCell {
  if (value === null || value === undefined) return type === 'string' ? '' : null;
  switch (type) {
    case 'datetime':
      return typeof value === 'object' && 'micros' in value
        ? printMicros(toBigInt(value.micros))
        : null;
    case 'timespan':
      return printTimespan(toBigInt(value));
    case 'dynamic':
      return printDynamic(String(value));
    case 'real':
    case 'decimal':
      return printReal(Number(value));
    case 'long':
    case 'int':
      return typeof value === 'number' ? value : printLong(toBigInt(value));
    case 'bool':
      return value === true;
    default:
      return String(value);
  }
}

/** A row of the engine as JSON values. */
export function printRow(row: readonly DuckDBValue[], columns: readonly BoundColumn[]): JsonCell[] {
  return columns.map((c, i) => printCell(row[i], c.type));
}

const REALS: Readonly<Record<string, string>> = {
  nan: 'NaN',
  // What 0.0 / 0 leaves has its sign set.
  '-nan': 'NaN',
  inf: 'Infinity',
  '-inf': '-Infinity',
};

/** A cell of ClickHouse, whose instants are counts of 100 ns since 0001-01-01. */
function printClickhouseCell(value: ClickhouseValue | undefined, type: KqlType): JsonCell {
  if (value === null || value === undefined) return type === 'string' ? '' : null;
  switch (type) {
    case 'datetime':
      return printDatetimeTicks(BigInt(value)).replace(/\.?0+Z$/, 'Z');
    case 'real':
    case 'decimal':
      return typeof value === 'string' ? (REALS[value] ?? Number(value)) : Number(value);
    case 'bool':
      return value === true || value === 1;
    default:
      return printCell(value, type);
  }
}

/** A row of ClickHouse as JSON values. */
export function printClickhouseRow(
  row: ClickhouseRow,
  columns: readonly BoundColumn[],
): JsonCell[] {
  return columns.map((c, i) => printClickhouseCell(row[i], c.type));
}
