import { EPOCH_TICKS } from '../runtime/datetime.ts';
import type { PlanExpr } from './plan.ts';

const TICKS = /^-?\d+$/;

function ticksOf(expr: PlanExpr): bigint | null {
  if (expr.kind === 'literal')
    return typeof expr.value === 'string' &&
      TICKS.test(expr.value) &&
      (expr.type === 'datetime' ||
        expr.type === 'timespan' ||
        expr.type === 'long' ||
        expr.type === 'int')
      ? BigInt(expr.value)
      : null;
  if (expr.kind !== 'call') return null;
  const [a, b] = expr.args.map(ticksOf);
  if (a === null || a === undefined) return null;
  switch (expr.name) {
    case '+':
      return b === null || b === undefined ? null : a + b;
    case '-':
      return b === null || b === undefined ? null : a - b;
    case '*':
      return b === null || b === undefined || expr.args.every((x) => x.type === 'timespan')
        ? null
        : a * b;
    case 'negate':
      return -a;
    case 'todatetime':
    case 'totimespan':
      return expr.args[0]?.type === expr.type ? a : null;
    case 'bin':
      return b === null || b === undefined || b <= 0n || expr.type !== 'datetime'
        ? null
        : a - (a % b);
    case 'startofday':
      return expr.args.length === 1 ? a - (a % 864_000_000_000n) : null;
    case 'endofday':
      return expr.args.length === 1 ? a - (a % 864_000_000_000n) + 863_999_999_999n : null;
    default:
      return null;
  }
}

/** A constant instant in µs since 1970; null when the expression is not constant, or not one that planning computes. */
export function constantMicros(expr: PlanExpr): number | null {
  if (expr.type !== 'datetime') return null;
  const ticks = ticksOf(expr);
  return ticks === null ? null : Number((ticks - EPOCH_TICKS) / 10n);
}
