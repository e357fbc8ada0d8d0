import type { KqlType } from '../../schema/index.ts';
import type { LiteralExpr } from '../bound/expr.ts';
import { EPOCH_TICKS } from '../runtime/datetime.ts';
import type { Arg } from './dialect.ts';

/** DuckDB's side of types, names and literals. Everything that becomes SQL text for a value or a name passes here. */

export const DUCKDB_TYPES: Readonly<Record<KqlType, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  int: 'INTEGER',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  timespan: 'BIGINT',
  dynamic: 'VARCHAR',
  guid: 'VARCHAR',
  decimal: 'DOUBLE',
};

/** A name in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""').replaceAll('\0', '')}"`;
}

const COLUMN = `(?:\\w+\\.)?"(?:[^"]|"")*"|nullif\\("(?:[^"]|"")*", ''\\)`;
const ONLY_COLUMN = new RegExp(`^(?:${COLUMN})$`);
const PATH = new RegExp(`^weir_at\\((${COLUMN}), '(\\$[^']*)'\\)$`);
const PATH_AS_TEXT = new RegExp(`^weir_at_text(\\((?:${COLUMN}), '\\$[^']*'\\))$`);

/** Whether SQL is a mere column, which costs next to nothing to name twice. */
export function isColumn(sql: string): boolean {
  return ONLY_COLUMN.test(sql);
}

/** The column and the JSON path of SQL that reads one into the other. */
export function pathOf(sql: string): { readonly column: string; readonly path: string } | null {
  const found = PATH.exec(sql);
  return found ? { column: found[1]!, path: found[2]! } : null;
}

/** A path that is read as another type at once, where the value is one; any other value as `otherwise` says. */
function pathAs(type: 'text' | 'long' | 'int' | 'real', arg: Arg, otherwise: string): string {
  const found = pathOf(arg.sql);
  return found ? `weir_at_${type}(${found.column}, ${quoteText(found.path)})` : otherwise;
}

