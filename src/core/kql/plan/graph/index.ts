import type { Span } from '../../bound/expr.ts';
import type { Graph, GraphQuery } from '../../bound/graph.ts';
import { call, column, type Flow, flowOf, keep, select, type Translation } from '../flow.ts';
import type { PlanExpr, SelectItem } from '../plan.ts';
import { columnsOf, from, item, joined } from '../plugins/relate.ts';
import { FROM, type GraphFlows, NODE, TO } from './flows.ts';
import { graphFlows } from './graph.ts';
import { translateMatch } from './match.ts';

/** The hash that a node goes by outside of its graph. */
function hashOf(flow: Flow, name: string): PlanExpr {
  const [id] = columnsOf(flow, [name]);
  return call('hash', 'long', column(name, id!.type));
}

/** `graph-to-table nodes` */
function nodeTable({ nodes }: GraphFlows, idName: string | undefined): Flow {
  const id: SelectItem[] = idName === undefined ? [] : [item(idName, hashOf(nodes, '$id'))];
  return { ...select(nodes, [...id, ...nodes.visible.map(keep)]), order: [] };
}

/** `graph-to-table edges` */
function edgeTable(
  { nodes, edges }: GraphFlows,
  sourceName: string | undefined,
  targetName: string | undefined,
): Flow {
  const ends = [
    { name: sourceName, number: FROM, id: '$source' },
    { name: targetName, number: TO, id: '$target' },
  ].flatMap(({ name, ...rest }) => (name === undefined ? [] : [{ name, ...rest }]));
  const named = ends.reduce((rows, { number, id }) => {
    const own = columnsOf(nodes, ['$id'])[0]!;
    const all = rows.rel.columns.map((c) => from('left', c));
    return joined(
      'inner',
      rows,
      nodes,
      [{ left: number, right: NODE }],
      [...all, from('right', own, id)],
    );
  }, flowOf(edges.rel));
  const ids = ends.map(({ name, id }) => item(name, hashOf(named, id)));
  return { ...select(named, [...ids, ...edges.visible.map(keep)]), open: edges.open };
}

/** The rows that are asked of a graph. */
export function translateGraph(graph: Graph, find: GraphQuery, at: Span, t: Translation): Flow {
  if (find.kind === 'match') return translateMatch(graph, find, at, t);
  const flows = graphFlows(graph, t);
  return find.kind === 'nodes'
    ? nodeTable(flows, find.idName)
    : edgeTable(flows, find.sourceName, find.targetName);
}
