import type { LiteralExpr, Span } from '../bound/expr.ts';
import type { HostCall, HostValue } from '../dialect/dialect.ts';
import { isHostRow } from '../functions/host.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { MAX_TICKS } from '../runtime/datetime.ts';
import type { PlanExpr } from './plan.ts';

/**
 * Calls over constant instants and spans, answered while planning. They are exact to 100 ns here, where the engine
 * counts microseconds, and an instant outside of the calendar is null.
 */
type Literal = LiteralExpr;

const isTime = (e: PlanExpr) => e.type === 'datetime' || e.type === 'timespan';

function isLiteral(e: PlanExpr): e is Literal {
  return e.kind === 'literal';
}

function ticksOf(e: Literal): bigint | null {
  return isTime(e) && typeof e.value === 'string' ? BigInt(e.value) : null;
}

function ticks(value: bigint, type: 'datetime' | 'timespan', at: Span): Literal {
  const isOutside =
    type === 'datetime' ? value < 0n || value > MAX_TICKS : BigInt.asIntN(64, value) !== value;
  return { kind: 'literal', type, value: isOutside ? null : String(value), at };
}

function arithmetic(name: string, a: Literal, b: Literal, at: Span): Literal | null {
  const [x, y] = [ticksOf(a), ticksOf(b)];
  if (x === null || y === null) return null;
  const kinds = `${a.type} ${name} ${b.type}`;
  switch (kinds) {
    case 'datetime - datetime':
    case 'timespan + timespan':
    case 'timespan - timespan':
      return ticks(name === '+' ? x + y : x - y, 'timespan', at);
    case 'datetime + timespan':
    case 'timespan + datetime':
      return ticks(x + y, 'datetime', at);
    case 'datetime - timespan':
      return ticks(x - y, 'datetime', at);
    case 'timespan / timespan':
      return y === 0n ? null : { kind: 'literal', type: 'real', value: Number(x) / Number(y), at };
    default:
      return null;
  }
}

function hostValue(e: Literal): HostValue | undefined {
  if (e.value === null) return e.type === 'string' ? '' : null;
  if (isTime(e) || e.type === 'long' || e.type === 'int') {
    const number = Number(e.value);
    return Number.isSafeInteger(number) ? number : BigInt(String(e.value));
  }
  if (e.type === 'string' || e.type === 'bool') return e.value;
  return undefined;
}

/** A value of JavaScript as a literal; undefined where the type has no plain one. */
function literalFrom(value: HostValue, type: Literal['type'], at: Span): Literal | null {
  if (value === null) return { kind: 'literal', type, value: type === 'string' ? '' : null, at };
  if (type === 'datetime' || type === 'timespan') return ticks(BigInt(value), type, at);
  if (type === 'long' || type === 'int') return { kind: 'literal', type, value: String(value), at };
  return type === 'string' ? { kind: 'literal', type, value: String(value), at } : null;
}

function called(call: HostCall, args: readonly Literal[]): HostValue | undefined {
  const values = args.map(hostValue);
  return values.includes(undefined) ? undefined : call(...(values as HostValue[]));
}

/** The literal that a call of literals comes to; null where it is left to the engine. */
export function foldTime(
  name: string,
  args: readonly PlanExpr[],
  wanted: Literal['type'] | 'unknown',
  at: Span,
): PlanExpr | null {
  if (!args.every(isLiteral)) return null;
  const [a, b] = args;
  const row = FUNCTIONS.get(name);
  if (a && b && args.length === 2 && isTime(a) && isTime(b)) {
    const folded = arithmetic(name, a, b, at);
    if (folded) return folded;
  }
  if (!row || !isHostRow(row) || !row.pure || !args.some(isTime)) return null;
  const { takes, gives, call } = row.pure;
  if (args.length > takes.length || !args.every((x, i) => x.type === takes[i])) return null;
  const value = called(call, args);
  const type = gives === 'long' && wanted === 'int' ? 'int' : gives;
  return value === undefined ? null : literalFrom(value, type, at);
}
