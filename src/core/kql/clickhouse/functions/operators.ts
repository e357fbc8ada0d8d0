import type { KqlType } from '../../../schema/index.ts';
import { flattenConstants } from '../../functions/operators.ts';
import { as, convert, toDynamic, toLong, toReal, toText } from '../convert.ts';
import { bind, nullOf, quoteText } from '../types.ts';
import type { Call, PrinterGroup, SqlPrinter, Value } from '../value.ts';

const NUMBERS: ReadonlySet<KqlType> = new Set(['int', 'long', 'real', 'decimal']);
const isNumber = (v: Value) => NUMBERS.has(v.type);

/** Dynamic operands take the type of the other side, as KQL compares and computes them. */
export function meet(a: Value, b: Value, c: Call): [Value, Value] {
  if (a.type === b.type) return [a, b];
  if (a.type === 'dynamic') return [convert(a, isNumber(b) ? 'real' : b.type, c), b];
  if (b.type === 'dynamic') return [a, convert(b, isNumber(a) ? 'real' : a.type, c)];
  if (a.type === 'bool' && isNumber(b)) return [convert(a, 'long', c), b];
  if (b.type === 'bool' && isNumber(a)) return [a, convert(b, 'long', c)];
  if (a.type === 'string') return [convert(a, b.type, c), b];
  if (b.type === 'string') return [a, convert(b, a.type, c)];
  return [a, b];
}

const isFixed = (v: Value) => v.literal !== undefined && v.literal.value !== null;

function compare(operator: '<' | '<=' | '>' | '>='): SqlPrinter {
  return ([a, b], c) => {
    const [x, y] = meet(a!, b!, c);
    return `(${x.sql} ${operator} ${y.sql})`;
  };
}

/** In a filter: what is null there is as good as false. */
const plainEquals: SqlPrinter = ([a, b], c) => {
  const [x, y] = meet(a!, b!, c);
  return `(${x.sql} = ${y.sql})`;
};

/** A value never equals null; null and null give null. */
const equals: SqlPrinter = ([a, b], c) => {
  const [x, y] = meet(a!, b!, c);
  const plain = `(${x.sql} = ${y.sql})`;
  if (x.type === 'string' || (isFixed(x) && isFixed(y))) return plain;
  if (isFixed(y) || isFixed(x)) return `ifNull(${plain}, false)`;
  return `(${plain} AND isNull(${x.sql}) = isNull(${y.sql}))`;
};

/** A value always differs from null; null and null give null. */
const differs: SqlPrinter = ([a, b], c) => {
  const [x, y] = meet(a!, b!, c);
  const plain = `(${x.sql} != ${y.sql})`;
  if (x.type === 'string' || (isFixed(x) && isFixed(y))) return plain;
  if (isFixed(y) || isFixed(x)) return `ifNull(${plain}, true)`;
  return `(${plain} OR isNull(${x.sql}) != isNull(${y.sql}))`;
};

/** A number for arithmetic that gives `type`. */
function number(v: Value, type: KqlType, c: Call): string {
  if (v.type === type || (isNumber(v) && type !== 'int')) return v.sql;
  return as(v, type === 'timespan' || type === 'datetime' ? 'real' : type, c);
}

function arithmetic(operator: '+' | '-' | '*', a: Value, b: Value, c: Call): string {
  if (c.type === 'long' || c.type === 'int') return `(${toLong(a, c)} ${operator} ${toLong(b, c)})`;
  const sql = `(${number(a, c.type, c)} ${operator} ${number(b, c.type, c)})`;
  return c.type === 'decimal' ? c.host('weir_decimal', [{ sql, type: 'real' }], 'real').sql : sql;
}

/** Timespans past the ends of their range are null. */
const inSpan = (sql: string): string => `accurateCastOrNull(${sql}, 'Int64')`;

