import type { CallExpr, Expr } from '../bound/expr.ts';
import { addHidden, column, type Flow, fresh, numberRows, type Translation } from './flow.ts';
import { currentName, lower } from './lower.ts';
import {
  type PreparedWindow,
  type PreparedWindows,
  RESTART_AT,
  WINDOW_FUNCTIONS,
  windowOf,
} from './place-window.ts';

/**
 * Prepares expressions that look at other rows. An argument that looks at other rows itself, and a restart condition,
 * become hidden columns first: engines do not nest windows. Rows get a number when their order may leave ties.
 */
export function windowCalls(expr: Expr, out: CallExpr[] = []): CallExpr[] {
  if (expr.kind !== 'call') return out;
  for (const a of expr.args) windowCalls(a, out);
  if (WINDOW_FUNCTIONS.has(currentName(expr.name))) out.push(expr);
  return out;
}

function isFalse(expr: Expr | undefined): boolean {
  return expr === undefined || (expr.kind === 'literal' && expr.value !== true);
}

/** Lowers one window's inner parts; `done` holds the windows inside it, which come first. */
function prepareOne(
  expr: CallExpr,
  start: Flow,
  done: Map<CallExpr, PreparedWindow>,
  t: Translation,
): Flow {
  let flow = start;
  const args = new Map<number, string>();
  const restartAt = RESTART_AT[currentName(expr.name)];
  const restart = restartAt === undefined ? undefined : expr.args[restartAt];
  expr.args.forEach((a, i) => {
    const isRank = expr.name.startsWith('row_rank') && i === 0;
    if (i === restartAt || (windowCalls(a).length === 0 && !isRank)) return;
    const name = fresh(t, 'arg');
    const value = lower(a, { flow, t, windows: done });
    flow = addHidden(flow, [{ name, type: value.type, expr: value }]);
    args.set(i, name);
  });
  let group: string | undefined;
  if (restart && !isFalse(restart)) {
    const test = fresh(t, 'test');
    flow = addHidden(flow, [
      { name: test, type: 'bool', expr: lower(restart, { flow, t, windows: done }) },
    ]);
    group = fresh(t, 'group');
    flow = addHidden(flow, [
      {
        name: group,
        type: 'long',
        expr: windowOf('$count_true', 'long', [column(test, 'bool')], flow),
      },
    ]);
  }
  let changes: string | undefined;
  if (expr.name.startsWith('row_rank')) {
    changes = fresh(t, 'change');
    const ranked = flow.rel.columns.find((c) => c.name === args.get(0))!;
    flow = addHidden(flow, [
      {
        name: changes,
        type: 'bool',
        expr: windowOf(
          '$changes',
          'bool',
          [column(ranked.name, ranked.type)],
          flow,
          group ? [group] : [],
        ),
      },
    ]);
  }
  done.set(expr, { args, ...(group ? { group } : {}), ...(changes ? { changes } : {}) });
  return flow;
}

/** The flow with the hidden columns that the expressions need, and what stands where. */
export function prepareWindows(
  flow: Flow,
  exprs: readonly Expr[],
  t: Translation,
): { flow: Flow; windows: PreparedWindows } {
  const done = new Map<CallExpr, PreparedWindow>();
  const calls = exprs.flatMap((e) => windowCalls(e));
  if (calls.length === 0 || flow.order.length === 0) return { flow, windows: done };
  let at = numberRows(flow, t);
  for (const c of calls) at = prepareOne(c, at, done, t);
  return { flow: at, windows: done };
}
