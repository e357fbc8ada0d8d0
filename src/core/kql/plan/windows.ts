import type { CallExpr, Expr } from '../bound/expr.ts';
import { addHidden, call, column, type Flow, fresh, numberRows, type Translation } from './flow.ts';
import { lower, WINDOW_FUNCTIONS } from './lower.ts';
import type { PlanExpr, SelectItem } from './plan.ts';

/**
 * Prepares expressions that look at other rows. An argument that looks at other rows itself, and a restart condition,
 * become hidden columns first: engines do not nest windows. Rows get a number when their order may leave ties.
 */
export interface PreparedWindow {
  /** Hidden columns that stand for arguments, by position. */
  readonly args: ReadonlyMap<number, string>;
  /** The hidden column that counts restarts. */
  readonly group?: string;
  /** The hidden column that says where the ranked value changes. */
  readonly changes?: string;
}

export type PreparedWindows = ReadonlyMap<CallExpr, PreparedWindow>;

export function windowCalls(expr: Expr, out: CallExpr[] = []): CallExpr[] {
  if (expr.kind !== 'call') return out;
  for (const a of expr.args) windowCalls(a, out);
  if (WINDOW_FUNCTIONS.has(expr.name)) out.push(expr);
  return out;
}

/** Where a function's restart condition stands. */
const RESTART_AT: Readonly<Record<string, number>> = { row_cumsum: 1, row_number: 1, row_rank_dense: 1, row_rank_min: 1, row_window_session: 3 };

function isFalse(expr: Expr | undefined): boolean {
  return expr === undefined || (expr.kind === 'literal' && expr.value !== true);
}

function windowOf(name: string, type: SelectItem['type'], args: readonly PlanExpr[], flow: Flow, more: readonly string[] = []): PlanExpr {
  return { kind: 'window', name, args, partition: [...flow.per, ...more], order: flow.order, type, at: { start: 0, length: 0 } };
}

/** Lowers one window's inner parts; `done` holds the windows inside it, which come first. */
function prepareOne(expr: CallExpr, start: Flow, done: Map<CallExpr, PreparedWindow>, t: Translation): Flow {
  let flow = start;
  const args = new Map<number, string>();
  const restartAt = RESTART_AT[expr.name];
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
    flow = addHidden(flow, [{ name: test, type: 'bool', expr: lower(restart, { flow, t, windows: done }) }]);
    group = fresh(t, 'group');
    flow = addHidden(flow, [{ name: group, type: 'long', expr: windowOf('$count_true', 'long', [column(test, 'bool')], flow) }]);
  }
  let changes: string | undefined;
  if (expr.name.startsWith('row_rank')) {
    changes = fresh(t, 'change');
    const ranked = flow.rel.columns.find((c) => c.name === args.get(0))!;
    flow = addHidden(flow, [{ name: changes, type: 'bool', expr: windowOf('$changes', 'bool', [column(ranked.name, ranked.type)], flow, group ? [group] : []) }]);
  }
  done.set(expr, { args, ...(group ? { group } : {}), ...(changes ? { changes } : {}) });
  return flow;
}

/** The flow with the hidden columns that the expressions need, and what stands where. */
export function prepareWindows(flow: Flow, exprs: readonly Expr[], t: Translation): { flow: Flow; windows: PreparedWindows } {
  const done = new Map<CallExpr, PreparedWindow>();
  const calls = exprs.flatMap((e) => windowCalls(e));
  if (calls.length === 0 || flow.order.length === 0) return { flow, windows: done };
  let at = numberRows(flow, t);
  for (const c of calls) at = prepareOne(c, at, done, t);
  return { flow: at, windows: done };
}

/** The window itself, its prepared parts put in place. */
export function placeWindow(expr: CallExpr, args: readonly PlanExpr[], flow: Flow, prepared: PreparedWindow | undefined, type: SelectItem['type']): PlanExpr {
  const restartAt = RESTART_AT[expr.name];
  const typeOf = (name: string) => flow.rel.columns.find((c) => c.name === name)?.type ?? 'dynamic';
  const placed = args.map((a, i): PlanExpr => {
    const name = prepared?.args.get(i);
    return name ? column(name, typeOf(name)) : a;
  });
  const own = placed.filter((_, i) => i !== restartAt);
  const group = prepared?.group ? [prepared.group] : [];
  if (prepared?.changes) return windowOf(expr.name, type, [column(prepared.changes, 'bool')], flow, group);
  return windowOf(expr.name, type, own, flow, group);
}

export { call };
