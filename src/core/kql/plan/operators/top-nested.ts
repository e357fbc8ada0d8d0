import type { Expr, Item, Operator, TopNestedLevel } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  flowOf,
  fresh,
  keep,
  long,
  nothing,
  select,
  type Translation,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { shared } from '../plugins/relate.ts';
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

/**
 * Joins what a level found back to the rows, so that the next level sees only them; or, with `anti`, keeps the rows of
 * which the level found nothing.
 */
function backToRows(
  kind: 'inner' | 'anti',
  rows: Flow,
  found: Flow,
  keys: readonly SelectItem[],
  t: Translation,
): Flow {
  const extra =
    kind === 'anti'
      ? []
      : found.visible.filter((c) => !rows.visible.some((r) => r.name === c.name));
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
    kind,
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

/**
 * `with others`: the rows that a level left out, as one row for each of the levels above. The levels from there on show
 * what they call others with the aggregate over those rows, or nothing where they have no such clause.
 */
function othersOf(
  rows: Flow,
  from: number,
  above: readonly Level[],
  o: TopNested,
  t: Translation,
): Flow | null {
  const levels = o.levels.map((level, i) => {
    const of = above[i]?.of ?? ofItem(level, rows, t, i + 1);
    const by: Item = { ...level.by, names: [aggregateName(level, of)] };
    const [aggregate] = aggregateColumns(by, [], rows, t, i + 1);
    return { level, of, aggregate: aggregate! };
  });
  const left = levels.slice(from);
  if (left.every(({ level }) => !level.others)) return null;
  const outer = above.slice(0, from).flatMap((l) => [keep(l.of), keep(l.aggregate)]);
  const totals = left.flatMap(({ level, aggregate }) => (level.others ? [aggregate] : []));
  const grouped = summarize({ ...rows, order: [] }, outer, totals);
  // Without groups above, an aggregate over no rows is a row too.
  const some = outer.length > 0 ? grouped : onlyOfRows(rows, totals);
  const shown = left.flatMap(({ level, of, aggregate }): SelectItem[] => {
    if (!level.others)
      return [
        { ...of, expr: nothing(of.type) },
        { ...aggregate, expr: nothing(aggregate.type) },
      ];
    const others = lower(level.others, { flow: rows, t });
    if (others.type !== of.type)
      return refuse('others of another type than the values', o.at, 'is not supported');
    return [{ ...of, expr: others }, keep(aggregate)];
  });
  return select(some, [...outer.map(keep), ...shown]);
}

/** Aggregates over all rows; no row where there are none. */
function onlyOfRows(rows: Flow, aggregates: readonly SelectItem[]): Flow {
  const count: PlanExpr = {
    kind: 'aggregate',
    name: 'count',
    args: [],
    type: 'long',
    at: { start: 0, length: 0 },
  };
  const counted = summarize(
    { ...rows, order: [] },
    [],
    [...aggregates, { name: '$count', type: 'long', expr: count }],
  );
  return select(where(counted, call('>', 'bool', column('$count', 'long'), long(0))), [
    ...aggregates.map(keep),
  ]);
}

type TopNested = Extract<Operator, { op: 'top-nested' }>;

export const topNestedOperators: OperatorTable = {
  'top-nested': (flow, o, t) => {
    let rows = flow;
    let found = flow;
    const above: Level[] = [];
    const others: Flow[] = [];
    const hasOthers = o.levels.some((level) => level.others);
    o.levels.forEach((level, i) => {
      const made = topOf(rows, level, above, t, i + 1);
      // Read twice, so that both sides of a tie see the same choice.
      found = hasOthers ? shared(made.flow, 'level', t, { isKept: true }) : made.flow;
      above.push(made.level);
      const keys = above.map((l, k) => ({
        ...l.of,
        expr: ofItem(o.levels[k]!, flow, t, k + 1).expr,
      }));
      if (hasOthers && level.count) {
        const out = othersOf(backToRows('anti', rows, found, keys, t), i, above, o, t);
        if (out) others.push(out);
      }
      if (i < o.levels.length - 1) rows = backToRows('inner', rows, found, keys, t);
    });
    const items = above.flatMap((l) => [keep(l.of), keep(l.aggregate)]);
    const named = rename(items, o.columns);
    const made = select({ ...found, visible: found.visible }, named);
    if (others.length === 0) return made;
    const inputs = [made.rel, ...others.map((f) => select(f, named).rel)];
    return { ...made, rel: { op: 'union', inputs, columns: made.rel.columns }, order: [] };
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
