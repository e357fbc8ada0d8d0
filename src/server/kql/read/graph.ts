import {
  type Graph,
  type GraphEdge,
  type GraphMatch,
  type GraphQuery,
  type GraphSequence,
  type Pipe,
  refuse,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { addLet } from './calls.ts';
import { nameOf, readExpr, readItems } from './expressions.ts';
import { parameter } from './parameters.ts';
import { childOf, type Reading, resultColumns, type Scope, spanOf } from './scope.ts';

/** `make-graph` and the operators that follow it, up to one that gives a table. */

/** What an operator makes of a graph: another graph, or tables. */
export type GraphResult =
  | { readonly kind: 'graph'; readonly graph: Graph }
  | { readonly kind: 'tables'; readonly tables: readonly GraphTable[] };

export interface GraphTable {
  readonly find: GraphQuery;
  /** What later statements call it. */
  readonly name?: string;
}

const MAKES_GRAPH: ReadonlySet<string> = new Set([
  'MakeGraphOperator',
  'GraphMarkComponentsOperator',
  'GraphWhereNodesOperator',
  'GraphWhereEdgesOperator',
]);

/** Whether a pipeline that ends with this operator gives a graph. */
export function givesGraph(last: SyntaxNode): boolean {
  return MAKES_GRAPH.has(last.kind) && last.get('PartitionedByClause') === null;
}

export function readMakeGraph(
  node: SyntaxNode,
  edges: Pipe,
  scope: Scope,
  reading: Reading,
): Graph {
  const at = spanOf(node, reading);
  const source = addLet('edges', edges, reading);
  const clause = node.get('WithClause');
  const idName = clause?.kind === 'MakeGraphWithImplicitIdClause' ? clause.get('Name') : null;
  const tables = clause && !idName ? clause.list('TablesAndKeys') : [];
  const partition = node.get('PartitionedByClause')?.get('Entity');
  return {
    id: `graph#${reading.size}#${at.start}`,
    edges: { source, operators: [], at },
    source: readExpr(node.need('SourceColumn'), scope, reading),
    target: readExpr(node.need('TargetColumn'), scope, reading),
    nodes: tables.map((t) => ({
      pipe: reading.readers.pipe(t.need('Table'), scope, reading),
      key: readExpr(t.need('Column'), scope, reading),
      at: spanOf(t, reading),
    })),
    ...(idName ? { nodeId: nameOf(idName) } : {}),
    ...(partition ? { partition: readExpr(partition, scope, reading) } : {}),
    steps: [],
    at,
  };
}

const DIRECTIONS: readonly (readonly [RegExp, GraphEdge['direction']])[] = [
  [/^</, 'backward'],
  [/>$/, 'forward'],
  [/-$/, 'any'],
];

function readEdge(node: SyntaxNode, index: number, scope: Scope, reading: Reading): GraphEdge {
  const at = spanOf(node, reading);
  const arrow = `${node.need('FirstToken').member('Text')}${node.get('LastToken')?.member('Text') ?? ''}`;
  const direction = DIRECTIONS.find(([pattern]) => pattern.test(arrow))?.[1] ?? 'any';
  const range = node.get('Range');
  const length = (slot: string): number => {
    const value = readExpr(range!.need(slot), scope, reading);
    const number = value.kind === 'literal' ? Number(value.value) : Number.NaN;
    return Number.isInteger(number) && number >= 0 && number <= 2 ** 31
      ? number
      : refuse('the length of an edge', at, 'must be a constant whole number, 0 or more');
  };
  const name = node.get('Name');
  return {
    name: name ? nameOf(name) : `edge ${index}`,
    direction,
    ...(range ? { range: { least: length('RangeStart'), most: length('RangeEnd') } } : {}),
    at,
  };
}

function readSequence(
  pattern: SyntaxNode,
  index: number,
  scope: Scope,
  reading: Reading,
): GraphSequence {
  const parts = pattern.list('PatternElements');
  const isNode = (p: SyntaxNode) => p.kind === 'GraphMatchPatternNode';
  return {
    nodes: parts.filter(isNode).map((p, i) => {
      const name = p.get('Name');
      return name ? nameOf(name) : `node ${index} ${i}`;
    }),
    edges: parts
      .filter((p) => !isNode(p))
      .map((p, i) => {
        const edge = readEdge(p, i, scope, reading);
        return p.get('Name') ? edge : { ...edge, name: `edge ${index} ${i}` };
      }),
  };
}

/** A name stands for one edge, or for nodes that are the same. */
function checkNames(sequences: readonly GraphSequence[]): void {
  const nodes = new Set(sequences.flatMap((s) => s.nodes));
  const seen = new Set<string>();
  for (const { name, at } of sequences.flatMap((s) => s.edges)) {
    if (nodes.has(name) || seen.has(name))
      refuse(
        `the name '${name}' for an edge`,
        at,
        'stands in the pattern already: give each edge its own',
      );
    seen.add(name);
  }
}

function readMatch(
  node: SyntaxNode,
  isShortest: boolean,
  scope: Scope,
  reading: Reading,
): GraphMatch {
  const at = spanOf(node, reading);
  const project = node.get('ProjectClause');
  if (!project)
    refuse('a match without project', at, 'gives a graph: add project, with what to show');
  const sequences = node.list('Patterns').map((p, i) => readSequence(p, i, scope, reading));
  checkNames(sequences);
  const inner = childOf(scope);
  for (const { nodes, edges } of sequences)
    for (const name of [...nodes, ...edges.map((e) => e.name)])
      if (name.includes('.')) refuse(`the name '${name}' in a pattern`, at, 'must have no dot');
      else inner.names.set(name, { kind: 'element' });
  const cycles = parameter(node, 'cycles') ?? 'unique_edges';
  if (cycles !== 'unique_edges' && cycles !== 'none' && cycles !== 'all')
    refuse(`cycles=${cycles}`, at, 'is not one of unique_edges, none and all');
  const where = node.get('WhereClause')?.get('Condition');
  return {
    kind: 'match',
    cycles,
    ...(isShortest ? { shortest: parameter(node, 'output') === 'all' ? 'all' : 'any' } : {}),
    sequences,
    ...(where ? { condition: readExpr(where, inner, reading) } : {}),
    items: readItems(project.list('Expressions'), inner, reading),
    columns: resultColumns(node),
  };
}

function readTables(node: SyntaxNode): GraphTable[] {
  return node.list('OutputClause').map((clause): GraphTable => {
    const isNodes = clause.need('EntityKeyword').member('Text') === 'nodes';
    const as = clause.get('AsClause');
    const [id, source, target] = ['with_node_id', 'with_source_id', 'with_target_id'].map((name) =>
      parameter(clause, name),
    );
    const name = as?.get('Name');
    return {
      find: isNodes
        ? { kind: 'nodes', ...(id ? { idName: id } : {}) }
        : {
            kind: 'edges',
            ...(source ? { sourceName: source } : {}),
            ...(target ? { targetName: target } : {}),
          },
      ...(name ? { name: nameOf(name) } : {}),
    };
  });
}

/** What an operator makes of a graph. Refuses operators of tables. */
export function readGraphOperator(
  node: SyntaxNode,
  graph: Graph,
  scope: Scope,
  reading: Reading,
): GraphResult {
  const at = spanOf(node, reading);
  const step = (more: Graph['steps'][number]): GraphResult => ({
    kind: 'graph',
    graph: { ...graph, id: `${graph.id}|${at.start}`, steps: [...graph.steps, more] },
  });
  const tables = (find: GraphQuery): GraphResult => ({ kind: 'tables', tables: [{ find }] });
  switch (node.kind) {
    case 'GraphMatchOperator':
      return tables(readMatch(node, false, scope, reading));
    case 'GraphShortestPathsOperator':
      return tables(readMatch(node, true, scope, reading));
    case 'GraphToTableOperator':
      return { kind: 'tables', tables: readTables(node) };
    case 'GraphWhereNodesOperator':
    case 'GraphWhereEdgesOperator':
      return step({
        kind: node.kind === 'GraphWhereNodesOperator' ? 'where-nodes' : 'where-edges',
        condition: readExpr(node.need('Condition'), scope, reading),
        at,
      });
    case 'GraphMarkComponentsOperator':
      return step({
        kind: 'mark-components',
        isStrong: parameter(node, 'kind')?.toLowerCase() === 'strong',
        name: parameter(node, 'with_component_id') ?? 'ComponentId',
        at,
      });
  }
  return refuse(
    'an operator of tables on a graph',
    at,
    'does not exist: make a table of it first, with graph-match or graph-to-table',
  );
}
