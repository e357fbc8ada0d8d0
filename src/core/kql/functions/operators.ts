import type { KqlType } from '../../schema/index.ts';
import type { Arg, FunctionGroup, PrintedCall, Printer } from '../dialect/dialect.ts';
import { comparedText, convert, micros, quoteText, toReal, toText } from '../dialect/duckdb.ts';

const NUMBERS: ReadonlySet<KqlType> = new Set(['int', 'long', 'real', 'decimal']);
const isNumber = (a: Arg) => NUMBERS.has(a.type);

/** Dynamic operands take the type of the other side, as KQL compares and computes them. */
function meet(a: Arg, b: Arg): [Arg, Arg] {
  if (a.type === b.type && a.type !== 'dynamic') return [a, b];
  const as = (arg: Arg, type: KqlType): Arg => ({ ...arg, sql: convert(arg, type), type });
  if (a.type === 'dynamic' && b.type === 'dynamic') return [a, b];
  if (a.type === 'dynamic') return [as(a, isNumber(b) ? 'real' : b.type), b];
  if (b.type === 'dynamic') return [a, as(b, isNumber(a) ? 'real' : a.type)];
  if (a.type === 'bool' && isNumber(b)) return [as(a, 'long'), b];
  if (b.type === 'bool' && isNumber(a)) return [a, as(b, 'long')];
  if (a.type === 'string' && b.type !== 'string') return [as(a, b.type), b];
  if (b.type === 'string' && a.type !== 'string') return [a, as(b, a.type)];
  return [a, b];
}

/** As `meet`, for tests of equality. */
function meetTexts(a: Arg, b: Arg): [Arg, Arg] {
  const [x, y] = meet(a, b);
  const beside = (arg: Arg, other: Arg): Arg =>
    other.type === 'string' && other.literal
      ? { ...arg, sql: comparedText(arg.sql, [String(other.literal.value ?? '')]) }
      : arg;
  return [beside(x, y), beside(y, x)];
}

const isFixed = (a: Arg) => a.literal !== undefined && a.literal.value !== null;
const isReal = (a: Arg) => a.type === 'real' || a.type === 'decimal';

const isNanLiteral = (a: Arg) => a.literal?.value === 'nan';

/** DuckDB ranks NaN above all and equal to itself; in KQL nothing compares with it. */
function notNan(a: Arg, sql: string): string {
  if (isNanLiteral(a)) return 'false';
  return isReal(a) && !a.literal ? `(${sql} AND NOT isnan(${a.sql}))` : sql;
}

function compare(operator: '<' | '<=' | '>' | '>='): Printer {
  return ([a, b]) => {
    const [x, y] = meet(a!, b!);
    if (isNanLiteral(x) || isNanLiteral(y)) return 'false';
    return notNan(operator.startsWith('>') ? x : y, `(${x.sql} ${operator} ${y.sql})`);
  };
}

/** In a filter: what is null there is as good as false. */
const plainEquals: Printer = ([a, b]) => {
  const [x, y] = meetTexts(a!, b!);
  if (isNanLiteral(x) || isNanLiteral(y)) return 'false';
  return y.literal || x.literal ? `(${x.sql} = ${y.sql})` : notNan(x, `(${x.sql} = ${y.sql})`);
};

/** A value never equals null; null and null give null. */
const equals: Printer = (args, call) => {
  const [x, y] = meet(args[0]!, args[1]!);
  const plain = plainEquals(args, call);
  if (x.type === 'string' || (isFixed(x) && isFixed(y))) return plain;
  if (isFixed(y) || isFixed(x)) return `coalesce(${plain}, false)`;
  return `(${plain} AND (${x.sql} IS NULL) = (${y.sql} IS NULL))`;
};

/** A value always differs from null; null and null give null. */
const differs: Printer = ([a, b]) => {
  const [x, y] = meetTexts(a!, b!);
  if (isNanLiteral(x) || isNanLiteral(y)) return 'true';
  if (x.type === 'string' || (isFixed(x) && isFixed(y))) return `(${x.sql} <> ${y.sql})`;
  if (isFixed(y) || isFixed(x)) return `(${x.sql} IS DISTINCT FROM ${y.sql})`;
  const nan = isReal(x) ? ` OR isnan(${x.sql})` : '';
  return `(${x.sql} <> ${y.sql} OR (${x.sql} IS NULL) <> (${y.sql} IS NULL)${nan})`;
};

function number(arg: Arg, type: KqlType): string {
  if (arg.type === type || (isNumber(arg) && type !== 'int')) return arg.sql;
  return convert(arg, type === 'timespan' || type === 'datetime' ? 'real' : type);
}

