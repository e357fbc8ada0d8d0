import type { Expr } from '../../bound/expr.ts';
import type { Graph, GraphEdge, GraphMatch } from '../../bound/graph.ts';
import { refuse } from '../../refusal.ts';
import { call, column, type Flow, long, NOWHERE, select, type Translation } from '../flow.ts';
import { askOpen, lower } from '../lower.ts';
import { named } from '../names.ts';
import { itemColumns } from '../operators/basic.ts';
import type { PlanExpr } from '../plan.ts';
import {
  aggregate,
  bool,
  filtered,
  from,
  grouped,
  item,
  joined,
  shared,
} from '../plugins/relate.ts';
import { cycleTests } from './cycles.ts';
import {
  conjuncts,
  elementsIn,
  everyOf,
  expressionsOf,
  type Gather,
  type Pattern,
  propertiesIn,
  withGathers,
} from './elements.ts';
import { type GraphFlows, meeting } from './flows.ts';
import { gathered } from './gathers.ts';
import { graphFlows, withDegrees } from './graph.ts';
import { edgePart, edgesOf, meet, nodePart, numberOf, pathPart } from './parts.ts';

/**
 * `graph-match` and `graph-shortest-paths` as joins: a relation for each edge of the pattern, with the numbers of its nodes,
 * and one for each node that a condition or the result speaks of. An edge with a range is a relation of paths, which a
 * function finds over the whole graph; what is known of their ends by then keeps them few.
 */

/** Where each part of the condition applies: to one element, to all along a path, or to whole matches. */
interface Conditions {
  readonly own: ReadonlyMap<string, readonly Expr[]>;
  readonly everyEdge: ReadonlyMap<string, readonly Expr[]>;
  readonly everyInner: ReadonlyMap<string, readonly Expr[]>;
  readonly rest: readonly Expr[];
}

function add(map: Map<string, Expr[]>, key: string, expr: Expr): void {
  map.set(key, [...(map.get(key) ?? []), expr]);
}

function sortConditions(
  match: GraphMatch,
  pattern: Pattern,
  gathers: Gather[],
  t: Translation,
): Conditions {
  const [own, everyEdge, everyInner] = [new Map(), new Map(), new Map()] as Map<string, Expr[]>[];
  const rest: Expr[] = [];
  for (const condition of match.condition ? conjuncts(match.condition) : []) {
    const every = everyOf(condition, pattern);
    if (every) {
      add(every.over === 'edges' ? everyEdge! : everyInner!, every.element, every.expr);
      continue;
    }
    const before = gathers.length;
    const expr = withGathers(condition, 'all', pattern, gathers, t);
    const [element, another] = elementsIn(expr);
    if (gathers.length === before && element !== undefined && another === undefined)
      add(own!, element, expr);
    else rest.push(expr);
  }
  return { own: own!, everyEdge: everyEdge!, everyInner: everyInner!, rest };
}

interface Link {
  readonly edge: GraphEdge;
  readonly ends: readonly [string, string];
}

interface Matching {
  readonly flows: GraphFlows;
  readonly conditions: Conditions;
  readonly pathKind: 'edge' | 'node' | 'free' | 'shortest' | 'all-shortest';
  /** Nodes that conditions or the result speak of. */
  readonly spoken: ReadonlySet<string>;
  readonly t: Translation;
}

const has = (rows: Flow | null, element: string) =>
  rows?.rel.columns.some((c) => c.name === numberOf(element)) ?? false;

/** The next edge to join: plain ones before paths, and those that hang on what is joined. */
function nextLink(links: readonly Link[], rows: Flow | null): Link | undefined {
  const hangs = (l: Link) => rows === null || l.ends.some((e) => has(rows, e));
  const open = links.filter(hangs);
  return open.find((l) => !l.edge.range) ?? open[0];
}

