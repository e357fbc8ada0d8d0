import type { KqlType } from '../../schema/index.ts';
import type { LiteralExpr, LiteralValue } from '../bound/expr.ts';
import {
  parseDatetime,
  parseTimespan,
  printDatetimeTicks,
  printTimespan,
} from '../runtime/datetime.ts';
import { numberOf, parseJson, printReal, textOf } from '../runtime/value.ts';
import { bind, CLICKHOUSE_TYPES, literalValue, toInstant } from './types.ts';
import type { Call, Value } from './value.ts';

/** A value as another type, by KQL's rules of to…(). */

type Host = Pick<Call, 'host' | 'at'>;

const isNumber = (type: KqlType) =>
  type === 'int' || type === 'long' || type === 'real' || type === 'decimal';

export function convert(value: Value, type: KqlType, c: Host): Value {
  if (value.type === type) return value;
  const folded = value.literal ? convertLiteral(value.literal, type) : null;
  if (folded) return literalValue(folded);
  const made = CONVERTERS[type](value, c);
  return typeof made === 'string' ? { sql: made, type } : { ...made, type };
}

/** As `convert`, the SQL alone. */
export const as = (value: Value, type: KqlType, c: Host): string => convert(value, type, c).sql;
export const toText = (value: Value, c: Host): string => as(value, 'string', c);
export const toReal = (value: Value, c: Host): string => as(value, 'real', c);
export const toLong = (value: Value, c: Host): string => as(value, 'long', c);
export const toDynamic = (value: Value, c: Host): string => as(value, 'dynamic', c);

type Converter = (value: Value, c: Host) => string | Value;

const CONVERTERS: Readonly<Record<KqlType, Converter>> = {
  string: (v, c) => textFrom(v, c),
  dynamic: (v) => jsonFrom(v),
  long: (v) => longFrom(v),
  int: (v) => intFrom(v),
  real: (v) => realFrom(v),
  decimal: (v) => realFrom(v),
  bool: (v) => boolFrom(v),
  datetime: (v, c) =>
    v.type === 'timespan' || isNumber(v.type)
      ? longFrom(v)
      : fromEpochMicros(c.host('weir_text_datetime', [convert(v, 'string', c)], 'long')),
  timespan: (v, c) => {
    if (v.type === 'int' || v.type === 'long' || v.type === 'datetime') return longFrom(v);
    if (isNumber(v.type)) return wholeOf(`(${v.sql} * 864000000000)`);
    return c.host('weir_text_timespan', [convert(v, 'string', c)], 'timespan');
  },
  guid: (v, c) => c.host('weir_text_guid', [convert(v, 'string', c)], 'guid'),
};

function fromEpochMicros({ sql }: Value): string {
  return `(${sql} * 10 + 621355968000000000)`;
}

/** Text of an instant, a span and a real; null stays null. */
export const instantText = (sql: string): string =>
  `concat(replaceOne(toString(${toInstant(sql)}), ' ', 'T'), 'Z')`;

export const spanText = (sql: string): string =>
  bind(sql, (t) => {
    const part = (ticks: number, of: number) =>
      `leftPad(toString(intDiv(abs(${t}), ${ticks}) % ${of}), 2, '0')`;
    const days = `intDiv(abs(${t}), 864000000000)`;
    return `concat(if(${t} < 0, '-', ''), if(${days} > 0, concat(toString(${days}), '.'), ''), ${part(36e9, 24)}, ':', ${part(6e8, 60)}, ':', ${part(1e7, 60)}, if(abs(${t}) % 10000000 > 0, concat('.', leftPad(toString(abs(${t}) % 10000000), 7, '0')), ''))`;
  });

/** `1.0`, `0.1`, `1E+20`: from ClickHouse's shortest digits, which spell exponents from 1e21 on and below 1e-6. */
export const realText = (sql: string): string =>
  bind(sql, (x) => {
    const digits = `toString(abs(${x}))`;
    const sign = `if(${x} < 0, '-', '')`;
    const exponent = `replaceRegexpOne(replaceRegexpOne(replaceOne(${digits}, 'e', 'E'), 'E([0-9])', 'E+\\\\1'), '([+-])([0-9])$', '\\\\10\\\\2')`;
    const large = `concat(replaceRegexpOne(replaceRegexpOne(${digits}, '^([0-9])([0-9]*?)0*(?:[.].*)?$', '\\\\1.\\\\2'), '[.]$', ''), 'E+', toString(length(splitByChar('.', ${digits})[1]) - 1))`;
    const zeros = `replaceRegexpOne(${digits}, '^0[.](0*).*$', '\\\\1')`;
    const small = `concat(replaceRegexpOne(replaceRegexpOne(${digits}, '^0[.]0*([1-9])([0-9]*)$', '\\\\1.\\\\2'), '[.]$', ''), 'E-', leftPad(toString(length(${zeros}) + 1), 2, '0'))`;
    return `multiIf(isNaN(${x}), 'NaN', isInfinite(${x}), if(${x} > 0, 'Infinity', '-Infinity'), position(${digits}, 'e') > 0, concat(${sign}, ${exponent}), abs(${x}) >= 1e15, concat(${sign}, ${large}), abs(${x}) < 1e-4 AND ${x} != 0, concat(${sign}, ${small}), position(${digits}, '.') > 0, toString(${x}), concat(toString(${x}), '.0'))`;
  });

