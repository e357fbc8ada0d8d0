import { call } from '../plan/flow.ts';
import type { PlanExpr } from '../plan/plan.ts';

/** Conditions on rows, where null is as good as false. */

/** Equality can be plain, which engines push down. */
function asFilter(expr: PlanExpr): PlanExpr {
  if (expr.kind !== 'call') return expr;
  if (expr.name === '==') return { ...expr, name: '$eq' };
  return expr.name === 'and' || expr.name === 'or'
    ? { ...expr, args: expr.args.map(asFilter) }
    : expr;
}

function parts(expr: PlanExpr): readonly PlanExpr[] {
  return expr.kind === 'call' && expr.name === 'and' ? expr.args.flatMap(parts) : [expr];
}

/** Whether an expression opens a dynamic value. */
function isDear(expr: PlanExpr): boolean {
  return expr.kind === 'call' && (expr.name === '[]' || expr.args.some(isDear));
}

const NO: PlanExpr = { kind: 'literal', type: 'bool', value: false, at: { start: 0, length: 0 } };

/**
 * What rows have to meet, each condition by itself. Those that open a dynamic value come last and as one: DuckDB looks
 * at such an expression once per entry of a column's dictionary, but for several beside each other once per row.
 */
export function filters(conditions: readonly PlanExpr[]): PlanExpr[] {
  const all = conditions.flatMap(parts).map(asFilter);
  const [dear, plain] = [all.filter(isDear), all.filter((e) => !isDear(e))];
  const [last, ...others] = dear.reverse();
  if (!last) return plain;
  return [...plain, others.reduce((rest, test) => call('iff', 'bool', test, rest, NO), last)];
}