const add: SqlPrinter = ([a, b], c) => {
  if (c.type === 'datetime') {
    const [at, span] = a!.type === 'datetime' ? [a!, b!] : [b!, a!];
    return `(${as(at, 'datetime', c)} + ${as(span, 'timespan', c)})`;
  }
  if (c.type === 'timespan')
    return inSpan(`toInt128(${as(a!, 'timespan', c)}) + ${as(b!, 'timespan', c)}`);
  return arithmetic('+', a!, b!, c);
};

const subtract: SqlPrinter = ([a, b], c) => {
  if (c.type === 'datetime') return `(${as(a!, 'datetime', c)} - ${as(b!, 'timespan', c)})`;
  if (c.type === 'timespan') {
    const side = a!.type === 'datetime' || b!.type === 'datetime' ? 'datetime' : 'timespan';
    return `(${as(a!, side, c)} - ${as(b!, side, c)})`;
  }
  return arithmetic('-', a!, b!, c);
};

const multiply: SqlPrinter = ([a, b], c) => {
  if (c.type !== 'timespan') return arithmetic('*', a!, b!, c);
  const [span, by] = a!.type === 'timespan' ? [a!, b!] : [b!, a!];
  if (by.type === 'int' || by.type === 'long') return inSpan(`toInt128(${span.sql}) * ${by.sql}`);
  return `accurateCastOrNull(round(${span.sql} * ${toReal(by, c)}), 'Int64')`;
};

const divide: SqlPrinter = ([a, b], c) => {
  if (a!.type === 'timespan' && b!.type === 'timespan') return `(toFloat64(${a!.sql}) / ${b!.sql})`;
  if (c.type === 'timespan')
    return `accurateCastOrNull(trunc(${a!.sql} / ${toReal(b!, c)}), 'Int64')`;
  if (c.type === 'real' || c.type === 'decimal') return `(${toReal(a!, c)} / ${toReal(b!, c)})`;
  return `intDiv(${number(a!, c.type, c)}, nullIf(${number(b!, c.type, c)}, 0))`;
};

const modulo: SqlPrinter = ([a, b], c) => {
  const isWhole = c.type === 'timespan' || c.type === 'long' || c.type === 'int';
  if (!isWhole) return `positiveModulo(${toReal(a!, c)}, abs(${toReal(b!, c)}))`;
  return neverNegative(number(a!, c.type, c), number(b!, c.type, c), b!.literal?.value);
};

/** The remainder of whole numbers; null where there is none. */
function neverNegative(x: string, y: string, constant: unknown): string {
  const size = typeof constant === 'string' ? BigInt(constant) : 0n;
  if (size !== 0n) {
    const by = String(size < 0n ? -size : size);
    return bind(`(toInt64(${x}) % toInt64(${by}))`, (r) => `if(${r} < 0, ${r} + ${by}, ${r})`);
  }
  return bind(y, (d) =>
    bind(
      `(toInt64(${x}) % nullIf(toInt64(${d}), 0))`,
      (r) => `if(${r} < 0, if(${d} < 0, ${r} - ${d}, ${r} + ${d}), ${r})`,
    ),
  );
}

const negate: SqlPrinter = ([a], c) =>
  c.type === 'long' || a!.type === 'int'
    ? `(-${toLong(a!, c)})`
    : `(-${a!.type === 'dynamic' ? toReal(a!, c) : a!.sql})`;

const bool = (v: Value, c: Call): string => as(v, 'bool', c);

const lower = (sql: string) => `lowerUTF8(${sql})`;

