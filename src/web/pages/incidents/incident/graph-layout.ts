import { worse } from '#core/alert/index.ts';
import type { AlertTold, IncidentTold } from '#core/contract/index.ts';
import { entityKeyOf, entityText, type Severity } from '../words.ts';

export interface GraphNode {
  readonly key: string;
  readonly text: string;
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
  /** Titles of the alerts it stands for. */
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

interface Found {
  readonly text: string;
  readonly type: string;
  readonly isInside: boolean | undefined;
}

/** Who did something to whom, in columns: whoever acts first is on the left, whom it leads to further right. */
export function layOut(alerts: IncidentTold['alertList']): Graph {
  const inOrder = alerts.toSorted((a, b) => Date.parse(a.first) - Date.parse(b.first));
  const all = findNodes(inOrder);
  const kept = new Map([...all].slice(0, MOST_NODES));
  const edges = findEdges(inOrder, kept);
  const column = columnsOf([...kept.keys()], edges);
  const filled = new Map<number, number>();
  const nodes = [...kept].map(([key, found]): GraphNode => {
    const at = column.get(key) ?? 0;
    const row = filled.get(at) ?? 0;
    filled.set(at, row + 1);
    const { text, type, isInside } = found;
    return { key, text, type, isInside, column: at, row };
  });
  return {
    nodes,
    edges,
    columns: Math.max(0, ...nodes.map((n) => n.column + 1)),
    rows: Math.max(0, ...filled.values()),
    left: all.size - kept.size,
  };
}

function findNodes(alerts: readonly AlertTold[]): ReadonlyMap<string, Found> {
  const found = new Map<string, Found>();
  for (const alert of alerts)
    for (const entity of alert.entities) {
      const key = entityKeyOf(entity);
      const before = found.get(key);
      if (entity.role === 'related' || before?.isInside !== undefined) continue;
      const { type, isInside } = entity;
      found.set(key, { text: entityText(entity), type, isInside });
    }
  return found;
}

function findEdges(
  alerts: readonly AlertTold[],
  nodes: ReadonlyMap<string, Found>,
): readonly GraphEdge[] {
  const edges = new Map<string, GraphEdge>();
  for (const alert of alerts)
    for (const actor of alert.entities.filter((e) => e.role === 'actor'))
      for (const target of alert.entities.filter((e) => e.role === 'target')) {
        const [from, to] = [entityKeyOf(actor), entityKeyOf(target)];
        if (!nodes.has(from) || !nodes.has(to) || from === to) continue;
        const key = `${from} → ${to}`;
        const before = edges.get(key);
        edges.set(key, {
          from,
          to,
          severity: before ? worse(before.severity, alert.severity) : alert.severity,
          titles: [...(before?.titles ?? []), alert.title],
        });
      }
  return [...edges.values()];
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