function linkPart({ edge, ends }: Link, rows: Flow | null, m: Matching): Flow {
  const { own, everyEdge, everyInner } = m.conditions;
  if (!edge.range) return edgePart(edge, ends, own.get(edge.name) ?? [], m.flows, m.t);
  const among = (element: string, isNeeded: boolean): Flow | null => {
    if (rows && has(rows, element)) return rows;
    const tests = own.get(element) ?? [];
    return tests.length > 0 || isNeeded ? nodePart(element, tests, m.flows, m.t) : null;
  };
  const [left, right] = ends;
  return pathPart(
    {
      edge,
      range: edge.range,
      ends,
      kind: m.pathKind,
      everyEdge: everyEdge.get(edge.name) ?? [],
      everyInner: everyInner.get(edge.name) ?? [],
      // Paths of no edge at all are of any node, also of those without edges.
      starts: among(left, edge.range.least === 0),
      stops: among(right, false),
    },
    m.flows,
    m.t,
  );
}

/** Every combination of elements that the pattern's shape and the conditions on single elements allow. */
function joinElements(sequences: GraphMatch['sequences'], at: Expr['at'], m: Matching): Flow {
  let links = sequences.flatMap(({ nodes, edges }) =>
    edges.map((edge, i): Link => ({ edge, ends: [nodes[i]!, nodes[i + 1]!] })),
  );
  let rows: Flow | null = null;
  const addNode = (element: string) => {
    const tests = m.conditions.own.get(element) ?? [];
    if (rows && has(rows, element) && !m.spoken.has(element) && tests.length === 0) return;
    const part = nodePart(element, tests, m.flows, m.t);
    rows = rows ? meet(rows, part) : part;
  };
  while (links.length > 0) {
    const link = nextLink(links, rows);
    if (!link)
      return refuse('a pattern in several parts', at, 'is not supported: let them share a node');
    links = links.filter((l) => l !== link);
    const fresh = link.ends.filter((e, i) => !has(rows, e) && link.ends.indexOf(e) === i);
    // What is joined is read by the paths, and joined to them.
    if (rows && link.edge.range) rows = shared(rows, 'elements', m.t);
    const part = linkPart(link, rows, m);
    rows = rows ? meet(rows, part) : part;
    for (const element of fresh) addNode(element);
  }
  for (const element of sequences.flatMap((s) => s.nodes)) {
    if (has(rows, element)) continue;
    if (rows)
      return refuse('a pattern in several parts', at, 'is not supported: let them share a node');
    addNode(element);
  }
  return rows ?? refuse('a pattern without elements', at);
}

/** Of the matches between two nodes, only those of the fewest edges. */
function shortestOnly(rows: Flow, match: GraphMatch, t: Translation): Flow {
  const [sequence] = match.sequences;
  const { nodes, edges } = sequence!;
  const lengths = edges.map((e) =>
    e.range ? call('array_length', 'long', column(edgesOf(e.name), 'dynamic')) : long(1),
  );
  const length = lengths.reduce((a, b) => call('+', 'long', a, b));
  const ends = [nodes[0]!, nodes.at(-1)!].map(numberOf);
  const all = rows.rel.columns.map((c) => item(c.name, column(c.name, c.type)));
  const measured = select(rows, [...all, item('$length', length)]);
  if (match.shortest === 'any') {
    const rank: PlanExpr = {
      kind: 'window',
      name: 'row_number',
      args: [],
      partition: [...new Set(ends)],
      order: [{ column: '$length', isDescending: false, nulls: 'last' }],
      type: 'long',
      at: NOWHERE,
    };
    const columns = measured.rel.columns.map((c) => item(c.name, column(c.name, c.type)));
    return filtered(
      select(measured, [...columns, item('$rank', rank)]),
      bool('==', column('$rank', 'long'), long(1)),
    );
  }
  const base = shared(measured, 'matches', t, { isKept: true });
  const keys = [...new Set(ends)].map((name) => item(name, column(name, 'long')));
  const least = grouped(base, keys, [
    item('$least', aggregate('min', 'long', column('$length', 'long'))),
  ]);
  const on = keys.map((k) => ({ left: k.expr, right: k.expr }));
  const length2 = { left: column('$length', 'long'), right: column('$least', 'long') };
  return joined(
    'semi',
    base,
    least,
    [...on, length2],
    base.rel.columns.map((c) => from('left', c)),
  );
}