function inList(isNegated: boolean, isFolded: boolean): SqlPrinter {
  return ([value, ...list], c) => {
    const not = isNegated ? 'NOT ' : '';
    const fold = (sql: string) => (isFolded ? lower(sql) : sql);
    const [only] = list;
    if (!only) return isNegated ? 'true' : 'false';
    if (list.some((l) => l.type === 'dynamic')) {
      const values = flattenConstants(list);
      if (!values) {
        const found = `has(${textsOf(only, c)}, ${fold(toText(value!, c))})`;
        return `(${not}${found})`;
      }
      if (values.length === 0) return isNegated ? 'true' : 'false';
      const items = values.map((v) => quoteText(isFolded ? v.toLowerCase() : v));
      return `(${fold(toText(value!, c))} ${not}IN (${items.join(', ')}))`;
    }
    const type = value!.type === 'dynamic' ? only.type : value!.type;
    const one = fold(value!.type === 'dynamic' ? as(value!, type, c) : value!.sql);
    const items = list.map((l) =>
      fold(l.type === type || (isNumber(l) && NUMBERS.has(type)) ? l.sql : as(l, type, c)),
    );
    // IN wants constants; a null among them is no match, and no error either.
    const found = list.every(isFixed)
      ? `(${one} IN (${items.join(', ')}))`
      : `(${items.map((item) => `ifNull(${one} = ${item}, false)`).join(' OR ')})`;
    return isNegated ? `ifNull(NOT ${found}, true)` : found;
  };
}

/** The texts inside a dynamic array, as an array of ClickHouse. */
export function textsOf(list: Value, c: Call): string {
  return bind(toDynamic(list, c), (x) => {
    const items = `if(startsWith(${x}, '['), JSONExtractArrayRaw(assumeNotNull(${x})), [assumeNotNull(${x})])`;
    return `arrayMap(e -> multiIf(startsWith(e, '"'), JSONExtractString(e), e = 'null', '', e), if(isNull(${x}), [], ${items}))`;
  });
}

const between: SqlPrinter = ([a, low, high], c) => {
  const end: Value =
    high!.type === 'timespan' && a!.type === 'datetime'
      ? { sql: `(${as(low!, 'datetime', c)} + ${high!.sql})`, type: 'datetime' }
      : high!;
  const [x, from] = meet(a!, low!, c);
  const [y, to] = meet(a!, end, c);
  return `(${x.sql} >= ${from.sql} AND ${y.sql} <= ${to.sql})`;
};

const around: SqlPrinter = ([value, center, delta], c) => {
  const moved = (sign: '+' | '-'): Value => {
    const print = sign === '+' ? add : subtract;
    return { sql: print([center!, delta!], { ...c, type: center!.type }), type: center!.type };
  };
  return between([value!, moved('-'), moved('+')], { ...c, type: 'bool' });
};

export const operatorPrinters: PrinterGroup = {
  '==': equals,
  $eq: plainEquals,
  '!=': differs,
  '<': compare('<'),
  '<=': compare('<='),
  '>': compare('>'),
  '>=': compare('>='),
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': modulo,
  negate,
  and: (args, c) => `(${args.map((a) => bool(a, c)).join(' AND ')})`,
  or: (args, c) => `(${args.map((a) => bool(a, c)).join(' OR ')})`,
  not: ([a], c) => `(NOT ${bool(a!, c)})`,
  in: inList(false, false),
  '!in': inList(true, false),
  'in~': inList(false, true),
  '!in~': inList(true, true),
  between,
  '!between': (args, c) => `(NOT ${between(args, c)})`,
  around,
  $text: ([a]) => `ifNull(${a!.sql}, '')`,
  $hash: ([a]) => `toInt64(bitShiftRight(sipHash64(${a!.sql}), 1))`,
  iff: ([test, a, b], c) =>
    `if(ifNull(${bool(test!, c)}, false), ${as(a!, c.type, c)}, ${as(b!, c.type, c)})`,
  case: (args, c) => {
    const parts: string[] = [];
    for (let i = 0; i + 1 < args.length; i += 2)
      parts.push(`ifNull(${bool(args[i]!, c)}, false), ${as(args[i + 1]!, c.type, c)}`);
    return `multiIf(${[...parts, as(args.at(-1)!, c.type, c)].join(', ')})`;
  },
  coalesce: (args, c) =>
    c.type === 'string'
      ? `coalesce(${args.map((a) => `nullIf(${as(a, c.type, c)}, '')`).join(', ')}, '')`
      : `coalesce(${[...args.map((a) => as(a, c.type, c)), nullOf(c.type)].join(', ')})`,
};
