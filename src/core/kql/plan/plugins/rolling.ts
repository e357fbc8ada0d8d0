import { call, column, type Flow, keep, long, select } from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, SelectItem } from '../plan.ts';
import {
  aggregate,
  argument,
  ascending,
  columnsOf,
  constant,
  from,
  grouped,
  item,
  joined,
  type Plugin,
  resultOf,
  same,
  scalars,
  shared,
  withColumns,
} from './relate.ts';

/** Plug-ins over what stands in columns. Source: Microsoft's reference pages of the same names. */

function items(flow: Flow, names: readonly string[]) {
  return columnsOf(flow, names).map((c) => item(c.name, column(c.name, c.type)));
}

/**
 * `rolling_percentile(Value, Percentile, Index, BinSize, BinsPerWindow, dims…)`: the percentile over each bin and the
 * bins before it, as many as the window holds.
 */
const rollingPercentile: Plugin = (flow, o, t) => {
  const [percent, size, width] = [1, 3, 4].map((i) => constant(argument(o, i), t));
  const value = lower(argument(o, 0), { flow, t });
  const index = lower(argument(o, 2), { flow, t });
  const dims = scalars(o, 5).map((e, i) => item(`$dim${i}`, lower(e, { flow, t })));
  const names = dims.map((d) => d.name);
  const bin = call('bin', index.type, index, size!);
  const rows = shared(
    withColumns({ ...flow, order: [] }, [item('$value', value), item('$bin', bin), ...dims]),
    'rows',
    t,
  );
  const at = column('$bin', bin.type);
  const bins = grouped(rows, items(rows, [...names, '$bin']), []);
  const way = bin.type === 'datetime' ? 'timespan' : bin.type;
  const back = call('*', way, size!, call('-', 'long', width!, long(1)));
  const reach = joined(
    'inner',
    bins,
    rows,
    [
      ...same(columnsOf(bins, names)),
      { left: at, right: at, op: '>=' },
      { left: call('-', bin.type, at, back), right: at, op: '<=' },
    ],
    [
      ...bins.rel.columns.map((c) => from('left', c)),
      from('right', { name: '$value', type: value.type }),
    ],
  );
  const all = grouped(reach, items(reach, [...names, '$bin']), [
    item('$result', aggregate('percentile', value.type, column('$value', value.type), percent!)),
  ]);
  const values = [
    at,
    ...columnsOf(all, names).map((c) => column(c.name, c.type)),
    column('$result', value.type),
  ];
  return resultOf(all, o, values, ascending(...names, '$bin'));
};

/** `dcount_intersect(hll_1, hll_2, …)`: how many values the first has, then the first two share, then the first three. */
const dcountIntersect: Plugin = (flow, o, t) => {
  const sets = scalars(o).map((e) => lower(e, { flow, t }));
  let common: PlanExpr | null = null;
  const counts = sets.map((set, i): SelectItem => {
    common = common === null ? set : call('set_intersect', 'dynamic', common, set);
    return { name: `s${i}`, type: 'long', expr: call('dcount_hll', 'long', common) };
  });
  return select(flow, [...flow.visible.map(keep), ...counts]);
};

/** `estimate_rows_count()`: counted, so exact. */
const rowsCount: Plugin = (flow, o) => {
  const all = grouped(flow, [], [item('$count', aggregate('count', 'long'))]);
  return resultOf(all, o, [column('$count', 'long')], []);
};

export const rollingPlugins: Readonly<Record<string, Plugin>> = {
  rolling_percentile: rollingPercentile,
  dcount_intersect: dcountIntersect,
  estimate_rows_count: rowsCount,
};