/** An instant moved by a span; ticks below a microsecond are cut. */
function shifted(at: Arg, sign: '+' | '-', span: Arg): string {
  const ticks = constantTicks(span);
  const by =
    ticks !== null && ticks % 10n === 0n
      ? `${ticks / 10n}`
      : `(${convert(span, 'timespan')}) // 10`;
  return `make_timestamp(${micros(convert(at, 'datetime'))} ${sign} ${by.startsWith('-') ? `(${by})` : by})`;
}

function constantTicks(arg: Arg): bigint | null {
  return arg.literal?.type === 'timespan' && typeof arg.literal.value === 'string'
    ? BigInt(arg.literal.value)
    : null;
}

/** Timespans past the ends of their range are null. */
function spans(operator: '+' | '-', a: Arg, b: Arg, { isWrapping }: PrintedCall): string {
  const [x, y] = [convert(a, 'timespan'), convert(b, 'timespan')];
  return isWrapping
    ? `try_cast(${x}::HUGEINT ${operator} ${y}::HUGEINT AS BIGINT)`
    : `(${x} ${operator} ${y})`;
}

const add: Printer = ([a, b], printed) => {
  const { type } = printed;
  if (type === 'datetime') {
    const [at, span] = a!.type === 'datetime' ? [a!, b!] : [b!, a!];
    return shifted(at, '+', span);
  }
  if (type === 'timespan') return spans('+', a!, b!, printed);
  return arithmetic('+', a!, b!, printed);
};

const subtract: Printer = ([a, b], printed) => {
  const { type } = printed;
  if (type === 'datetime') return shifted(a!, '-', b!);
  if (type === 'timespan' && a!.type === 'datetime')
    return `((${micros(a!.sql)} - ${micros(convert(b!, 'datetime'))}) * 10)`;
  if (type === 'timespan') return spans('-', a!, b!, printed);
  return arithmetic('-', a!, b!, printed);
};

function arithmetic(
  operator: '+' | '-' | '*',
  a: Arg,
  b: Arg,
  { type, isWrapping }: PrintedCall,
): string {
  if (type === 'long' || type === 'int') {
    const [x, y] = [number(a, 'long'), number(b, 'long')];
    if (isWrapping) return `weir_wrap(${x}::HUGEINT ${operator} ${y}::HUGEINT)`;
    return a.type === 'long' && b.type === 'long'
      ? `(${x} ${operator} ${y})`
      : `((${x})::BIGINT ${operator} (${y})::BIGINT)`;
  }
  const sql = `(${number(a, type)} ${operator} ${number(b, type)})`;
  return type === 'decimal' ? `weir_decimal${sql}` : sql;
}

const multiply: Printer = ([a, b], printed) => {
  const { type } = printed;
  if (type === 'timespan') {
    const [span, by] = a!.type === 'timespan' ? [a!, b!] : [b!, a!];
    const factor = number(by, by.type === 'dynamic' ? 'real' : by.type);
    const isWhole = by.type === 'int' || by.type === 'long';
    if (isWhole && !printed.isWrapping) return `(${span.sql} * (${factor})::BIGINT)`;
    const length = isWhole ? `${span.sql}::HUGEINT` : span.sql;
    return `try_cast(${length} * ${factor} AS BIGINT)`;
  }
  return arithmetic('*', a!, b!, printed);
};

const divide: Printer = ([a, b], { type }) => {
  if (a!.type === 'timespan' && b!.type === 'timespan') return `(${a!.sql}::DOUBLE / ${b!.sql})`;
  if (type === 'timespan') return `try_cast(trunc(${a!.sql}::DOUBLE / ${toReal(b!)}) AS BIGINT)`;
  if (type === 'real' || type === 'decimal') return `(${toReal(a!)} / ${toReal(b!)})`;
  return `(${number(a!, type)} // ${number(b!, type)})`;
};

/** Never negative. */
const modulo: Printer = ([a, b], { type }) => {
  if (type === 'timespan' || type === 'long' || type === 'int') {
    const [x, y] = [number(a!, type), number(b!, type)];
    const rest = `(${x} % ${y})`;
    return `CASE WHEN ${rest} < 0 THEN CASE WHEN ${y} < 0 THEN ${rest} - ${y} ELSE ${rest} + ${y} END ELSE ${rest} END`;
  }
  const [x, y] = [toReal(a!), toReal(b!)];
  return `fmod(fmod(${x}, ${y}) + abs(${y}), abs(${y}))`;
};

const negate: Printer = ([a], { type }) => {
  if (type === 'long' || a!.type === 'int') return `(-(${convert(a!, 'long')})::BIGINT)`;
  return `(-${a!.type === 'dynamic' ? toReal(a!) : a!.sql})`;
};

