import {
  type Direction,
  edgeList,
  GraphLimitError,
  numbers,
  type Steps,
  stepsOf,
} from './graph.ts';

/** Paths through a graph, each found once; see graph.ts for how graphs arrive. */

const MAX_PATHS = 1_000_000;
/** Edges of all paths together. */
const MAX_KEPT = 8_000_000;
const MAX_STEPS = 50_000_000;

/**
 * What a path may not do twice: pass an `edge`, pass a `node`, or nothing. Of the `shortest` between two nodes there is
 * one, or `all`; they pass no node twice.
 */
export type PathKind = 'edge' | 'node' | 'free' | 'shortest' | 'all-shortest';

export interface PathRequest {
  readonly edges: string;
  readonly direction: Direction;
  readonly kind: PathKind;
  readonly least: number;
  readonly most: number;
  /** Node numbers, one a line; all nodes of edges where null. */
  readonly starts: string | null;
  readonly ends: string | null;
  /** Where a path may pass through. */
  readonly inner: string | null;
}

/** Paths by column: where each starts and ends, its edges, and the nodes between them. */
export interface Paths {
  readonly starts: number[];
  readonly ends: number[];
  readonly edges: number[][];
  readonly inner: number[][];
}

const TURNED: Readonly<Record<Direction, Direction>> = {
  forward: 'backward',
  backward: 'forward',
  any: 'any',
};

/** How many steps each node is away from the nearest of some nodes, up to `most`; beyond it, more than `most`. */
function distances(steps: Steps, from: ReadonlySet<number>, most: number): Int32Array {
  const out = new Int32Array(steps.size).fill(most + 1);
  let front = [...from].filter((n) => n < steps.size);
  for (const n of front) out[n] = 0;
  for (let length = 1; length <= most && front.length > 0; length++) {
    const next: number[] = [];
    for (const node of front)
      for (let i = steps.first[node]!; i < steps.first[node + 1]!; i++) {
        const to = steps.to[i]!;
        if (out[to]! <= most) continue;
        out[to] = length;
        next.push(to);
      }
    front = next;
  }
  return out;
}

interface Walk {
  readonly steps: Steps;
  readonly request: PathRequest;
  readonly ends: ReadonlySet<number> | null;
  readonly inner: ReadonlySet<number> | null;
  /** Steps to the nearest end, where ends are given. */
  readonly toEnd: Int32Array | null;
  readonly found: Paths;
  /** Steps that were tried, and edges of the paths that were found. */
  spent: number;
  kept: number;
}

const LESS = 'filter the nodes that they start and end with, or the edges, or allow fewer steps.';

function spend(walk: Walk): void {
  if (++walk.spent > MAX_STEPS)
    throw new GraphLimitError(`Finding the paths takes more than ${MAX_STEPS} steps: ${LESS}`);
}

function keep(walk: Walk, nodes: readonly number[], edges: readonly number[]): void {
  const { found } = walk;
  walk.kept += edges.length;
  if (found.starts.length >= MAX_PATHS || walk.kept > MAX_KEPT)
    throw new GraphLimitError(
      `There are more than ${MAX_PATHS} paths, or more than ${MAX_KEPT} edges in them: ${LESS}`,
    );
  found.starts.push(nodes[0]!);
  found.ends.push(nodes.at(-1)!);
  found.edges.push([...edges]);
  found.inner.push(nodes.slice(1, -1));
}

/** Every path from a node, of at least and at most so many edges, depth first. */
function pathsFrom(start: number, walk: Walk, least: number, most: number): void {
  const { steps, request, ends, inner, toEnd } = walk;
  const nodes = [start];
  const edges: number[] = [];
  const isEnd = (node: number) => ends === null || ends.has(node);
  const marked = new Set<number>();
  /** What the path may not come by again: an edge, or the node that it leads to. */
  const markOf = (node: number, edge: number) => (request.kind === 'edge' ? edge : node);
  if (request.kind !== 'edge') marked.add(start);
  if (least === 0 && isEnd(start)) keep(walk, nodes, edges);
  const next = [steps.first[start] ?? 0];
  while (next.length > 0) {
    const depth = next.length - 1;
    const node = nodes[depth]!;
    const mayGoOn = depth < most && (depth === 0 || inner === null || inner.has(node));
    const i = next[depth]!++;
    if (!mayGoOn || node >= steps.size || i >= steps.first[node + 1]!) {
      next.pop();
      nodes.pop();
      const edge = edges.pop();
      if (edge !== undefined) marked.delete(markOf(node, edge));
      continue;
    }
    spend(walk);
    const [to, edge] = [steps.to[i]!, steps.edge[i]!];
    const mark = markOf(to, edge);
    if (request.kind !== 'free' && marked.has(mark)) continue;
    if (toEnd !== null && toEnd[to]! > most - depth - 1) continue;
    nodes.push(to);
    edges.push(edge);
    marked.add(mark);
    if (depth + 1 >= least && isEnd(to)) keep(walk, nodes, edges);
    next.push(steps.first[to]!);
  }
}