function textFrom(v: Value, c: Host): string | Value {
  switch (v.type) {
    case 'string':
      return v.sql;
    case 'guid':
      return `ifNull(${v.sql}, '')`;
    case 'int':
    case 'long':
      return `ifNull(toString(${v.sql}), '')`;
    case 'bool':
      return bind(v.sql, (x) => `multiIf(${x}, 'true', NOT ${x}, 'false', '')`);
    case 'real':
      return bind(v.sql, (x) => `if(isNull(${x}), '', assumeNotNull(${realText(x)}))`);
    case 'decimal': {
      const text = c.host('weir_decimal_text', [v], 'string');
      return text.literal ? text : `ifNull(${text.sql}, '')`;
    }
    case 'datetime':
      return `ifNull(${instantText(v.sql)}, '')`;
    case 'timespan':
      return `ifNull(${spanText(v.sql)}, '')`;
    case 'dynamic':
      return bind(
        v.sql,
        (x) =>
          `multiIf(isNull(${x}) OR ${x} = 'null', '', startsWith(${x}, '"') AND isValidJSON(assumeNotNull(${x})), JSONExtractString(assumeNotNull(${x})), isValidJSON(assumeNotNull(${x})), JSONExtractRaw(assumeNotNull(${x})), assumeNotNull(${x}))`,
      );
  }
}

/** A value as JSON text; null stays null. */
function jsonFrom(v: Value): string {
  switch (v.type) {
    case 'dynamic':
      return v.sql;
    case 'string':
      return `toJSONString(${v.sql})`;
    case 'guid':
      return `concat('"', ${v.sql}, '"')`;
    case 'int':
    case 'long':
      return `toString(${v.sql})`;
    case 'bool':
      return bind(v.sql, (x) => `multiIf(${x}, 'true', NOT ${x}, 'false', NULL)`);
    case 'real':
    case 'decimal':
      return bind(
        v.sql,
        (x) => `if(isFinite(${x}), ${realText(x)}, concat('"', ${realText(x)}, '"'))`,
      );
    case 'datetime':
      return `concat('"', ${instantText(v.sql)}, '"')`;
    case 'timespan':
      return `concat('"', ${spanText(v.sql)}, '"')`;
  }
}

const trimmed = (sql: string) => `trim(BOTH ' \\t\\n\\r' FROM ${sql})`;

/** A real cut to a whole number; past the ends of a long it stops there, as the engine's do. */
export const wholeOf = (sql: string): string =>
  bind(
    sql,
    (x) =>
      `multiIf(isNaN(${x}) OR isInfinite(${x}), NULL, ${x} >= 9223372036854775807, 9223372036854775807::Int64, ${x} <= -9223372036854775808, toInt64(-9223372036854775808), accurateCastOrNull(trunc(${x}), 'Int64'))`,
  );

const longOfText = (sql: string): string =>
  bind(
    sql,
    (x) =>
      `if(match(${x}, '^\\\\s*0[xX][0-9a-fA-F]{1,16}\\\\s*$'), reinterpretAsInt64(reverse(unhex(leftPad(substring(${trimmed(x)}, 3), 16, '0')))), toInt64OrNull(${trimmed(x)}))`,
  );

function longFrom(v: Value): string {
  switch (v.type) {
    case 'long':
    case 'timespan':
    case 'datetime':
      return v.sql;
    case 'int':
    case 'bool':
      return `toInt64(${v.sql})`;
    case 'real':
    case 'decimal':
      return wholeOf(v.sql);
    case 'dynamic':
      return bind(
        v.sql,
        (x) =>
          `multiIf(startsWith(${x}, '"'), ${longOfText(`JSONExtractString(assumeNotNull(${x}))`)}, ${x} = 'true', 1::Int64, ${x} = 'false', 0::Int64, match(${x}, '^-?[0-9]+$'), toInt64OrNull(${x}), ${wholeOf(`toFloat64OrNull(${x})`)})`,
      );
    default:
      return longOfText(v.sql);
  }
}

