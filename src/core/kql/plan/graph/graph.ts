import type { KqlType } from '../../../schema/index.ts';
import type { BoundColumn } from '../../bound/expr.ts';
import type { Graph, GraphStep } from '../../bound/graph.ts';
import { refuse } from '../../refusal.ts';
import { call, column, type Flow, flowOf, keep, long, select, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import { translateUnion } from '../operators/union.ts';
import type { PlanExpr, SelectItem } from '../plan.ts';
import {
  aggregate,
  ascending,
  columnsOf,
  filtered,
  from,
  grouped,
  item,
  joined,
  same,
  shared,
} from '../plugins/relate.ts';
import { markComponents } from './components.ts';
import { FROM, type GraphFlows, NODE, TO } from './flows.ts';

const [ID, PART] = ['$id', '$part'];
const NUMBERED = { isKept: true } as const;

/** A number per row from 0, in the order of some columns. */
function rowNumber(order: readonly string[]): PlanExpr {
  const number: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: [],
    order: ascending(...order),
    type: 'long',
    at: { start: 0, length: 0 },
  };
  return call('-', 'long', number, long(1));
}

function asType(expr: PlanExpr, type: KqlType): PlanExpr {
  return expr.type === type ? expr : call('tostring', 'string', expr);
}

/** The rows with further columns, and nothing else hidden. */
function plus(flow: Flow, ...more: readonly SelectItem[]): Flow {
  const made = select({ ...flow, order: [], per: [] }, [...flow.visible.map(keep), ...more]);
  return { ...made, visible: flow.visible };
}

/** What the ids of nodes are made of: the id, and the value of the column that parts graphs from each other. */
interface Keys {
  readonly type: KqlType;
  readonly partition: BoundColumn | null;
}

function keyNames({ partition }: Keys): string[] {
  return partition ? [PART, ID] : [ID];
}

function partOf(graph: Graph, flow: Flow, keys: Keys, t: Translation): SelectItem[] {
  const { partition } = graph;
  if (!partition || !keys.partition) return [];
  const found = flow.visible.some((c) => partition.kind === 'column' && c.name === partition.name);
  if (!found)
    refuse('partitioned-by', graph.at, 'needs its column in the edges and in every table of nodes');
  return [item(PART, lower(partition, { flow, t }))];
}

/** A property of a node that several rows tell of: any value that is there. */
function anyOf(c: BoundColumn): PlanExpr {
  const isUnordered = c.type === 'dynamic' || c.type === 'bool' || c.type === 'guid';
  return aggregate(isUnordered ? 'take_any' : 'max', c.type, column(c.name, c.type));
}

function nodeRows(graph: Graph, ids: Flow, keys: Keys, t: Translation): Flow {
  const inputs = graph.nodes.map(({ pipe, key }, i) => {
    const flow = t.translators.pipe(pipe, t, false);
    const id = item(ID, asType(lower(key, { flow, t }), keys.type));
    const items = [...flow.visible.map(keep), ...partOf(graph, flow, keys, t), id];
    return { name: `nodes${i}`, flow: select({ ...flow, order: [], per: [] }, items) };
  });
  const all = translateUnion([...inputs, { name: 'edges', flow: ids }], 'outer', null);
  const names = keyNames(keys);
  const properties = all.visible.filter((c) => !names.includes(c.name));
  const merged = grouped(
    all,
    columnsOf(all, names).map(keep),
    properties.map((c) => item(c.name, anyOf(c))),
  );
  const isKey = (name: string) =>
    graph.nodes.some(({ key }) => key.kind === 'column' && key.name === name);
  const id = column(ID, keys.type);
  const filled = properties.map((c): SelectItem => {
    const own = column(c.name, c.type);
    if (!isKey(c.name) || c.type !== keys.type) return keep(c);
    const test = call(c.type === 'string' ? 'isempty' : 'isnull', 'bool', own);
    return item(c.name, call('iff', c.type, test, id, own));
  });
  const named = graph.nodeId === undefined ? [] : [item(graph.nodeId, id)];
  const visible = [...filled, ...named].map(({ name, type }) => ({ name, type }));
  const made = select(merged, [
    ...filled,
    ...named,
    ...columnsOf(merged, names).map(keep),
    item('$node', rowNumber(names)),
  ]);
  return { ...made, visible, open: all.open };
}