/** By node: how far it is, and the steps (places in `steps`) that the shortest paths to it end with, and from where. */
type Reached = Map<number, { length: number; by: [step: number, from: number][] }>;

/** Keeps every way from a node back to the start. */
function waysBack(node: number, start: number, reached: Reached, walk: Walk): void {
  const nodes = [node];
  const edges: number[] = [];
  const next = [0];
  while (next.length > 0) {
    const at = nodes.at(-1)!;
    if (at === start) keep(walk, nodes.toReversed(), edges.toReversed());
    const by = at === start ? undefined : reached.get(at)!.by[next[next.length - 1]!++];
    if (by) {
      edges.push(walk.steps.edge[by[0]]!);
      nodes.push(by[1]);
      next.push(0);
    } else {
      next.pop();
      nodes.pop();
      edges.pop();
    }
  }
}

/** The shortest paths from a node to each other one, breadth first: one each, or all. */
function shortestFrom(start: number, walk: Walk): void {
  const { steps, request, ends, inner } = walk;
  const isAll = request.kind === 'all-shortest';
  const reached: Reached = new Map();
  reached.set(start, { length: 0, by: [] });
  let front = start < steps.size ? [start] : [];
  for (let length = 1; length <= request.most && front.length > 0; length++) {
    const next: number[] = [];
    for (const node of front) {
      if (node !== start && inner !== null && !inner.has(node)) continue;
      for (let i = steps.first[node]!; i < steps.first[node + 1]!; i++) {
        spend(walk);
        const to = steps.to[i]!;
        const known = reached.get(to);
        if (known && (known.length < length || !isAll)) continue;
        if (known) known.by.push([i, node]);
        else {
          reached.set(to, { length, by: [[i, node]] });
          next.push(to);
        }
      }
    }
    front = next;
  }
  for (const node of reached.keys())
    if ((ends === null || ends.has(node)) && (node !== start || request.least === 0))
      waysBack(node, start, reached, walk);
}

/** Shortest paths that must be longer than the shortest: by growing lengths, until a pair has one. */
function shortestOfAtLeast(start: number, walk: Walk): void {
  const { request, found } = walk;
  const done = new Set<number>();
  const isAll = request.kind === 'all-shortest';
  for (let length = request.least; length <= request.most; length++) {
    const own: Walk = { ...walk, found: { starts: [], ends: [], edges: [], inner: [] } };
    pathsFrom(start, own, length, length);
    walk.spent = own.spent;
    walk.kept = own.kept;
    const now = new Set<number>();
    own.found.ends.forEach((end, i) => {
      if (done.has(end) || (now.has(end) && !isAll)) return;
      now.add(end);
      found.starts.push(start);
      found.ends.push(end);
      found.edges.push(own.found.edges[i]!);
      found.inner.push(own.found.inner[i]!);
    });
    for (const end of now) done.add(end);
  }
}

function setOf(text: string | null): ReadonlySet<number> | null {
  return text === null ? null : new Set(numbers(text));
}

function nodesOf(list: Int32Array): Set<number> {
  const nodes = new Set<number>();
  for (let i = 0; i < list.length; i += 3) nodes.add(list[i + 1]!).add(list[i + 2]!);
  return nodes;
}

/** Longer than any path that could be found; counts of steps stay whole numbers of 32 bits. */
const MOST = 2 ** 30;

/** The paths that a request asks for. Throws GraphLimitError. */
export function findPaths(given: PathRequest): Paths {
  const request = { ...given, most: Math.min(given.most, MOST) };
  const list = edgeList(request.edges);
  const [starts, ends] = [setOf(request.starts), setOf(request.ends)];
  // From where fewer begin.
  const isTurned = ends !== null && (starts === null || ends.size < starts.size);
  const way = isTurned ? TURNED[request.direction] : request.direction;
  const steps = stepsOf(list, way);
  const [from, to] = isTurned ? [ends, starts] : [starts, ends];
  const found: Paths = { starts: [], ends: [], edges: [], inner: [] };
  const isShortest = request.kind === 'shortest' || request.kind === 'all-shortest';
  const walk: Walk = {
    steps,
    request,
    ends: to,
    inner: setOf(request.inner),
    toEnd: to && !isShortest ? distances(stepsOf(list, TURNED[way]), to, request.most) : null,
    found,
    spent: 0,
    kept: 0,
  };
  for (const start of from ?? nodesOf(list))
    if (!isShortest) pathsFrom(start, walk, request.least, request.most);
    else if (request.least > 1) shortestOfAtLeast(start, walk);
    else shortestFrom(start, walk);
  return isTurned
    ? {
        starts: found.ends,
        ends: found.starts,
        edges: found.edges.map((e) => e.toReversed()),
        inner: found.inner.map((n) => n.toReversed()),
      }
    : found;
}