function checkShortest(match: GraphMatch, at: Expr['at']): void {
  if (match.shortest === undefined) return;
  if (match.sequences.length !== 1 || !match.sequences[0]!.edges.some((e) => e.range))
    refuse(
      'graph-shortest-paths',
      at,
      'takes one sequence, with at least one edge of variable length',
    );
}

function pathKindOf(match: GraphMatch, isWhole: boolean): Matching['pathKind'] {
  if (match.shortest)
    return isWhole ? (match.shortest === 'all' ? 'all-shortest' : 'shortest') : 'node';
  return match.cycles === 'all' ? 'free' : match.cycles === 'none' ? 'node' : 'edge';
}

/** The relations of a graph, with the columns of open tables and the degrees that a match asks for. */
function flowsFor(graph: Graph, match: GraphMatch, t: Translation): GraphFlows {
  const asked = expressionsOf(match);
  const made = graphFlows(graph, t);
  const nodeNames = new Set(match.sequences.flatMap((s) => s.nodes));
  const edgeNames = new Set(match.sequences.flatMap((s) => s.edges.map((e) => e.name)));
  for (const [flow, names] of [
    [made.nodes, nodeNames],
    [made.edges, edgeNames],
  ] as const)
    for (const property of propertiesIn(asked, names))
      if (!flow.visible.some((c) => c.name === property)) askOpen(flow, property, t);
  return JSON.stringify(asked).includes('"name":"node_degree_') ? withDegrees(made) : made;
}

export function translateMatch(
  graph: Graph,
  match: GraphMatch,
  at: Expr['at'],
  t: Translation,
): Flow {
  checkShortest(match, at);
  const flows = flowsFor(graph, match, t);
  const pattern: Pattern = {
    nodes: new Set(match.sequences.flatMap((s) => s.nodes)),
    edges: new Map(match.sequences.flatMap((s) => s.edges.map((e) => [e.name, e]))),
    nodeProperties: flows.nodes.visible,
    edgeProperties: flows.edges.visible,
  };
  const tested: Gather[] = [];
  const conditions = sortConditions(match, pattern, tested, t);
  const shown: Gather[] = [];
  const items = match.items.map((i) => ({
    ...i,
    expr: withGathers(i.expr, 'map', pattern, shown, t),
  }));
  const later = [
    ...conditions.rest,
    ...items.map((i) => i.expr),
    ...[...tested, ...shown].map((g) => g.expr),
  ];
  const isOnePath = match.sequences[0]?.edges.length === 1 && conditions.rest.length === 0;
  const kind = pathKindOf(match, isOnePath);
  const m: Matching = {
    flows,
    conditions,
    pathKind: kind,
    spoken: new Set(later.flatMap((e) => [...elementsIn(e)])),
    t,
  };
  const joinedRows = joinElements(match.sequences, at, m);
  const tests = cycleTests(
    match.shortest ? (kind === 'node' ? 'none' : 'all') : match.cycles,
    match.sequences,
  );
  const whole = gathered(meeting(joinedRows, tests), tested, flows, t);
  const met = meeting(
    whole,
    conditions.rest.map((c) => lower(c, { flow: whole, t })),
  );
  const chosen = match.shortest && kind === 'node' ? shortestOnly(met, match, t) : met;
  const rows = gathered(chosen, shown, flows, t);
  const made = items.flatMap((i, place) => itemColumns(i, rows, t, place + 1));
  return select(
    rows,
    named(
      made,
      match.columns.map((c) => c.name),
    ),
  );
}
