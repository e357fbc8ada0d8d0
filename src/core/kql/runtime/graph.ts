/**
 * Walks over graphs. Nodes and edges are numbers from 0; a graph arrives as text, one edge a line: `edge from to`. What a
 * walk may cost is bounded, and going beyond throws with what to do instead.
 */

const MAX_EDGES = 2_000_000;
const MAX_PATHS = 1_000_000;
const MAX_STEPS = 50_000_000;

export type Direction = 'forward' | 'backward' | 'any';

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

/** Steps out of each node: those of node n stand from `first[n]` up to `first[n + 1]`. */
interface Steps {
  readonly size: number;
  readonly first: Int32Array;
  readonly to: Int32Array;
  readonly edge: Int32Array;
}

/** Thrown where a walk would cost too much. */
export class GraphLimitError extends Error {}

export const MAX_GRAPH_EDGES = MAX_EDGES;

function numbers(text: string): Int32Array {
  const out = text === '' ? [] : text.split(/[ \n]/).map(Number);
  return Int32Array.from(out);
}

function edgeList(text: string): Int32Array {
  const list = numbers(text);
  if (list.length / 3 > MAX_EDGES)
    throw new GraphLimitError(
      `The graph has more than ${MAX_EDGES} edges, beyond what is walked: filter or summarize the edges before make-graph.`,
    );
  return list;
}

function stepsOf(list: Int32Array, direction: Direction): Steps {
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
  spent: number;
}

function spend(walk: Walk): void {
  if (++walk.spent > MAX_STEPS)
    throw new GraphLimitError(
      `Finding the paths takes more than ${MAX_STEPS} steps: filter the nodes that they start and end with, or the edges, or allow fewer steps.`,
    );
}

function keep(walk: Walk, nodes: readonly number[], edges: readonly number[]): void {
  const { found } = walk;
  if (found.starts.length >= MAX_PATHS)
    throw new GraphLimitError(
      `There are more than ${MAX_PATHS} paths: filter the nodes that they start and end with, or the edges, or allow fewer steps.`,
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
      edges.pop();
      continue;
    }
    spend(walk);
    const [to, edge] = [steps.to[i]!, steps.edge[i]!];
    if (request.kind === 'edge' ? edges.includes(edge) : isBarred(request.kind, nodes, to))
      continue;
    if (toEnd !== null && toEnd[to]! > most - depth - 1) continue;
    nodes.push(to);
    edges.push(edge);
    if (depth + 1 >= least && isEnd(to)) keep(walk, nodes, edges);
    next.push(steps.first[to]!);
  }
}

function isBarred(kind: PathKind, nodes: readonly number[], to: number): boolean {
  return kind !== 'free' && nodes.includes(to);
}

/** The shortest paths from a node to each other one, breadth first: one each, or all. */
function shortestFrom(start: number, walk: Walk): void {
  const { steps, request, ends, inner } = walk;
  const isAll = request.kind === 'all-shortest';
  /** By node: how far it is, and the steps (places in `steps`) that the shortest paths to it end with, and from where. */
  const reached = new Map<number, { length: number; by: [step: number, from: number][] }>();
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
  const back = (node: number, nodes: number[], edges: number[]): void => {
    if (node === start) {
      keep(walk, [start, ...nodes.toReversed()], edges.toReversed());
      return;
    }
    for (const [step, from] of reached.get(node)!.by)
      back(from, [...nodes, node], [...edges, steps.edge[step]!]);
  };
  for (const node of reached.keys())
    if ((ends === null || ends.has(node)) && (node !== start || request.least === 0))
      back(node, [], []);
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

/** The paths that a request asks for. Throws GraphLimitError. */
export function findPaths(request: PathRequest): Paths {
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
  };
  for (const start of from ?? new Set([...list.keys()].flatMap((i) => (i % 3 ? [list[i]!] : []))))
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

/** By node number: the number of its component, from 0 in the order of the nodes. */
export function findComponents(
  edges: string,
  nodes: string,
  isStrong: boolean,
): Map<number, number> {
  const list = edgeList(edges);
  const all = numbers(nodes).sort();
  return numbered(all, isStrong ? strongRoots(list, all) : weakRoots(list));
}

function numbered(all: Int32Array, rootOf: (node: number) => number): Map<number, number> {
  const ids = new Map<number, number>();
  const out = new Map<number, number>();
  for (const node of all) {
    const root = rootOf(node);
    if (!ids.has(root)) ids.set(root, ids.size);
    out.set(node, ids.get(root)!);
  }
  return out;
}

function weakRoots(list: Int32Array): (node: number) => number {
  const parents = new Map<number, number>();
  const find = (node: number): number => {
    let root = node;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root))
      root = up;
    for (let at = node; at !== root; ) {
      const up = parents.get(at)!;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  for (let i = 0; i < list.length; i += 3) {
    const [a, b] = [find(list[i + 1]!), find(list[i + 2]!)];
    if (a !== b) parents.set(Math.max(a, b), Math.min(a, b));
  }
  return find;
}

/** Tarjan's strongly connected components, without recursion. */
function strongRoots(list: Int32Array, all: Int32Array): (node: number) => number {
  const steps = stepsOf(list, 'forward');
  const roots = new Map<number, number>();
  const order = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  for (const start of all) {
    if (order.has(start) || start >= steps.size) continue;
    const path: { node: number; at: number }[] = [];
    const enter = (node: number) => {
      order.set(node, order.size);
      low.set(node, order.get(node)!);
      open.push(node);
      isOpen.add(node);
      path.push({ node, at: steps.first[node]! });
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { node } = top;
      if (top.at < steps.first[node + 1]!) {
        const to = steps.to[top.at++]!;
        if (!order.has(to)) enter(to);
        else if (isOpen.has(to)) low.set(node, Math.min(low.get(node)!, order.get(to)!));
        continue;
      }
      path.pop();
      const above = path.at(-1)?.node;
      if (above !== undefined) low.set(above, Math.min(low.get(above)!, low.get(node)!));
      if (low.get(node) !== order.get(node)) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        isOpen.delete(member);
        roots.set(member, node);
        if (member === node) break;
      }
    }
  }
  return (node) => roots.get(node) ?? node;
}