/** Whole numbers out of the range of an int wrap around, reals stop at its ends, texts are none. */
function intFrom(v: Value): string {
  if (v.type === 'real' || v.type === 'decimal')
    return `if(isNaN(${v.sql}), NULL, toInt32(greatest(-2147483648., least(2147483647., trunc(${v.sql})))))`;
  if (v.type === 'string' || v.type === 'guid')
    return `accurateCastOrNull(${longOfText(v.sql)}, 'Int32')`;
  if (v.type !== 'dynamic') return `toInt32(${longFrom(v)})`;
  return bind(
    v.sql,
    (x) =>
      `if(match(${x}, '^-?[0-9]*[.eE]') AND isNotNull(toFloat64OrNull(${x})), toInt32(greatest(-2147483648., least(2147483647., trunc(toFloat64OrNull(${x}))))), toInt32(${longFrom({ sql: x, type: 'dynamic' })}))`,
  );
}

function realFrom(v: Value): string {
  switch (v.type) {
    case 'real':
    case 'decimal':
      return v.sql;
    case 'dynamic':
      return bind(
        v.sql,
        (x) =>
          `multiIf(startsWith(${x}, '"'), toFloat64OrNull(${trimmed(`JSONExtractString(assumeNotNull(${x}))`)}), ${x} = 'true', 1., ${x} = 'false', 0., toFloat64OrNull(${x}))`,
      );
    case 'string':
    case 'guid':
      return `toFloat64OrNull(${trimmed(v.sql)})`;
    default:
      return `toFloat64(${v.sql})`;
  }
}

function boolFrom(v: Value): string {
  if (isNumber(v.type)) return `(${v.sql} != 0)`;
  const text = (sql: string) =>
    bind(
      `lower(${trimmed(sql)})`,
      (x) => `multiIf(${x} = 'true', true, ${x} = 'false', false, ${longOfText(x)} != 0)`,
    );
  if (v.type !== 'dynamic') return text(v.sql);
  return bind(
    v.sql,
    (x) =>
      `multiIf(startsWith(${x}, '"'), ${text(`JSONExtractString(assumeNotNull(${x}))`)}, ${x} = 'true', true, ${x} = 'false', false, toFloat64OrNull(${x}) != 0)`,
  );
}

/** A constant converted while planning; null where that is left to the engine. */
function convertLiteral(literal: LiteralExpr, type: KqlType): LiteralExpr | null {
  const { value, at } = literal;
  const of = (made: LiteralValue): LiteralExpr => ({ kind: 'literal', type, value: made, at });
  if (value === null) return of(type === 'string' ? '' : null);
  switch (type) {
    case 'string':
      return of(literalText(literal));
    case 'dynamic':
      return of(literalJson(literal));
    case 'datetime':
      return literal.type === 'string' ? of(printTicks(parseDatetime(String(value)))) : null;
    case 'timespan':
      return literal.type === 'string' ? of(printTicks(parseTimespan(String(value)))) : null;
    case 'long':
      return literal.type === 'int' ? of(value) : null;
    case 'real':
      return literal.type === 'int' || literal.type === 'long' || literal.type === 'decimal'
        ? of(literal.type === 'decimal' ? value : Number(value))
        : literal.type === 'dynamic'
          ? of(realLiteral(numberOf(parseJson(String(value)))))
          : null;
    default:
      return null;
  }
}

const printTicks = (ticks: bigint | null): string | null => (ticks === null ? null : String(ticks));

export function realLiteral(value: number | null): LiteralValue {
  if (value === null || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** The number that a literal of type real stands for. */
export function realOfLiteral(value: LiteralValue): number {
  if (value === 'nan') return Number.NaN;
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  return value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value);
}

function literalText({ value, type }: LiteralExpr): string {
  switch (type) {
    case 'real':
      return printReal(realOfLiteral(value));
    case 'datetime':
      return printDatetimeTicks(BigInt(String(value)));
    case 'timespan':
      return printTimespan(BigInt(String(value)));
    case 'dynamic':
      return textOf(parseJson(String(value)));
    default:
      return String(value);
  }
}

function literalJson(literal: LiteralExpr): string {
  const { value, type } = literal;
  switch (type) {
    case 'int':
    case 'long':
    case 'bool':
      return String(value);
    case 'real':
    case 'decimal': {
      const number = realOfLiteral(value);
      return Number.isFinite(number) ? printReal(number) : JSON.stringify(printReal(number));
    }
    default:
      return JSON.stringify(literalText(literal));
  }
}

/** The type of a column in a table that ClickHouse makes. */
export const columnType = (type: KqlType): string => CLICKHOUSE_TYPES[type];
