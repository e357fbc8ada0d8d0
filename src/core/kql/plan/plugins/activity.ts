import type { BoundColumn } from '../../bound/expr.ts';
import { call, column, type Flow, long, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr } from '../plan.ts';
import {
  aggregate,
  argument,
  ascending,
  bool,
  columnsOf,
  constant,
  type Evaluate,
  filtered,
  from,
  grouped,
  item,
  joined,
  type Plugin,
  placeOf,
  places,
  resultOf,
  runningSum,
  same,
  scalars,
  shared,
  valueAt,
  withColumns,
} from './relate.ts';

/**
 * Plug-ins that count who is active over windows of time. Source: Microsoft's reference pages of the same names. Rows
 * belong to the window `floor((time - start) / window)`.
 */

/** Rows between the bounds with hidden columns for the id, the window and the dimensions. */
interface Base {
  readonly rows: Flow;
  readonly dims: readonly string[];
}

const ID = '$id';
const AT = '$at';
const PLACE = '$place';
const place = column(PLACE, 'long');
const count = () => aggregate('count', 'long');

/** `first` is the earliest instant that matters, when it is not the start. */
function baseOf(
  flow: Flow,
  o: Evaluate,
  t: Translation,
  window: { start: PlanExpr; end: PlanExpr; step: PlanExpr; first?: PlanExpr },
  dimsAt: number,
): Base {
  const at = lower(argument(o, 1), { flow, t });
  const dims = scalars(o, dimsAt).map((e, i) => item(`$dim${i}`, lower(e, { flow, t })));
  const made = withColumns({ ...flow, order: [] }, [
    item(ID, lower(argument(o, 0), { flow, t })),
    item(AT, at),
    item(PLACE, placeOf(at, window.start, window.step)),
    ...dims,
  ]);
  const rows = filtered(
    made,
    bool('>=', column(AT, at.type), window.first ?? window.start),
    bool('<=', column(AT, at.type), window.end),
  );
  return { rows, dims: dims.map((d) => d.name) };
}

function items(flow: Flow, names: readonly string[]) {
  return columnsOf(flow, names).map((c) => item(c.name, column(c.name, c.type)));
}

function exprs(flow: Flow, names: readonly string[]): PlanExpr[] {
  return columnsOf(flow, names).map((c) => column(c.name, c.type));
}

const ratio = (a: PlanExpr, b: PlanExpr): PlanExpr =>
  call('/', 'real', call('toreal', 'real', a), call('toreal', 'real', b));
const orZero = (name: string): PlanExpr => call('coalesce', 'long', column(name, 'long'), long(0));

/** `activity_counts_metrics(Id, Timeline, Start, End, Window, dims…)` */
const countsMetrics: Plugin = (flow, o, t) => {
  const [start, end, step] = [2, 3, 4].map((i) => constant(argument(o, i), t));
  const { rows, dims } = baseOf(flow, o, t, { start: start!, end: end!, step: step! }, 5);
  const base = shared(rows, 'activity', t);
  const keys = [...dims, PLACE];
  const perWindow = grouped(base, items(base, keys), [
    item('count', count()),
    item('dcount', aggregate('dcount', 'long', ...exprs(base, [ID]))),
  ]);
  const firsts = firstSeen(base, dims);
  const perFirst = grouped(firsts, items(firsts, keys), [item('fresh', count())]);
  const both = joined('left', perWindow, perFirst, same(columnsOf(perWindow, keys)), [
    ...perWindow.rel.columns.map((c) => from('left', c)),
    from('right', { name: 'fresh', type: 'long' }),
  ]);
  const total = runningSum(orZero('fresh'), dims, ascending(PLACE));
  const values = [
    valueAt(place, start!, step!),
    ...exprs(both, dims),
    column('count', 'long'),
    column('dcount', 'long'),
    orZero('fresh'),
    total,
  ];
  return resultOf(both, o, values, ascending(PLACE));
};

/** The window in which each id was first seen. */
function firstSeen(base: Flow, dims: readonly string[]): Flow {
  return grouped(base, items(base, [...dims, ID]), [item(PLACE, aggregate('min', 'long', place))]);
}

/** Who was there in which window, once each. */
function presence(base: Flow, dims: readonly string[]): Flow {
  return grouped(base, items(base, [...dims, ID, PLACE]), []);
}

