import { refuse } from '../../refusal.ts';
import { call, column, type Flow, keep, long, NOWHERE, select, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import { summarize } from '../operators/aggregate.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { aggregate, ascending, bool, from, item, joined, shared } from '../plugins/relate.ts';
import type { Gather } from './elements.ts';
import { EDGE, type GraphFlows, NODE, wholeNumber } from './flows.ts';
import { edgesOf, innerOf, withNodeFunctions } from './parts.ts';

/** map(), all() and any() along paths: each edge, or node between edges, a row; and back to one row a match. */

const MATCH = column('$match', 'long');
const [STEP, ITEM] = ['$step', '$item'];

/** Each match with each element of one of its paths. */
function opened(matches: Flow, over: Gather['over'], element: string, flows: GraphFlows): Flow {
  const list = over === 'edges' ? edgesOf(element) : innerOf(element);
  const rel: Rel = {
    op: 'unnest',
    input: matches.rel,
    arrays: [{ name: ITEM, expr: column(list, 'dynamic') }],
    index: STEP,
    keepsNull: false,
    columns: [
      ...matches.rel.columns,
      { name: ITEM, type: 'dynamic' },
      { name: STEP, type: 'long' },
    ],
  };
  const elements = over === 'edges' ? flows.edges : withNodeFunctions(flows);
  const kept = rel.columns.filter((c) => c.name !== ITEM);
  const made = joined(
    'inner',
    { ...matches, rel },
    elements,
    [{ left: wholeNumber(ITEM), right: over === 'edges' ? EDGE : NODE }],
    [...kept.map((c) => from('left', c)), ...elements.visible.map((c) => from('right', c))],
  );
  return { ...made, order: ascending(STEP) };
}

const total = (gather: Gather) => `${gather.column}.of`;

function aggregates(gather: Gather, rows: Flow, t: Translation): SelectItem[] {
  const value = lower(gather.expr, { flow: rows, t });
  if (gather.what === 'map') {
    // A list of lists would be opened.
    const boxed = call('pack_array', 'dynamic', value);
    return [item(gather.column, aggregate('make_list_with_nulls', 'dynamic', boxed))];
  }
  if (value.type !== 'bool')
    return refuse(`${gather.what}() of anything but a condition`, gather.expr.at);
  const count: PlanExpr = { kind: 'aggregate', name: 'count', args: [], type: 'long', at: NOWHERE };
  return [item(gather.column, { ...count, filter: value }), item(total(gather), count)];
}

/** What a gather gives, where a path without elements has no row. */
function finished(gather: Gather): SelectItem {
  if (gather.what === 'map') {
    const empty: PlanExpr = { kind: 'literal', type: 'dynamic', value: '[]', at: NOWHERE };
    return item(
      gather.column,
      call('coalesce', 'dynamic', column(gather.column, 'dynamic'), empty),
    );
  }
  const orZero = (name: string) => call('coalesce', 'long', column(name, 'long'), long(0));
  const met = orZero(gather.column);
  return gather.what === 'any'
    ? item(gather.column, bool('>', met, long(0)))
    : item(gather.column, bool('==', met, orZero(total(gather))));
}

/** The matches with a column for each gather. */
export function gathered(
  matches: Flow,
  gathers: readonly Gather[],
  flows: GraphFlows,
  t: Translation,
): Flow {
  if (gathers.length === 0) return matches;
  const row: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: [],
    order: [],
    type: 'long',
    at: NOWHERE,
  };
  const numbered = select(matches, [...matches.rel.columns.map(keep), item('$match', row)]);
  const base = shared(numbered, 'matches', t, { isKept: true });
  const groups = Map.groupBy(gathers, (g) => `${g.over} ${g.element}`);
  const made = [...groups.values()].reduce((left, group) => {
    const rows = opened(base, group[0]!.over, group[0]!.element, flows);
    const values = group.flatMap((g) => aggregates(g, rows, t));
    const found = summarize(rows, [item('$match', MATCH)], values);
    return joined(
      'left',
      left,
      found,
      [{ left: MATCH, right: MATCH }],
      [
        ...left.rel.columns.map((c) => from('left', c)),
        ...values.map((v) => from('right', { name: v.name, type: v.type })),
      ],
    );
  }, base);
  return select(made, [...matches.rel.columns.map(keep), ...gathers.map(finished)]);
}
