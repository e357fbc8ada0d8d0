import type { KqlType } from '../../../schema/index.ts';
import type { Operator } from '../../bound/expr.ts';
import { RefusalError } from '../../refusal.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  flowOf,
  fresh,
  keep,
  long,
  select,
  type Translation,
  text,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { aggregateColumns, rename, summarize } from './aggregate.ts';
import { itemColumns, where } from './basic.ts';
import type { OperatorTable } from './operator.ts';

type MakeSeries = Extract<Operator, { op: 'make-series' }>;

function asLong(expr: PlanExpr): PlanExpr {
  return expr.type === 'long' ? expr : call('tolong', 'long', expr);
}

/** A single value that every row may look at: an aggregate over all rows. */
function overall(flow: Flow, name: 'min' | 'max', of: PlanExpr, t: Translation): PlanExpr {
  const as = fresh(t, name);
  const rel: Rel = {
    op: 'aggregate',
    input: flow.rel,
    by: [],
    aggregates: [
      {
        name: as,
        type: of.type,
        expr: { kind: 'aggregate', name, args: [of], type: of.type, at: { start: 0, length: 0 } },
      },
    ],
    order: [],
    columns: [{ name: as, type: of.type }],
  };
  return { kind: 'subquery', use: 'scalar', rel, column: as, type: of.type };
}

const EMPTY_LONG = long(0);

/** The value of a place without rows: 0, or what `default=` says. */
function fallbackOf(
  a: MakeSeries['aggregates'][number],
  type: KqlType,
  flow: Flow,
  t: Translation,
): PlanExpr {
  if (a.fallback) {
    const given = lower(a.fallback, { flow, t });
    return given.type === 'dynamic' ? given : call('todynamic_value', 'dynamic', given);
  }
  return call(
    'todynamic_value',
    'dynamic',
    type === 'real'
      ? { kind: 'literal', type: 'real', value: 0, at: { start: 0, length: 0 } }
      : EMPTY_LONG,
  );
}

/**
 * Rows become points of a grid: place = floor((on - from) / step). Points of a key are then put into one array per
 * aggregate, in places that no row fell into stands the default.
 */
function translate(flow: Flow, o: MakeSeries, t: Translation): Flow {
  const [on] = itemColumns(o.on, flow, t, 1);
  const axis = on!.expr;
  const step = lower(o.step, { flow, t });
  if (step.kind === 'literal' && !(Number(step.value) > 0))
    throw new RefusalError('semantic', 'The step of make-series must be longer than 0.', o.at);
  const by = o.by.flatMap((item, i) => itemColumns(item, flow, t, i + 1));
  const aligned = o.from
    ? lower(o.from, { flow, t })
    : call('bin', axis.type, overall(flow, 'min', axis, t), step);
  const given = o.to ? lower(o.to, { flow, t }) : undefined;
  const last = given ?? overall(flow, 'max', axis, t);
  const isClosed = o.isRangeCall || !given;
  const count = call('$places', 'long', aligned, last, step, {
    kind: 'literal',
    type: 'bool',
    value: isClosed,
    at: o.at,
  });
  const place = fresh(t, 'place');
  // Stated ends are conditions on the axis itself, which scans can be narrowed by; found ends hold for every row.
  const ends = [
    ...(o.from ? [call('>=', 'bool', axis, aligned)] : []),
    ...(given ? [call(isClosed ? '<=' : '<', 'bool', axis, given)] : []),
  ];
  const tests = ends.length > 0 ? ends : [call('isnotnull', 'bool', axis)];
  const inside = addHidden(tests.reduce(where, flow), [
    { name: place, type: 'long', expr: call('$place', 'long', axis, aligned, step) },
  ]);
  const byNow = o.by.flatMap((item, i) => itemColumns(item, inside, t, i + 1));
  const named = byNow.map((b, i): SelectItem => ({ ...b, name: `$by${i}_${place}` }));
  const aggregates = o.aggregates.flatMap((a, i) => aggregateColumns(a, [], inside, t, i + 1));
  const points = aggregates.map((a, i): SelectItem => ({ ...a, name: `$point${i}_${place}` }));
  const onPlace: SelectItem = { name: `$at_${place}`, type: 'long', expr: column(place, 'long') };
  const total = `$total_${place}`;
  const grid = addHidden(summarize({ ...inside, order: [] }, [...named, onPlace], points), [
    { name: total, type: 'long', expr: count },
  ]);
  const keys = named.map(
    (n): SelectItem => ({ name: n.name, type: n.type, expr: column(n.name, n.type) }),
  );
  const series = points.map((p, i): SelectItem => {
    const fallback = fallbackOf(o.aggregates[i]!, p.type, flow, t);
    const args = [
      column(onPlace.name, 'long'),
      call('todynamic_value', 'dynamic', column(p.name, p.type)),
      column(total, 'long'),
      fallback,
    ];
    return {
      name: `$series${i}_${place}`,
      type: 'dynamic',
      expr: { kind: 'aggregate', name: '$series', args, type: 'dynamic', at: o.at },
    };
  });
  const size: SelectItem = {
    name: `$size_${place}`,
    type: 'long',
    expr: {
      kind: 'aggregate',
      name: 'max',
      args: [column(total, 'long')],
      type: 'long',
      at: o.at,
    },
  };
  const made = summarize(flowOf(grid.rel), keys, [...series, size]);
  const rows =
    by.length > 0 || o.isNonEmpty
      ? made
      : where(made, call('isnotnull', 'bool', column(size.name, 'long')));
  // Without a row there is no size to read: the bounds, which then are constants, tell it.
  const isAlwaysThere =
    o.isNonEmpty && by.length === 0 && o.from !== undefined && given !== undefined;
  const sizeOf = isAlwaysThere
    ? call('coalesce', 'long', column(size.name, 'long'), count)
    : column(size.name, 'long');
  const seriesOf = (i: number): PlanExpr => {
    const made = column(`$series${i}_${place}`, 'dynamic');
    if (!isAlwaysThere) return made;
    const fallback = fallbackOf(o.aggregates[i]!, points[i]!.type, flow, t);
    const empty = call('$host_gather', 'dynamic', text(''), count, fallback);
    return call('iff', 'dynamic', call('isnull', 'bool', column(size.name, 'long')), empty, made);
  };
  const axisExpr = call('$axis', 'dynamic', aligned, step, sizeOf);
  const values = [
    ...byNow.map(
      (b, i): SelectItem => ({
        name: b.name,
        type: b.type,
        expr: column(`$by${i}_${place}`, b.type),
      }),
    ),
    ...aggregates.map(
      (a, i): SelectItem => ({
        name: a.name,
        type: 'dynamic',
        expr: seriesOf(i),
      }),
    ),
    { name: on!.name, type: 'dynamic' as const, expr: axisExpr },
  ];
  const ordered = arrange(values, o);
  return select({ ...rows, visible: rows.rel.columns }, ordered);
}

/** The binder's order: keys, series, axis; names by position when it knows as many. */
function arrange(values: SelectItem[], o: MakeSeries): SelectItem[] {
  return rename(values, o.columns);
}

export const seriesOperators: OperatorTable = { 'make-series': translate };
export { asLong, keep };