/** `activity_metrics(Id, Timeline [, Start, End], Window, dims…)` */
const activityMetrics: Plugin = (flow, o, t) => {
  const third = argument(o, 2);
  const isBounded = third.kind !== 'star' && third.type !== 'timespan' && scalars(o).length > 4;
  const step = constant(argument(o, isBounded ? 4 : 2), t);
  const at = lower(argument(o, 1), { flow, t });
  const [start, end] = isBounded
    ? [constant(third, t), constant(argument(o, 3), t)]
    : extent(flow, at, step, t);
  const { rows, dims } = baseOf(flow, o, t, { start, end, step }, isBounded ? 5 : 3);
  const base = shared(rows, 'activity', t);
  const seen = shared(presence(base, dims), 'seen', t);
  const keys = [...dims, PLACE];
  const firsts = firstSeen(seen, dims);
  const fresh = grouped(firsts, items(firsts, keys), [item('fresh', count())]);
  const people = columnsOf(seen, [...dims, ID]);
  const back = joined(
    'inner',
    seen,
    seen,
    [...same(people), { left: call('-', 'long', place, long(1)), right: place }],
    columnsOf(seen, keys).map((c) => from('left', c)),
  );
  const returned = grouped(back, items(back, keys), [item('returned', count())]);
  const sizes = shared(grouped(seen, items(seen, keys), [item('size', count())]), 'sizes', t);
  const parts: readonly [Flow, BoundColumn, string, number][] = [
    [fresh, { name: 'fresh', type: 'long' }, 'fresh', 0],
    [returned, { name: 'returned', type: 'long' }, 'returned', 0],
    [sizes, { name: 'size', type: 'long' }, 'before', 1],
  ];
  const all = parts.reduce((left, [right, c, name, back]) => {
    const wanted = back === 0 ? place : call('-', 'long', place, long(back));
    const on = [...same(columnsOf(left, dims)), { left: wanted, right: place }];
    return joined('left', left, right, on, [
      ...left.rel.columns.map((x) => from('left', x)),
      from('right', c, name),
    ]);
  }, sizes);
  const retention = ratio(orZero('returned'), orZero('before'));
  const values = [
    valueAt(place, start, step),
    ...exprs(all, dims),
    column('size', 'long'),
    orZero('fresh'),
    retention,
    call('-', 'real', { kind: 'literal', type: 'real', value: 1, at: o.at }, retention),
  ];
  return resultOf(all, o, values, ascending(PLACE));
};

/** Where no bounds are given: from the bin of the first instant to the last. */
function extent(
  flow: Flow,
  at: PlanExpr,
  step: PlanExpr,
  t: Translation,
): [start: PlanExpr, end: PlanExpr] {
  const ends = shared(
    grouped(
      flow,
      [],
      [item('low', aggregate('min', at.type, at)), item('high', aggregate('max', at.type, at))],
    ),
    'extent',
    t,
  );
  const one = (name: string): PlanExpr => ({
    kind: 'subquery',
    use: 'scalar',
    rel: ends.rel,
    column: name,
    type: at.type,
  });
  return [call('bin', at.type, one('low'), step), one('high')];
}

/** `activity_engagement(Id, Timeline [, Start, End], InnerWindow, OuterWindow, dims…)` */
const engagement: Plugin = (flow, o, t) => {
  const third = argument(o, 2);
  const isBounded = third.kind !== 'star' && third.type !== 'timespan';
  const [inner, outer] = [0, 1].map((i) => constant(argument(o, (isBounded ? 4 : 2) + i), t));
  const at = lower(argument(o, 1), { flow, t });
  const [start, end] = isBounded
    ? [constant(third, t), constant(argument(o, 3), t)]
    : extent(flow, at, inner!, t);
  const { rows, dims } = baseOf(flow, o, t, { start, end, step: inner! }, isBounded ? 6 : 4);
  const seen = shared(presence(rows, dims), 'seen', t);
  const keys = [...dims, PLACE];
  const daily = shared(grouped(seen, items(seen, keys), [item('inner', count())]), 'inner', t);
  const width = call('tolong', 'long', call('/', 'real', outer!, inner!));
  const reach = joined(
    'inner',
    daily,
    seen,
    [
      ...same(columnsOf(seen, dims)),
      { left: place, right: place, op: '>=' },
      { left: call('-', 'long', place, call('-', 'long', width, long(1))), right: place, op: '<=' },
    ],
    [
      ...daily.rel.columns.map((c) => from('left', c)),
      ...columnsOf(seen, [ID]).map((c) => from('right', c)),
    ],
  );
  const all = grouped(reach, items(reach, [...keys, 'inner']), [
    item('outer', aggregate('dcount', 'long', ...exprs(reach, [ID]))),
  ]);
  const [a, b] = [column('inner', 'long'), column('outer', 'long')];
  const values = [valueAt(place, start, inner!), ...exprs(all, dims), a, b, ratio(a, b)];
  return resultOf(all, o, values, ascending(PLACE));
};

/**
 * `active_users_count(Id, Timeline, Start, End, LookbackWindow, Period, ActivePeriods, Bin, dims…)`: who, at some period
 * of the bin, had been seen in so many periods of the window that ends there.
 */
