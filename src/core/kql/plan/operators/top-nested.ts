import type { Expr, Item, TopNestedLevel } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  flowOf,
  fresh,
  keep,
  select,
  type Translation,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { aggregateColumns, rename, summarize } from './aggregate.ts';
import { itemColumns, where } from './basic.ts';
import type { OperatorTable } from './operator.ts';

interface Level {
  readonly of: SelectItem;
  readonly aggregate: SelectItem;
}

function aggregateName(level: TopNestedLevel, of: SelectItem): string {
  return level.by.names[0] ?? `aggregated_${of.name}`;
}

function ofItem(level: TopNestedLevel, flow: Flow, t: Translation, position: number): SelectItem {
  return itemColumns(level.of, flow, t, position)[0]!;
}

/** Joins what a level found back to the rows, so that the next level sees only them. */
function backToRows(rows: Flow, found: Flow, keys: readonly SelectItem[], t: Translation): Flow {
  const extra = found.visible.filter((c) => !rows.visible.some((r) => r.name === c.name));
  const renamed = keys.map((k) => ({ ...k, hidden: fresh(t, 'level') }));
  const right: Rel = {
    op: 'select',
    input: found.rel,
    items: [
      ...renamed.map((k) => ({ name: k.hidden, type: k.type, expr: column(k.name, k.type) })),
      ...extra.map(keep),
    ],
    columns: [...renamed.map((k) => ({ name: k.hidden, type: k.type })), ...extra],
  };
  const take = [
    ...rows.rel.columns.map((c) => ({ ...c, side: 'left' as const, source: c.name })),
    ...extra.map((c) => ({ ...c, side: 'right' as const, source: c.name })),
  ];
  const on = renamed.map((k) => ({ left: k.expr, right: column(k.hidden, k.type) as PlanExpr }));
  const rel: Rel = {
    op: 'join',
    kind: 'inner',
    left: rows.rel,
    right,
    on,
    take,
    columns: take.map(({ name, type }) => ({ name, type })),
  };
  return { ...flowOf(rel, [...rows.visible, ...extra]) };
}

/** Groups by the level's value within the ones above, and keeps the largest few. */
function topOf(
  rows: Flow,
  level: TopNestedLevel,
  above: readonly Level[],
  t: Translation,
  position: number,
): { flow: Flow; level: Level } {
  const of = ofItem(level, rows, t, position);
  const outer = above.flatMap((l) => [keep(l.of), keep(l.aggregate)]);
  const by: Item = { ...level.by, names: [aggregateName(level, of)] };
  const [aggregate] = aggregateColumns(by, [], rows, t, position);
  const grouped = summarize({ ...rows, order: [] }, [...outer, of], [aggregate!]);
  const limited = level.count
    ? limit(
        grouped,
        level.count,
        above.map((l) => l.of.name),
        aggregate!.name,
        level.isDescending,
        t,
      )
    : grouped;
  return {
    flow: limited,
    level: { of: { ...of, expr: column(of.name, of.type) }, aggregate: aggregate! },
  };
}

function limit(
  flow: Flow,
  count: Expr,
  within: readonly string[],
  by: string,
  isDescending: boolean,
  t: Translation,
): Flow {
  const name = fresh(t, 'rank');
  const rank: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: within,
    order: [{ column: by, isDescending, nulls: 'last' }],
    type: 'long',
    at: { start: 0, length: 0 },
  };
  const ranked = addHidden(flow, [{ name, type: 'long', expr: rank }]);
  return select(
    where(ranked, call('<=', 'bool', column(name, 'long'), lower(count, { flow, t }))),
    flow.visible.map(keep),
  );
}

export const topNestedOperators: OperatorTable = {
  'top-nested': (flow, o, t) => {
    let rows = flow;
    let found = flow;
    const above: Level[] = [];
    o.levels.forEach((level, i) => {
      if (level.others) refuse('top-nested … with others', o.at);
      const made = topOf(rows, level, above, t, i + 1);
      found = made.flow;
      above.push(made.level);
      if (i < o.levels.length - 1)
        rows = backToRows(
          rows,
          found,
          above.map((l, k) => ({ ...l.of, expr: ofItem(o.levels[k]!, flow, t, k + 1).expr })),
          t,
        );
    });
    const items = above.flatMap((l) => [keep(l.of), keep(l.aggregate)]);
    const named = rename(items, o.columns);
    return select({ ...found, visible: found.visible }, named);
  },
  'top-hitters': (flow, o, t) => {
    const [of] = itemColumns(o.of, flow, t, 1);
    const at = o.at;
    const name = o.columns[1]?.name ?? `approximate_count_${of!.name}`;
    const sum = o.by ? lower(o.by, { flow, t }) : null;
    const expr: PlanExpr = sum
      ? { kind: 'aggregate', name: 'sum', args: [sum], type: sum.type, at }
      : { kind: 'aggregate', name: 'count', args: [], type: 'long', at };
    const grouped = summarize({ ...flow, order: [] }, [of!], [{ name, type: expr.type, expr }]);
    return limit(grouped, o.count, [], name, true, t);
  },
};
