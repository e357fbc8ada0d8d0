import type { CallExpr } from '../bound/expr.ts';
import { column, type Flow } from './flow.ts';
import type { PlanExpr, SelectItem } from './plan.ts';

/** Functions that look at other rows; they need rows in order. */
export const WINDOW_FUNCTIONS: ReadonlySet<string> = new Set([
  'row_number',
  'prev',
  'next',
  'row_cumsum',
  'row_rank_dense',
  'row_rank_min',
  'row_rank',
  'row_window_session',
]);

export interface PreparedWindow {
  /** Hidden columns that stand for arguments, by position. */
  readonly args: ReadonlyMap<number, string>;
  /** The hidden column that counts restarts. */
  readonly group?: string;
  /** The hidden column that says where the ranked value changes. */
  readonly changes?: string;
}

export type PreparedWindows = ReadonlyMap<CallExpr, PreparedWindow>;

/** Where a function's restart condition stands. */
export const RESTART_AT: Readonly<Record<string, number>> = {
  row_cumsum: 1,
  row_number: 1,
  row_rank: 1,
  row_rank_dense: 1,
  row_rank_min: 1,
  row_window_session: 3,
};

/** A window over the flow's order and partitions. */
export function windowOf(
  name: string,
  type: SelectItem['type'],
  args: readonly PlanExpr[],
  flow: Flow,
  more: readonly string[] = [],
): PlanExpr {
  return {
    kind: 'window',
    name,
    args,
    partition: [...flow.per, ...more],
    order: flow.order,
    type,
    at: { start: 0, length: 0 },
  };
}

/** The window itself, its prepared parts put in place. */
export function placeWindow(
  expr: CallExpr,
  args: readonly PlanExpr[],
  flow: Flow,
  prepared: PreparedWindow | undefined,
  type: SelectItem['type'],
): PlanExpr {
  const restartAt = RESTART_AT[expr.name];
  const typeOf = (name: string) => flow.rel.columns.find((c) => c.name === name)?.type ?? 'dynamic';
  const placed = args.map((a, i): PlanExpr => {
    const name = prepared?.args.get(i);
    return name ? column(name, typeOf(name)) : a;
  });
  const own = placed.filter((_, i) => i !== restartAt);
  const group = prepared?.group ? [prepared.group] : [];
  // The old name of row_rank_dense().
  const name = expr.name === 'row_rank' ? 'row_rank_dense' : expr.name;
  if (prepared?.changes)
    return windowOf(name, type, [column(prepared.changes, 'bool')], flow, group);
  return windowOf(name, type, own, flow, group);
}
