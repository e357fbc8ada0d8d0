/**
 * The values of the slow evaluator. long, int, datetime (µs since 1970) and timespan (100 ns) are bigints, real a
 * number, dynamic JSON in which a bigint is a long and a number a double. Strings are never null.
 */
export type Type =
  | 'string'
  | 'long'
  | 'int'
  | 'real'
  | 'bool'
  | 'datetime'
  | 'timespan'
  | 'dynamic';

export type Json = null | boolean | bigint | number | string | readonly Json[] | Bag;
export interface Bag {
  readonly [key: string]: Json;
}
export type Value = Json;
export type Row = Readonly<Record<string, Value>>;

export interface Column {
  readonly name: string;
  readonly type: Type;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export const isArray = (v: Json | undefined): v is readonly Json[] => Array.isArray(v);
export const isBag = (v: Json | undefined): v is Bag =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

/** 64 bits: what does not fit wraps around. */
export const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);

function byCodePoints(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const d = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
    if (d !== 0) return d;
  }
  return x.length - y.length;
}

/** The order of two values of one type, neither null. */
export function order(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return byCodePoints(a, b);
  const [x, y] = [a as bigint | number | boolean, b as bigint | number | boolean];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** One text per value, the same for what a group or a join takes as the same. */
export function keyOf(value: Value): string {
  if (typeof value === 'bigint') return `${value}`;
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (isBag(value))
    return `{${Object.keys(value)
      .map((k) => `${k}:${keyOf(value[k]!)}`)
      .join()}}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

const pad = (n: bigint | number, width: number) => String(n).padStart(width, '0');

function iso(micros: bigint, digits: (fraction: string) => string): string {
  const seconds = (micros - (((micros % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  const head = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${head}${digits(pad(micros - seconds * 1_000_000n, 6))}Z`;
}

/** As tostring() and dynamic show an instant: seven digits. */
export const datetimeText = (micros: bigint): string => iso(micros, (f) => `.${f}0`);

/** `[-][d.]hh:mm:ss[.fffffff]`. */
export function timespanText(ticks: bigint): string {
  const size = ticks < 0n ? -ticks : ticks;
  const [days, hours] = [size / 864_000_000_000n, (size / 36_000_000_000n) % 24n];
  const [minutes, seconds] = [(size / 600_000_000n) % 60n, (size / 10_000_000n) % 60n];
  const fraction = size % 10_000_000n;
  return `${ticks < 0n ? '-' : ''}${days > 0n ? `${days}.` : ''}${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}${fraction > 0n ? `.${pad(fraction, 7)}` : ''}`;
}

/** JSON without spaces; keys in their order. */
export function jsonText(value: Json): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
  if (isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (isBag(value))
    return `{${Object.entries(value)
      .map(([k, v]) => `${JSON.stringify(k)}:${jsonText(v)}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

/** A value inside dynamic: instants and lengths of time are texts there. */
export function toDynamic(value: Value, type: Type): Json {
  if (value === null) return null;
  if (type === 'datetime') return datetimeText(value as bigint);
  return type === 'timespan' ? timespanText(value as bigint) : value;
}

/** Plain JSON, as the command line prints a cell. Reals keep ten digits: engines add in different orders. */
export function printed(value: Value, type: Type): unknown {
  if (value === null) return type === 'string' ? '' : null;
  if (type === 'datetime')
    return iso(value as bigint, (f) => (Number(f) === 0 ? '' : `.${f.replace(/0+$/, '')}`));
  if (type === 'timespan') return timespanText(value as bigint);
  return plain(value);
}

function plain(value: Json): unknown {
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : realName(value);
  if (isArray(value)) return value.map(plain);
  if (isBag(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value;
}

function realName(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** A value as KQL writes it. */
export function literal(value: Value, type: Type): string {
  if (type === 'string') return quoted(value as string);
  if (value === null) return `${type}(null)`;
  switch (type) {
    case 'datetime':
      return `datetime(${datetimeText(value as bigint)})`;
    case 'timespan':
      return `timespan(${timespanText(value as bigint)})`;
    case 'dynamic':
      return `dynamic(${jsonText(value)})`;
    case 'real':
      return realText(value as number);
    case 'int':
      return `int(${value})`;
    case 'long':
      return value === -(2n ** 63n) ? '(-9223372036854775807 - 1)' : `long(${value})`;
    default:
      return String(value);
  }
}

function realText(value: number): string {
  if (Number.isNaN(value)) return 'real(nan)';
  if (!Number.isFinite(value)) return value > 0 ? 'real(+inf)' : 'real(-inf)';
  return `real(${Number.isInteger(value) ? value.toFixed(1) : value})`;
}

/** A text in double quotes, with the escapes that KQL has. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"\n\t\0]/g, (c) => ({ '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\0': '\\0' })[c]!)}"`;
}
