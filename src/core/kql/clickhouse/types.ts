import type { KqlType } from '../../schema/index.ts';
import type { LiteralExpr } from '../bound/expr.ts';
import { EPOCH_TICKS, printDatetimeTicks } from '../runtime/datetime.ts';
import type { Value } from './value.ts';

/**
 * ClickHouse's side of types, names and literals. Everything that becomes SQL text for a value or a name passes here.
 *
 * An instant is a count of 100 ns since 0001-01-01, as in KQL itself: exact over its whole range, and its arithmetic is
 * that of whole numbers. A `string` is never null; everything else may be.
 */
export const CLICKHOUSE_TYPES: Readonly<Record<KqlType, string>> = {
  string: 'String',
  long: 'Nullable(Int64)',
  int: 'Nullable(Int32)',
  real: 'Nullable(Float64)',
  bool: 'Nullable(Bool)',
  datetime: 'Nullable(Int64)',
  timespan: 'Nullable(Int64)',
  dynamic: 'Nullable(String)',
  guid: 'Nullable(String)',
  decimal: 'Nullable(Float64)',
};

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\0': '\\0' };

/** A text in single quotes, where a backslash escapes. */
export function quoteText(text: string): string {
  return `'${text.replace(/[\\'\0]/g, (c) => ESCAPES[c]!)}'`;
}

/** A name in double quotes, where a backslash escapes. */
export function quoteName(name: string): string {
  return `"${name.replace(/[\\"]/g, (c) => `\\${c}`).replaceAll('\0', '')}"`;
}

/** KQL's null of a type; the empty text for `string`. */
export function nullOf(type: KqlType): string {
  return type === 'string' ? "''" : `NULL::${CLICKHOUSE_TYPES[type]}`;
}

/** The one literal writer. */
export function printLiteral({ value, type }: LiteralExpr): string {
  if (value === null) return nullOf(type);
  switch (type) {
    case 'string':
    case 'guid':
    case 'dynamic':
      return quoteText(String(value));
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'real':
    case 'decimal':
      return realText(value);
    case 'int':
      return wholeText(String(value), 32);
    case 'datetime':
      return `${wholeText(String(value), 64)} /* ${instantComment(BigInt(String(value)))} */`;
    case 'long':
    case 'timespan':
      return wholeText(String(value), 64);
  }
}

function wholeText(digits: string, bits: 32 | 64): string {
  if (!/^-?\d+$/.test(digits)) throw new Error('not a whole number');
  return digits.startsWith('-') ? `toInt${bits}(${digits})` : `${digits}::Int${bits}`;
}

function instantComment(ticks: bigint): string {
  return printDatetimeTicks(ticks).replace(/\.?0*Z$/, 'Z');
}

function realText(value: number | string | boolean): string {
  if (value === 'nan' || value === 'inf') return value;
  if (value === '-inf') return '(-inf)';
  const text = String(Number(value));
  if (text === 'NaN') return 'nan';
  const point = /[.e]/.test(text) ? text : `${text}.`;
  return point.startsWith('-') ? `(${point})` : point;
}

/** A constant as a value. */
export function literalValue(literal: LiteralExpr): Value {
  return { sql: printLiteral(literal), type: literal.type, literal };
}

/** An instant, as ClickHouse's own type of instants has it, and back. */
export const toInstant = (ticks: string): string =>
  `reinterpret(${ticks} - ${EPOCH_TICKS}, 'DateTime64(7, \\'UTC\\')')`;

const NAME = /^(?:\w+\.)?(?:"(?:[^"\\]|\\.)*"|\w+)$/;

/**
 * SQL that names a value more than once without computing it more than once: a column stands as it is, anything larger
 * is bound by a lambda over an array of one element. Lambdas inside others have names of their own, so `body` is asked
 * twice: first to see which names stand inside.
 */
export function bind(sql: string, body: (name: string) => string): string {
  if (NAME.test(sql)) return body(sql);
  const taken = [...body('v0').matchAll(/\bv(\d+) ->/g)].map((m) => Number(m[1]));
  const name = `v${1 + Math.max(0, ...taken)}`;
  return `arrayMap(${name} -> ${body(name)}, [${sql}])[1]`;
}
