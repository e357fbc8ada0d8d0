import type { KqlType } from '../../schema/index.ts';
import type { LiteralExpr, LiteralValue, Span } from '../bound/expr.ts';
import type { HostFunction, HostType, HostValue } from '../dialect/dialect.ts';
import { realLiteral, realOfLiteral } from './convert.ts';
import { literalValue, quoteName } from './types.ts';
import type { Value } from './value.ts';

/**
 * Calls of functions in JavaScript. ClickHouse has none, so a call over constants is computed while printing, and a call
 * over columns becomes a column that a host stage makes: the rows before it go into a temporary table, JavaScript sees
 * every distinct tuple of arguments once, and its values are joined back.
 */

/** A call that a host stage has to make for the rows of one relation. */
export interface HostNeed {
  readonly column: string;
  readonly fn: HostFunction;
  readonly args: readonly Value[];
  readonly gives: KqlType;
  /** 1 where its arguments need no other host column; one more than theirs otherwise. */
  readonly level: number;
}

/** What expressions over one relation have asked for so far. */
export interface Hosting {
  readonly functions: ReadonlyMap<string, HostFunction>;
  readonly needs: HostNeed[];
  /** Numbers host columns; one counter for a whole statement. */
  readonly next: () => number;
}

export function hostCall(
  hosting: Hosting,
  name: string,
  args: readonly Value[],
  gives: KqlType,
  at: Span,
): Value {
  const fn = hosting.functions.get(name);
  if (!fn) throw new Error(`no such host function: ${name}`);
  const constants = args.flatMap((a) => (a.literal ? [a.literal] : []));
  if (constants.length === args.length && !fn.isVolatile) {
    const values = constants.map((l, i) => hostValue(l, fn.args[i] ?? fn.rest ?? 'text'));
    return literalValue(literalOf(fn.call(...values), gives, at));
  }
  const same = hosting.needs.find(
    (n) => n.fn === fn && !fn.isVolatile && n.args.every((a, i) => a.sql === args[i]?.sql),
  );
  if (same && same.args.length === args.length) return columnOf(same);
  const inner = hosting.needs.filter((n) => args.some((a) => a.sql.includes(quoteName(n.column))));
  const need: HostNeed = {
    column: `$host${hosting.next()}`,
    fn,
    args,
    gives,
    level: 1 + Math.max(0, ...inner.map((n) => n.level)),
  };
  hosting.needs.push(need);
  return columnOf(need);
}

/** Text is never null to KQL, though it may be to JavaScript. */
function columnOf(need: HostNeed): Value {
  const column = quoteName(need.column);
  return { sql: need.gives === 'string' ? `ifNull(${column}, '')` : column, type: need.gives };
}

/** A constant as JavaScript sees it: longs as numbers where those are exact. */
export function hostValue({ value, type }: LiteralExpr, wanted: HostType): HostValue {
  if (value === null) return null;
  switch (wanted) {
    case 'text':
      return String(value);
    case 'long':
      return exact(String(value));
    case 'real':
      return type === 'real' || type === 'decimal' ? realOfLiteral(value) : Number(value);
    case 'bool':
      return value === true;
  }
}

/** A value of a result, as the client reads it from JSON, as JavaScript sees it. */
export function readHostValue(value: unknown, type: HostType): HostValue {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'text':
      return String(value);
    case 'long':
      return exact(String(value));
    case 'real':
      return realOfLiteral(typeof value === 'string' ? value : Number(value));
    case 'bool':
      return value === true || value === 1;
  }
}

function exact(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/** What a function gave, in the range of its type; null out of it. */
export function ranged(value: HostValue, type: HostType): HostValue {
  if (value === null) return null;
  switch (type) {
    case 'long':
      if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : null;
      return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
    case 'real':
      return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null;
    case 'bool':
      return value === true;
    case 'text':
      return String(value);
  }
}

const RETURNED: Readonly<Record<KqlType, HostType>> = {
  string: 'text',
  dynamic: 'text',
  guid: 'text',
  long: 'long',
  int: 'long',
  datetime: 'long',
  timespan: 'long',
  real: 'real',
  decimal: 'real',
  bool: 'bool',
};

function literalOf(given: HostValue, type: KqlType, at: Span): LiteralExpr {
  const value = ranged(given, RETURNED[type]);
  const made = (): LiteralValue => {
    if (value === null) return type === 'string' ? '' : null;
    if (typeof value === 'bigint') return String(value);
    return typeof value === 'number' ? realLiteral(value) : value;
  };
  return { kind: 'literal', type, value: made(), at };
}
