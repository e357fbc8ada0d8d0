import { worse } from '#core/alert/index.ts';
import type { AlertTold, IncidentTold } from '#core/contract/index.ts';
import { entityKeyOf, entityText, type Severity } from '../words.ts';

export interface GraphNode {
  readonly key: string;
  /** What it stands for: one entity, or several that play the same part. */
  readonly members: readonly string[];
  readonly type: string;
  readonly isInside: boolean | undefined;
  /** Column and row, from 0. */
  readonly column: number;
  readonly row: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly severity: Severity;
  /** Titles of the alerts it stands for, each once. */
  readonly titles: readonly string[];
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly columns: number;
  readonly rows: number;
  /** Entities that are not drawn, because there are too many. */
  readonly left: number;
}

const MOST_NODES = 24;
/** So many of the same part are drawn as one. */
const FOLDED = 4;

type Node = Pick<GraphNode, 'key' | 'members' | 'type' | 'isInside'>;

/**
 * Who did something to whom, in columns: whoever acts first is on the left, whom it leads to further right. Those who do
 * the same to the same, or to whom the same is done, are one node unless its key is among `opened`.
 */
export function layOut(
  alerts: IncidentTold['alertList'],
  opened: ReadonlySet<string> = new Set(),
): Graph {
  const inOrder = alerts.toSorted((a, b) => Date.parse(a.first) - Date.parse(b.first));
  const single = findNodes(inOrder);
  const homes = foldAlike(single, findEdges(inOrder), opened);
  const all = new Map([...homes.values()].map((node) => [node.key, node]));
  // What somebody opened is drawn whole.
  const kept = [...all.values()].slice(0, opened.size > 0 ? undefined : MOST_NODES);
  const edges = joinEdges(findEdges(inOrder), homes, new Set(kept.map((n) => n.key)));
  const column = columnsOf(
    kept.map((n) => n.key),
    edges,
  );
  const filled = new Map<number, number>();
  const nodes = kept.map((node): GraphNode => {
    const at = column.get(node.key) ?? 0;
    const row = filled.get(at) ?? 0;
    filled.set(at, row + 1);
    return { ...node, column: at, row };
  });
  return {
    nodes,
    edges,
    columns: Math.max(0, ...nodes.map((n) => n.column + 1)),
    rows: Math.max(0, ...filled.values()),
    left: [...all.values()].slice(kept.length).reduce((sum, n) => sum + n.members.length, 0),
  };
}

function findNodes(alerts: readonly AlertTold[]): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const alert of alerts)
    for (const entity of alert.entities) {
      const key = entityKeyOf(entity);
      const before = found.get(key);
      if (entity.role === 'related' || before?.isInside !== undefined) continue;
      const { type, isInside } = entity;
      found.set(key, { key, members: [entityText(entity)], type, isInside });
    }
  return found;
}

function findEdges(alerts: readonly AlertTold[]): readonly GraphEdge[] {
  return alerts.flatMap((alert) => {
    const keys = (role: string) =>
      alert.entities.filter((e) => e.role === role).map((e) => entityKeyOf(e));
    const targets = keys('target');
    return keys('actor').flatMap((from) =>
      targets
        .filter((to) => to !== from)
        .map((to) => ({ from, to, severity: alert.severity, titles: [alert.title] })),
    );
  });
}

/** The node that each entity is drawn as: its own, or that of all who have the same neighbours. */
function foldAlike(
  nodes: ReadonlyMap<string, Node>,
  edges: readonly GraphEdge[],
  opened: ReadonlySet<string>,
): ReadonlyMap<string, Node> {
  const neighbours = new Map([...nodes.keys()].map((key) => [key, new Set<string>()]));
  for (const { from, to } of edges) {
    neighbours.get(from)?.add(`> ${to}`);
    neighbours.get(to)?.add(`< ${from}`);
  }
  const part = ({ key, type, isInside }: Node) =>
    [type, isInside, ...[...(neighbours.get(key) ?? [])].sort()].join('\n');
  const parts = new Map<string, readonly Node[]>();
  for (const node of nodes.values())
    parts.set(part(node), [...(parts.get(part(node)) ?? []), node]);
  const homes = new Map<string, Node>();
  for (const alike of parts.values()) {
    const [first] = alike;
    const isFolded = alike.length >= FOLDED && first && !opened.has(first.key);
    const folded = first && { ...first, members: alike.flatMap((n) => n.members) };
    for (const node of alike) homes.set(node.key, isFolded && folded ? folded : node);
  }
  // In the order in which they came.
  return new Map([...nodes.keys()].map((key) => [key, homes.get(key)!]));
}

/** Edges between what is drawn, one for each pair. */
function joinEdges(
  edges: readonly GraphEdge[],
  homes: ReadonlyMap<string, Node>,
  drawn: ReadonlySet<string>,
): readonly GraphEdge[] {
  const joined = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const [from, to] = [homes.get(edge.from)?.key ?? '', homes.get(edge.to)?.key ?? ''];
    if (from === to || !drawn.has(from) || !drawn.has(to)) continue;
    const key = `${from} → ${to}`;
    const before = joined.get(key);
    joined.set(key, {
      from,
      to,
      severity: before ? worse(before.severity, edge.severity) : edge.severity,
      titles: [...new Set([...(before?.titles ?? []), ...edge.titles])],
    });
  }
  return [...joined.values()];
}

/** Column of each node: one more than of whoever leads to it. An edge that would close a circle counts for nothing. */
function columnsOf(
  keys: readonly string[],
  edges: readonly GraphEdge[],
): ReadonlyMap<string, number> {
  const column = new Map<string, number>();
  const visit = (key: string, path: ReadonlySet<string>): number => {
    const known = column.get(key);
    if (known !== undefined) return known;
    const before = edges.filter((e) => e.to === key && !path.has(e.from));
    const at = Math.max(-1, ...before.map((e) => visit(e.from, new Set([...path, key])))) + 1;
    column.set(key, at);
    return at;
  };
  for (const key of keys) visit(key, new Set([key]));
  return column;
}
