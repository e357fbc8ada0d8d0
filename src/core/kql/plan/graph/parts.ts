import type { Expr } from '../../bound/expr.ts';
import type { GraphEdge } from '../../bound/graph.ts';
import {
  call,
  column,
  type Flow,
  flowOf,
  keep,
  long,
  select,
  type Translation,
  text,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { bool, columnsOf, filtered, from, item, joined, same } from '../plugins/relate.ts';
import { elementColumn } from './elements.ts';
import {
  ALL_NODES,
  asColumns,
  EDGE,
  edgeLines,
  FROM,
  type GraphFlows,
  meeting,
  NODE,
  numberLines,
  TO,
  wholeNumber,
} from './flows.ts';

/** The parts that a match is joined of: a relation for each element of the pattern. */

export const numberOf = (element: string) => elementColumn(element, '$number');
/** The numbers of a path's edges, and of the nodes between them. */
export const edgesOf = (element: string) => elementColumn(element, '$edges');
export const innerOf = (element: string) => elementColumn(element, '$inner');

export const number = (element: string): PlanExpr => column(numberOf(element), 'long');

/** Two relations where their columns of the same names are equal. */
export function meet(left: Flow, right: Flow): Flow {
  const has = (flow: Flow, name: string) => flow.rel.columns.some((c) => c.name === name);
  const common = left.rel.columns.filter((c) => has(right, c.name));
  const take = [
    ...left.rel.columns.map((c) => from('left', c)),
    ...right.rel.columns.filter((c) => !has(left, c.name)).map((c) => from('right', c)),
  ];
  return joined('inner', left, right, same(common), take);
}

/** A node's own columns beside its properties: its degrees, and its id as text. */
export function withNodeFunctions({ nodes }: GraphFlows): Flow {
  const degrees = nodes.rel.columns.filter((c) => c.name === '$in' || c.name === '$out');
  const [id] = columnsOf(nodes, ['$id']);
  const name = call('tostring', 'string', column('$id', id!.type));
  const items = [...nodes.visible, ...degrees].map(keep);
  const all = [...items, item('$name', name), item('$node', NODE)];
  const made = select({ ...nodes, order: [] }, all);
  return { ...made, visible: made.visible.slice(0, -1) };
}

const asElement = (element: string, columns: Flow['visible']): SelectItem[] =>
  columns.map((c) => item(elementColumn(element, c.name), column(c.name, c.type)));

const meetingAll = (flow: Flow, conditions: readonly Expr[], t: Translation): Flow =>
  meeting(
    flow,
    conditions.map((c) => lower(c, { flow, t })),
  );

/** The nodes that may stand for a variable. */
export function nodePart(
  element: string,
  conditions: readonly Expr[],
  flows: GraphFlows,
  t: Translation,
): Flow {
  const nodes = withNodeFunctions(flows);
  const made = select(nodes, [item(numberOf(element), NODE), ...asElement(element, nodes.visible)]);
  return meetingAll(made, conditions, t);
}

/** The edges that may stand for one of the pattern, between the nodes `left` and `right`. */
export function edgePart(
  edge: GraphEdge,
  [left, right]: readonly [string, string],
  conditions: readonly Expr[],
  { edges }: GraphFlows,
  t: Translation,
): Flow {
  const leads = (a: PlanExpr, b: PlanExpr, rows: Flow): Rel => {
    const ends =
      left === right
        ? [item(numberOf(left), a)]
        : [item(numberOf(left), a), item(numberOf(right), b)];
    const all = [item(numberOf(edge.name), EDGE), ...ends, ...asElement(edge.name, edges.visible)];
    return select({ ...rows, order: [] }, all).rel;
  };
  const isLoop = bool('==', FROM, TO);
  const rows = left === right ? filtered(edges, isLoop) : edges;
  const forward = leads(FROM, TO, rows);
  const backward = leads(
    TO,
    FROM,
    edge.direction === 'any' ? filtered(rows, call('not', 'bool', isLoop)) : rows,
  );
  const rel: Rel =
    edge.direction === 'any'
      ? { op: 'union', inputs: [forward, backward], columns: forward.columns }
      : edge.direction === 'forward'
        ? forward
        : backward;
  return meetingAll(flowOf(rel), conditions, t);
}

export interface PathPart {
  readonly edge: GraphEdge;
  readonly range: { readonly least: number; readonly most: number };
  readonly ends: readonly [string, string];
  readonly kind: 'edge' | 'node' | 'free' | 'shortest' | 'all-shortest';
  /** What every edge, and every node between them, has to meet; properties are plain columns. */
  readonly everyEdge: readonly Expr[];
  readonly everyInner: readonly Expr[];
  /** The nodes that paths may start and end with; all where null. */
  readonly starts: Flow | null;
  readonly stops: Flow | null;
}

/** The paths that may stand for an edge of the pattern with a range. */
export function pathPart(part: PathPart, flows: GraphFlows, t: Translation): Flow {
  const { edge, range, kind } = part;
  const [left, right] = part.ends;
  const lines = (flow: Flow | null, element: string) =>
    flow === null ? ALL_NODES : numberLines(flow, number(element));
  const inner =
    part.everyInner.length === 0
      ? ALL_NODES
      : numberLines(meetingAll(withNodeFunctions(flows), part.everyInner, t), NODE);
  const found = asColumns(
    '$graph_paths',
    [
      edgeLines(meetingAll(flows.edges, part.everyEdge, t)),
      lines(part.starts, left),
      lines(part.stops, right),
      inner,
      text(edge.direction),
      text(kind),
      long(range.least),
      long(range.most),
    ],
    ['$start', '$stop', '$edges', '$inner'],
    t,
  );
  const [start, stop] = [wholeNumber('$start'), wholeNumber('$stop')];
  const rows = left === right ? filtered(found, bool('==', start, stop)) : found;
  return select(rows, [
    item(numberOf(left), start),
    ...(left === right ? [] : [item(numberOf(right), stop)]),
    item(edgesOf(edge.name), column('$edges', 'dynamic')),
    item(innerOf(edge.name), column('$inner', 'dynamic')),
  ]);
}
