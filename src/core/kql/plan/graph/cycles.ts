import type { GraphEdge, GraphMatch } from '../../bound/graph.ts';
import { call, column, long, NOWHERE } from '../flow.ts';
import type { PlanExpr } from '../plan.ts';
import { bool } from '../plugins/relate.ts';
import { edgesOf, innerOf, number } from './parts.ts';

/** What the `cycles` of a match say of its elements, beyond what each path keeps by itself. */

const isIn = (list: string, value: PlanExpr): PlanExpr =>
  bool('>=', call('array_index_of', 'long', column(list, 'dynamic'), value), long(0));

const share = (a: string, b: string): PlanExpr => {
  const both = call('set_intersect', 'dynamic', column(a, 'dynamic'), column(b, 'dynamic'));
  return bool('>', call('array_length', 'long', both), long(0));
};

const not = (test: PlanExpr): PlanExpr => call('not', 'bool', test);

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));
}

/** No edge stands for two of the pattern. */
function uniqueEdges(edges: readonly GraphEdge[]): PlanExpr[] {
  return pairs(edges).map(([a, b]) => {
    if (a.range && b.range) return not(share(edgesOf(a.name), edgesOf(b.name)));
    if (a.range) return not(isIn(edgesOf(a.name), number(b.name)));
    if (b.range) return not(isIn(edgesOf(b.name), number(a.name)));
    return not(bool('==', number(a.name), number(b.name)));
  });
}

/** The pattern itself comes back to a node. */
function isCyclic(sequences: GraphMatch['sequences']): boolean {
  const parents = new Map<string, string>();
  const root = (node: string): string => {
    const up = parents.get(node);
    return up === undefined ? node : root(up);
  };
  return sequences.some(({ nodes, edges }) =>
    edges.some((_, i) => {
      const [a, b] = [root(nodes[i]!), root(nodes[i + 1]!)];
      if (a !== b) parents.set(a, b);
      return a === b;
    }),
  );
}

/** No node stands for two of the pattern. */
function uniqueNodes(nodes: readonly string[], edges: readonly GraphEdge[]): PlanExpr[] {
  const paths = edges.filter((e) => e.range).map((e) => innerOf(e.name));
  return [
    ...pairs(nodes).map(([a, b]) => not(bool('==', number(a), number(b)))),
    ...paths.flatMap((path) => nodes.map((node) => not(isIn(path, number(node))))),
    ...pairs(paths).map(([a, b]) => not(share(a, b))),
  ];
}

/** Conditions that a row of joined elements has to meet. */
export function cycleTests(
  cycles: GraphMatch['cycles'],
  sequences: GraphMatch['sequences'],
): PlanExpr[] {
  const edges = sequences.flatMap((s) => s.edges);
  if (cycles === 'all') return [];
  if (cycles === 'unique_edges') return uniqueEdges(edges);
  if (isCyclic(sequences)) return [{ kind: 'literal', type: 'bool', value: false, at: NOWHERE }];
  return uniqueNodes([...new Set(sequences.flatMap((s) => s.nodes))], edges);
}