/** How many edges there are by the node at one of their ends, beside each node. */
function withDegree(nodes: Flow, edges: Flow, end: PlanExpr, name: string): Flow {
  const counted = grouped(edges, [item('$end', end)], [item('$count', aggregate('count', 'long'))]);
  const made = joined(
    'left',
    nodes,
    counted,
    [{ left: NODE, right: column('$end', 'long') }],
    [
      ...nodes.rel.columns.map((c) => from('left', c)),
      from('right', { name: '$count', type: 'long' }, name),
    ],
  );
  return { ...made, visible: nodes.visible, open: nodes.open };
}

function make(graph: Graph, t: Translation): GraphFlows {
  const given = t.translators.pipe(graph.edges, t, false);
  const [source, target] = [graph.source, graph.target].map((e) => lower(e, { flow: given, t }));
  const types = new Set([source!.type, target!.type]);
  const type = types.size === 1 ? source!.type : 'string';
  const partition = graph.partition ? lower(graph.partition, { flow: given, t }) : null;
  const keys: Keys = {
    type,
    partition: partition ? { name: PART, type: partition.type } : null,
  };
  const numbered = plus(
    given,
    item('$s', asType(source!, type)),
    item('$t', asType(target!, type)),
    ...partOf(graph, given, keys, t),
    item('$edge', rowNumber([])),
  );
  const rows = shared(numbered, 'edges', t, NUMBERED);
  const parts = keys.partition ? [keep(keys.partition)] : [];
  const ends = ['$s', '$t'].map((name) =>
    select({ ...rows, open: [] }, [...parts, item(ID, column(name, type))]),
  );
  const ids = translateUnion(
    ends.map((flow) => ({ name: '', flow })),
    'outer',
    null,
  );
  const nodes = shared(nodeRows(graph, ids, keys, t), 'nodes', t, NUMBERED);
  const edges = (['$s', '$t'] as const).reduce((left, name) => {
    const own = same(keys.partition ? [keys.partition] : []);
    const made = joined(
      'inner',
      left,
      nodes,
      [...own, { left: column(name, type), right: column(ID, type) }],
      [
        ...left.rel.columns.map((c) => from('left', c)),
        from('right', { name: '$node', type: 'long' }, name === '$s' ? '$from' : '$to'),
      ],
    );
    return { ...made, visible: left.visible, open: left.open };
  }, rows);
  return { nodes, edges: shared(edges, 'edges', t) };
}

/** Adds the degrees of nodes, where a query asks for them. */
export function withDegrees({ nodes, edges }: GraphFlows): GraphFlows {
  const counted = withDegree(withDegree(nodes, edges, TO, '$in'), edges, FROM, '$out');
  const zero = (c: BoundColumn): SelectItem =>
    c.name === '$in' || c.name === '$out'
      ? item(c.name, call('coalesce', 'long', column(c.name, 'long'), long(0)))
      : keep(c);
  const made = select(flowOf(counted.rel), counted.rel.columns.map(zero));
  return { nodes: { ...made, visible: nodes.visible, open: nodes.open }, edges };
}

function step(flows: GraphFlows, s: GraphStep, t: Translation): GraphFlows {
  if (s.kind === 'mark-components') {
    const nodes = markComponents(flows, s.name, s.isStrong, t);
    return { nodes: shared(nodes, 'nodes', t, NUMBERED), edges: flows.edges };
  }
  if (s.kind === 'where-edges') {
    const edges = filtered(flows.edges, lower(s.condition, { flow: flows.edges, t }));
    return { nodes: flows.nodes, edges };
  }
  const left = filtered(flows.nodes, lower(s.condition, { flow: flows.nodes, t }));
  const nodes = shared(left, 'nodes', t);
  const edges = [FROM, TO].reduce<Flow>((rows, end) => {
    const all = rows.rel.columns.map((c) => from('left', c));
    const made = joined('semi', rows, nodes, [{ left: end, right: NODE }], all);
    return { ...made, visible: rows.visible, open: rows.open };
  }, flows.edges);
  return { nodes, edges: shared(edges, 'edges', t) };
}

/** The relations of a graph, made once however often it is asked. */
export function graphFlows(graph: Graph, t: Translation): GraphFlows {
  const made = t.graphs.get(graph.id);
  if (made) return made;
  const flows = graph.steps.reduce((g, s) => step(g, s, t), make(graph, t));
  t.graphs.set(graph.id, flows);
  return flows;
}