const bool = (a: Arg): string => (a.type === 'bool' ? a.sql : convert(a, 'bool'));

function inList(isNegated: boolean, isFolded: boolean): Printer {
  return ([value, ...list]) => {
    const not = isNegated ? 'NOT ' : '';
    const fold = (sql: string) => (isFolded ? `lower(${sql})` : sql);
    const only = list[0];
    if (list.length === 0) return isNegated ? 'true' : 'false';
    if (list.some((l) => l.type === 'dynamic')) {
      const values = flattenConstants(list);
      if (!values) return `(${not}weir_in_dynamic(${fold(toText(value!))}, ${fold(only!.sql)}))`;
      if (values.length === 0) return isNegated ? 'true' : 'false';
      const items = values.map((v) => quoteText(isFolded ? v.toLowerCase() : v));
      return `(${fold(comparedText(toText(value!), values))} ${not}IN (${items.join(', ')}))`;
    }
    const type = isFolded ? 'string' : value!.type === 'dynamic' ? only!.type : value!.type;
    const items = list.map((l) =>
      fold(l.type === type || (isNumber(l) && NUMBERS.has(type)) ? l.sql : convert(l, type)),
    );
    const given = value!.type === type ? value!.sql : convert(value!, type);
    const values = type === 'string' ? flattenConstants(list) : null;
    const one = fold(values ? comparedText(given, values) : given);
    return isNegated
      ? `coalesce(${one} NOT IN (${items.join(', ')}), true)`
      : `(${one} IN (${items.join(', ')}))`;
  };
}

/** The texts of constant lists, dynamic arrays opened; null when one is not constant. */
export function flattenConstants(list: readonly Arg[]): string[] | null {
  const out: string[] = [];
  for (const arg of list) {
    if (!arg.literal) return null;
    if (arg.type !== 'dynamic') {
      out.push(arg.literal.value === null ? '' : String(arg.literal.value));
      continue;
    }
    if (arg.literal.value === null) continue;
    const parsed = safeParse(String(arg.literal.value));
    const items = Array.isArray(parsed) ? parsed : [parsed];
    for (const item of items) {
      if (typeof item === 'object' && item !== null) return null;
      out.push(item === null ? '' : String(item));
    }
  }
  return out;
}

function safeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const between: Printer = ([a, low, high]) => {
  const end: Arg =
    high!.type === 'timespan' && a!.type === 'datetime'
      ? { ...high!, type: 'datetime', sql: add([low!, high!], { type: 'datetime' }) }
      : high!;
  const [x, from] = meet(a!, low!);
  const [, to] = meet(a!, end);
  return `(${x.sql} BETWEEN ${from.sql} AND ${to.sql})`;
};

export const operators: FunctionGroup = {
  '==': { returns: 'bool', duckdb: equals },
  $eq: { returns: 'bool', duckdb: plainEquals },
  '!=': { returns: 'bool', duckdb: differs },
  '<': { returns: 'bool', duckdb: compare('<') },
  '<=': { returns: 'bool', duckdb: compare('<=') },
  '>': { returns: 'bool', duckdb: compare('>') },
  '>=': { returns: 'bool', duckdb: compare('>=') },
  '+': { duckdb: add },
  '-': { duckdb: subtract },
  '*': { duckdb: multiply },
  '/': { duckdb: divide },
  '%': { duckdb: modulo },
  negate: { duckdb: negate },
  and: { returns: 'bool', duckdb: (args) => `(${args.map(bool).join(' AND ')})` },
  or: { returns: 'bool', duckdb: (args) => `(${args.map(bool).join(' OR ')})` },
  not: { returns: 'bool', duckdb: ([a]) => `(NOT ${bool(a!)})` },
  in: { returns: 'bool', duckdb: inList(false, false) },
  '!in': { returns: 'bool', duckdb: inList(true, false) },
  'in~': { returns: 'bool', duckdb: inList(false, true) },
  '!in~': { returns: 'bool', duckdb: inList(true, true) },
  between: { returns: 'bool', duckdb: between },
  '!between': { returns: 'bool', duckdb: (args, c) => `(NOT ${between(args, c)})` },
  around: {
    returns: 'bool',
    duckdb: ([value, center, delta]) => {
      const low = { sql: subtract([center!, delta!], { type: center!.type }), type: center!.type };
      const high = { sql: add([center!, delta!], { type: center!.type }), type: center!.type };
      return between([value!, low, high], { type: 'bool' });
    },
  },
  $text: { returns: 'string', duckdb: ([a]) => `coalesce(${a!.sql}, '')` },
  $hash: { returns: 'long', duckdb: ([a]) => `(hash(${a!.sql}) >> 1)::BIGINT` },
};

export { meet };
