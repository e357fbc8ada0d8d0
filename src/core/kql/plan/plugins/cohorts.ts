import { call, column, type Flow, long } from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr } from '../plan.ts';
import {
  aggregate,
  argument,
  ascending,
  bool,
  columnsOf,
  constant,
  filtered,
  from,
  grouped,
  item,
  joined,
  type Plugin,
  placeOf,
  resultOf,
  same,
  scalars,
  shared,
  valueAt,
  withColumns,
} from './relate.ts';

/** `new_activity_metrics`: of those first seen in one window, how many were seen in each later one. */

const FIRST = '$first';
const PLACE = '$place';
const ID = '$id';
const first = column(FIRST, 'long');
const place = column(PLACE, 'long');

function items(flow: Flow, names: readonly string[]) {
  return columnsOf(flow, names).map((c) => item(c.name, column(c.name, c.type)));
}

/**
 * `new_activity_metrics(Id, Timeline, Start, End, Window [, Cohort], dims… [, Lookback])`. Cohort, an instant, keeps the
 * window it falls in; Lookback, a table, holds ids in its first column that are not new.
 */
export const newActivityMetrics: Plugin = (flow, o, t) => {
  const [start, end, step] = [2, 3, 4].map((i) => constant(argument(o, i), t));
  const at = lower(argument(o, 1), { flow, t });
  const rest = scalars(o, 5);
  const cohort = rest[0] && rest[0].kind !== 'column' ? constant(rest[0], t) : null;
  const dimensions = rest.filter((e) => e.kind === 'column');
  const dims = dimensions.map((e, i) => item(`$dim${i}`, lower(e, { flow, t })));
  const names = dims.map((d) => d.name);
  const inside = filtered({ ...flow, order: [] }, bool('>=', at, start!), bool('<=', at, end!));
  const rows = withColumns(inside, [
    item(ID, lower(argument(o, 0), { flow, t })),
    item(PLACE, placeOf(at, start!, step!)),
    ...dims,
  ]);
  const table = o.args.find((a) => a.kind === 'table');
  const seen = grouped(rows, items(rows, [...names, ID, PLACE]), []);
  const known = table ? t.translators.pipe(table.pipe, t, false) : null;
  const knownId = known?.visible[0];
  const isNew =
    known && knownId
      ? joined(
          'anti',
          seen,
          known,
          [
            {
              left: column(ID, columnsOf(seen, [ID])[0]!.type),
              right: column(knownId.name, knownId.type),
            },
          ],
          seen.rel.columns.map((c) => from('left', c)),
        )
      : seen;
  const present = shared(isNew, 'present', t);
  const people = columnsOf(present, [...names, ID]);
  const firsts = grouped(present, items(present, [...names, ID]), [
    item(FIRST, aggregate('min', 'long', place)),
  ]);
  const both = joined('inner', present, firsts, same(people), [
    ...present.rel.columns.map((c) => from('left', c)),
    from('right', { name: FIRST, type: 'long' }),
  ]);
  const kept = shared(
    grouped(both, items(both, [...names, FIRST, PLACE]), [
      item('kept', aggregate('count', 'long')),
    ]),
    'kept',
    t,
  );
  const sizes = filtered(kept, bool('==', first, place));
  const windows = shared(grouped(kept, items(kept, [...names, PLACE]), []), 'windows', t);
  const dimColumns = columnsOf(kept, names);
  const pairs = joined(
    'inner',
    sizes,
    windows,
    [...same(dimColumns), { left: first, right: place, op: '<=' }],
    [
      ...dimColumns.map((c) => from('left', c)),
      from('left', { name: FIRST, type: 'long' }),
      from('left', { name: 'kept', type: 'long' }, 'size'),
      from('right', { name: PLACE, type: 'long' }),
    ],
  );
  const own = joined(
    'left',
    pairs,
    kept,
    [...same(dimColumns), { left: first, right: first }, { left: place, right: place }],
    [
      ...pairs.rel.columns.map((c) => from('left', c)),
      from('right', { name: 'kept', type: 'long' }),
    ],
  );
  const later = joined(
    'left',
    own,
    kept,
    [
      ...same(dimColumns),
      { left: place, right: place },
      { left: call('+', 'long', first, long(1)), right: first, op: '<=' },
    ],
    [
      ...own.rel.columns.map((c) => from('left', c)),
      from('right', { name: 'kept', type: 'long' }, 'others'),
    ],
  );
  const all = grouped(
    later,
    items(
      later,
      own.rel.columns.map((c) => c.name),
    ),
    [item('newer', aggregate('sum', 'long', column('others', 'long')))],
  );
  const wanted = cohort ? filtered(all, bool('==', first, placeOf(cohort, start!, step!))) : all;
  const [size, stayed] = [
    column('size', 'long'),
    call('coalesce', 'long', column('kept', 'long'), long(0)),
  ];
  const rate = (of: PlanExpr): PlanExpr =>
    call('/', 'real', call('toreal', 'real', of), call('toreal', 'real', size));
  const left = call('-', 'long', size, stayed);
  const values = [
    valueAt(first, start!, step!),
    valueAt(place, start!, step!),
    ...dimColumns.map((c) => column(c.name, c.type)),
    call('iff', 'long', bool('==', first, place), size, column('newer', 'long')),
    stayed,
    left,
    rate(stayed),
    rate(left),
  ];
  return resultOf(wanted, o, values, ascending(FIRST, PLACE));
};