const activeUsers: Plugin = (flow, o, t) => {
  const [start, end, lookback, period, least, bin] = [2, 3, 4, 5, 6, 7].map((i) =>
    constant(argument(o, i), t),
  );
  const first = call('-', start!.type, start!, lookback!);
  const window = { start: start!, end: end!, step: period!, first };
  const { rows, dims } = baseOf(flow, o, t, window, 8);
  const seen = shared(presence(rows, dims), 'seen', t);
  const width = call('tolong', 'long', call('/', 'real', lookback!, period!));
  const pairs = joined(
    'inner',
    seen,
    seen,
    [
      ...same(columnsOf(seen, [...dims, ID])),
      { left: place, right: place, op: '>=' },
      { left: call('-', 'long', place, call('-', 'long', width, long(1))), right: place, op: '<=' },
    ],
    seen.rel.columns.map((c) => from('left', c)),
  );
  const counted = grouped(pairs, items(pairs, [...dims, ID, PLACE]), [item('periods', count())]);
  const active = filtered(
    counted,
    bool('>=', column('periods', 'long'), least!),
    bool('>=', place, long(0)),
  );
  const binned = withColumns(active, [
    item('$bin', placeOf(valueAt(place, start!, period!), start!, bin!)),
  ]);
  const all = grouped(binned, items(binned, [...dims, '$bin']), [
    item('dcount', aggregate('dcount', 'long', ...exprs(binned, [ID]))),
  ]);
  const values = [
    valueAt(column('$bin', 'long'), start!, bin!),
    ...exprs(all, dims),
    column('dcount', 'long'),
  ];
  return resultOf(all, o, values, ascending('$bin'));
};

/** `sliding_window_counts(Id, Timeline, Start, End, LookbackWindow, Bin, dims…)`: over the window that ends with each bin. */
const slidingCounts: Plugin = (flow, o, t) => {
  const [start, end, lookback, bin] = [2, 3, 4, 5].map((i) => constant(argument(o, i), t));
  const first = call('-', start!.type, start!, lookback!);
  const { rows, dims } = baseOf(flow, o, t, { start: start!, end: end!, step: bin!, first }, 6);
  const bins = places('$bin', start!, end!, bin!);
  const bounded = withColumns(bins, [
    item('$until', valueAt(call('+', 'long', column('$bin', 'long'), long(1)), start!, bin!)),
  ]);
  const at = columnsOf(rows, [AT])[0]!;
  const until = column('$until', start!.type);
  const reach = joined(
    'inner',
    bounded,
    rows,
    [{ left: call('-', start!.type, until, lookback!), right: column(AT, at.type), op: '<=' }],
    [
      ...bounded.rel.columns.map((c) => from('left', c)),
      ...columnsOf(rows, [...dims, ID, AT]).map((c) => from('right', c)),
    ],
  );
  const inside = filtered(reach, bool('<', column(AT, at.type), until));
  const all = grouped(inside, items(inside, [...dims, '$bin']), [
    item('count', count()),
    item('dcount', aggregate('dcount', 'long', ...exprs(inside, [ID]))),
  ]);
  const values = [
    valueAt(column('$bin', 'long'), start!, bin!),
    ...exprs(all, dims),
    column('count', 'long'),
    column('dcount', 'long'),
  ];
  return resultOf(all, o, values, ascending('$bin'));
};

/** `session_count(Id, Timeline, Start, End, Bin, LookBackWindow, dims…)`: sessions with a row in each bin. */
const sessionCount: Plugin = (flow, o, t) => {
  const [start, end, bin, lookback] = [2, 3, 4, 5].map((i) => constant(argument(o, i), t));
  const { rows, dims } = baseOf(flow, o, t, { start: start!, end: end!, step: bin! }, 6);
  const at = columnsOf(rows, [AT])[0]!;
  const partition = [...dims, ID];
  const before: PlanExpr = {
    kind: 'window',
    name: 'prev',
    args: [column(AT, at.type)],
    partition,
    order: ascending(AT),
    type: at.type,
    at: o.at,
  };
  const looked = withColumns(rows, [item('$before', before)]);
  const gapType = at.type === 'datetime' ? 'timespan' : at.type;
  const gap = call('-', gapType, column(AT, at.type), column('$before', at.type));
  const isNew = call(
    'or',
    'bool',
    call('isnull', 'bool', column('$before', at.type)),
    bool('>', gap, lookback!),
  );
  const marked = withColumns(looked, [item('$new', call('tolong', 'long', isNew))]);
  const numbered = withColumns(marked, [
    item('$session', runningSum(column('$new', 'long'), partition, ascending(AT))),
  ]);
  const once = grouped(numbered, items(numbered, [...dims, PLACE, ID, '$session']), []);
  const all = grouped(once, items(once, [...dims, PLACE]), [item('sessions', count())]);
  const values = [valueAt(place, start!, bin!), ...exprs(all, dims), column('sessions', 'long')];
  return resultOf(all, o, values, ascending(PLACE));
};

export const activityPlugins: Readonly<Record<string, Plugin>> = {
  activity_counts_metrics: countsMetrics,
  activity_metrics: activityMetrics,
  activity_engagement: engagement,
  active_users_count: activeUsers,
  sliding_window_counts: slidingCounts,
  session_count: sessionCount,
};
