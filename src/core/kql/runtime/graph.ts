/**
 * Graphs as functions see them: nodes and edges are numbers from 0, and a graph arrives as text, one edge a line:
 * `edge from to`. What is done over a graph is bounded, and going beyond throws with what to do instead.
 */

export const MAX_GRAPH_EDGES = 2_000_000;

export type Direction = 'forward' | 'backward' | 'any';

/** Steps out of each node: those of node n stand from `first[n]` up to `first[n + 1]`. */
export interface Steps {
  readonly size: number;
  readonly first: Int32Array;
  readonly to: Int32Array;
  readonly edge: Int32Array;
}

/** Thrown where a walk would cost too much. */
export class GraphLimitError extends Error {}

export function numbers(text: string): Int32Array {
  const out = text === '' ? [] : text.split(/[ \n]/).map(Number);
  return Int32Array.from(out);
}

export function edgeList(text: string): Int32Array {
  const list = numbers(text);
  if (list.length / 3 > MAX_GRAPH_EDGES)
    throw new GraphLimitError(
      `The graph has more than ${MAX_GRAPH_EDGES} edges, beyond what is walked: filter or summarize the edges before make-graph.`,
    );
  return list;
}

export function stepsOf(list: Int32Array, direction: Direction): Steps {
  let size = 0;
  for (let i = 0; i < list.length; i += 3)
    size = Math.max(size, list[i + 1]! + 1, list[i + 2]! + 1);
  const first = new Int32Array(size + 2);
  const each = (visit: (edge: number, from: number, to: number) => void) => {
    for (let i = 0; i < list.length; i += 3) {
      const [edge, from, to] = [list[i]!, list[i + 1]!, list[i + 2]!];
      if (direction !== 'backward') visit(edge, from, to);
      if (direction === 'backward' || (direction === 'any' && from !== to)) visit(edge, to, from);
    }
  };
  each((_edge, from) => first[from + 2]!++);
  for (let n = 2; n < first.length; n++) first[n]! += first[n - 1]!;
  const to = new Int32Array(first[size + 1] ?? 0);
  const edge = new Int32Array(to.length);
  each((e, from, t) => {
    const at = first[from + 1]!++;
    to[at] = t;
    edge[at] = e;
  });
  return { size, first, to, edge };
}