/** A text that no list, bag or number prints as: the engine and KQL print those differently. */
function isPlainText(text: string): boolean {
  return !/^[[{]|^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text);
}

/** A text to be compared with constants only: one inside a dynamic is then read by the engine alone. */
export function comparedText(sql: string, constants: readonly string[]): string {
  const at = PATH_AS_TEXT.exec(sql)?.[1];
  return at && constants.every(isPlainText) ? `coalesce(TRY(json_extract_string${at}), '')` : sql;
}

/** A text in single quotes; a zero byte, which DuckDB's parser cannot read, is put in by chr(0). */
export function quoteText(text: string): string {
  if (!text.includes('\0')) return `'${text.replaceAll("'", "''")}'`;
  return `(${text
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ')})`;
}

function realText(value: number | string): string {
  if (value === 'nan') return `'nan'::DOUBLE`;
  if (value === 'inf') return `'infinity'::DOUBLE`;
  if (value === '-inf') return `'-infinity'::DOUBLE`;
  const text = String(value);
  return `${text}::DOUBLE`.replace(/^(-.*)::DOUBLE$/, '($1)::DOUBLE');
}

/** The one literal writer. */
export function printLiteral(literal: LiteralExpr): string {
  const { value, type } = literal;
  if (value === null) return type === 'string' ? `''` : `NULL::${DUCKDB_TYPES[type]}`;
  switch (type) {
    case 'string':
    case 'guid':
    case 'dynamic':
      return quoteText(String(value));
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'real':
    case 'decimal':
      return realText(typeof value === 'number' ? value : String(value));
    case 'int':
      return `(${Number(value)})`.replace(/^\((\d+)\)$/, '$1');
    case 'long':
      return longText(String(value));
    case 'timespan':
      return longText(String(value));
    case 'datetime':
      return printInstant(BigInt(String(value)));
  }
}

function longText(digits: string): string {
  if (!/^-?\d+$/.test(digits)) throw new Error('not a whole number');
  return digits.startsWith('-') ? `(${digits})::BIGINT` : `${digits}::BIGINT`;
}

function printInstant(ticks: bigint): string {
  const micros = (ticks - EPOCH_TICKS) / 10n - ((ticks - EPOCH_TICKS) % 10n < 0n ? 1n : 0n);
  const seconds = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const rest = micros - seconds * 1_000_000n;
  const iso = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `TIMESTAMP '${iso}${rest === 0n ? '' : `.${String(rest).padStart(6, '0')}`}'`;
}

/** Microseconds of a TIMESTAMP, and back. */
export const micros = (sql: string): string => `epoch_us(${sql})`;
export const instant = (sql: string): string => `make_timestamp((${sql})::BIGINT)`;

/** Ticks since 0001-01-01 of a TIMESTAMP, and back. */
export const ticksOf = (sql: string): string => `(epoch_us(${sql}) * 10 + ${EPOCH_TICKS})`;
export const ofTicks = (sql: string): string =>
  `make_timestamp((${sql}) // 10 - ${EPOCH_TICKS / 10n})`;

/** Ticks of an instant: a constant keeps those below a microsecond, which a TIMESTAMP has no room for. */
export function exactTicks(arg: Arg): string {
  const value = arg.literal?.type === 'datetime' ? arg.literal.value : null;
  return typeof value === 'string' ? longText(value) : ticksOf(arg.sql);
}

const isNumber = (type: KqlType) =>
  type === 'int' || type === 'long' || type === 'real' || type === 'decimal';

/** A value as text; null becomes ''. */
export function toText(arg: Arg): string {
  switch (arg.type) {
    case 'string':
      return arg.sql;
    case 'guid':
    case 'int':
    case 'long':
      return `coalesce(${arg.sql}::VARCHAR, '')`;
    case 'bool':
      return `CASE WHEN ${arg.sql} THEN 'true' WHEN NOT (${arg.sql}) THEN 'false' ELSE '' END`;
    case 'real':
      return `coalesce(weir_real_text(${arg.sql}), '')`;
    case 'decimal':
      return `coalesce(weir_decimal_text(${arg.sql}), '')`;
    case 'datetime':
      return `coalesce(strftime(${arg.sql}, '%Y-%m-%dT%H:%M:%S.%f') || '0Z', '')`;
    case 'timespan':
      return `coalesce(weir_timespan_text(${arg.sql}), '')`;
    case 'dynamic':
      return pathAs('text', arg, `coalesce(weir_dynamic_text(${arg.sql}), '')`);
  }
}

/** A value as JSON text; null stays null. */
export function toDynamic(arg: Arg): string {
  switch (arg.type) {
    case 'dynamic':
      return arg.sql;
    case 'string':
      return `to_json(${arg.sql})::VARCHAR`;
    case 'guid':
      return `to_json(${arg.sql})::VARCHAR`;
    case 'int':
    case 'long':
      return `(${arg.sql})::VARCHAR`;
    case 'bool':
      return `(${arg.sql})::VARCHAR`;
    case 'real':
    case 'decimal':
      return `weir_real_json(${arg.sql})`;
    case 'datetime':
      return `('"' || strftime(${arg.sql}, '%Y-%m-%dT%H:%M:%S.%f') || '0Z"')`;
    case 'timespan':
      return `('"' || weir_timespan_text(${arg.sql}) || '"')`;
  }
}

/** Whole numbers out of the int range wrap around, reals stop at its ends, as the engine's do. */
export function toLong(arg: Arg, type: 'long' | 'int' = 'long'): string {
  const narrow = (sql: string) => (type === 'int' ? `weir_wrap32(${sql})` : sql);
  switch (arg.type) {
    case 'int':
      return type === 'int' ? arg.sql : `(${arg.sql})::BIGINT`;
    case 'long':
    case 'timespan':
      return narrow(arg.sql);
    case 'real':
    case 'decimal':
      return `weir_real_${type}(${arg.sql})`;
    case 'bool':
      return `(${arg.sql})::${DUCKDB_TYPES[type]}`;
    case 'datetime':
      return narrow(exactTicks(arg));
    case 'dynamic':
      return type === 'int'
        ? pathAs('int', arg, `weir_dynamic_int(${arg.sql})::INTEGER`)
        : pathAs('long', arg, `weir_dynamic_long(${arg.sql})`);
    default:
      return type === 'int'
        ? `try_cast(weir_text_long(${arg.sql}) AS INTEGER)`
        : `weir_text_long(${arg.sql})`;
  }
}

export function toReal(arg: Arg): string {
  switch (arg.type) {
    case 'real':
    case 'decimal':
      return arg.sql;
    case 'dynamic':
      return pathAs('real', arg, `weir_dynamic_real(${arg.sql})`);
    case 'string':
    case 'guid':
      return `weir_text_real(${arg.sql})`;
    case 'datetime':
      return `${ticksOf(arg.sql)}::DOUBLE`;
    default:
      return `(${arg.sql})::DOUBLE`;
  }
}

export function toBool(arg: Arg): string {
  if (arg.type === 'bool') return arg.sql;
  if (isNumber(arg.type)) return `(${arg.sql} <> 0)`;
  return arg.type === 'dynamic'
    ? `weir_dynamic_bool(${arg.sql})`
    : `weir_text_bool(${toText(arg)})`;
}

export function toDatetime(arg: Arg): string {
  if (arg.type === 'datetime') return arg.sql;
  if (arg.type === 'timespan' || isNumber(arg.type)) return ofTicks(toLong(arg));
  return `make_timestamp(weir_text_datetime(${toText(arg)}))`;
}

export function toTimespan(arg: Arg): string {
  if (arg.type === 'timespan') return arg.sql;
  if (arg.type === 'int' || arg.type === 'long') return `(${arg.sql})::BIGINT`;
  if (arg.type === 'real' || arg.type === 'decimal')
    return `try_cast(${arg.sql} * 864000000000 AS BIGINT)`;
  return `weir_text_timespan(${toText(arg)})`;
}

export function toGuid(arg: Arg): string {
  return arg.type === 'guid' ? arg.sql : `weir_text_guid(${toText(arg)})`;
}

/** A value as another type, by KQL's rules of to…(). */
export function convert(arg: Arg, type: KqlType): string {
  switch (type) {
    case 'string':
      return toText(arg);
    case 'long':
      return toLong(arg);
    case 'int':
      return toLong(arg, 'int');
    case 'real':
    case 'decimal':
      return toReal(arg);
    case 'bool':
      return toBool(arg);
    case 'datetime':
      return toDatetime(arg);
    case 'timespan':
      return toTimespan(arg);
    case 'dynamic':
      return toDynamic(arg);
    case 'guid':
      return toGuid(arg);
  }
}
