import {
  type Graph,
  type Operator,
  type Pipe,
  RefusalError,
  refuse,
  type Source,
  type UnionInput,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { addLet, readCalledPipe } from './calls.ts';
import { checkGroup, isOwnDatabase, refuseOutside } from './database.ts';
import { nameOf, readExpr, readItems } from './expressions.ts';
import { readExternal } from './external.ts';
import { givesGraph, readGraphOperator, readMakeGraph } from './graph.ts';
import { parameter } from './parameters.ts';
import { checkVisible } from './restrict.ts';
import {
  boundColumns,
  childOf,
  chosenOf,
  columnType,
  lookUp,
  type Reading,
  type Scope,
  spanOf,
} from './scope.ts';
import { isSet } from './settings.ts';
import { readFind, readInputs, readSearch } from './sources.ts';
import { patternOf, readPatternCall } from './statements.ts';
import { withinTimeScope } from './time-scope.ts';
import { readWatchlist } from './watchlists.ts';

/** The parts of a left-deep pipeline, first to last. */
export function flatten(node: SyntaxNode): SyntaxNode[] {
  const parts: SyntaxNode[] = [];
  let at = node;
  for (;;) {
    if (at.kind === 'PipeExpression') {
      parts.push(at.need('Operator'));
      at = at.need('Expression');
    } else if (
      at.kind === 'ParenthesizedExpression' ||
      at.kind === 'MaterializeExpression' ||
      at.kind === 'DataScopeExpression'
    )
      at = at.need('Expression');
    else break;
  }
  parts.push(at);
  return parts.reverse();
}

/** A pipeline as far as it is read. */
interface Stream {
  source: Source;
  operators: Operator[];
  readonly at: Pipe['at'];
  /** Set where the last operator left a graph. */
  graph: Graph | null;
}

const pipeOf = ({ source, operators, at }: Stream): Pipe => ({
  source,
  operators: [...operators],
  at,
});

function goOn(stream: Stream, { source, operators }: Pipe): void {
  stream.source = source;
  stream.operators = [...operators];
}

function readGraphPart(
  stream: Stream,
  graph: Graph,
  part: SyntaxNode,
  scope: Scope,
  reading: Reading,
): void {
  const made = readGraphOperator(part, graph, scope, reading);
  if (made.kind === 'graph') {
    stream.graph = made.graph;
    return;
  }
  const at = spanOf(part, reading);
  const sources = made.tables.map(({ find, name }): Source => {
    const source: Source = { kind: 'graph', graph, find, at };
    if (name === undefined) return source;
    const known = addLet(name, { source, operators: [], at }, reading);
    scope.names.set(name, { kind: 'table', source: known });
    return known;
  });
  const isNamed = made.tables.every((table) => table.name !== undefined);
  const index =
    sources.length === 1 || (isNamed && reading.chosen?.operator !== part)
      ? 0
      : chosenOf(part, 'graph-to-table', reading);
  const chosen = sources[index];
  if (!chosen) refuse('graph-to-table without a table', at);
  stream.graph = null;
  goOn(stream, { source: chosen, operators: [], at });
}

function readPart(stream: Stream, part: SyntaxNode, scope: Scope, reading: Reading): void {
  if (stream.graph) {
    readGraphPart(stream, stream.graph, part, scope, reading);
    return;
  }
  switch (part.kind) {
    case 'MakeGraphOperator': {
      stream.graph = readMakeGraph(part, pipeOf(stream), scope, reading);
      const parted = part.get('PartitionedByClause')?.get('Subquery');
      for (const inner of parted ? flatten(parted) : []) readPart(stream, inner, scope, reading);
      return;
    }
    case 'InvokeOperator': {
      const input = addLet('invoke', pipeOf(stream), reading);
      const called = readCalledPipe(part.need('Function'), scope, reading, input);
      if (!called) refuse('invoke of a built-in function', spanOf(part, reading));
      goOn(stream, called);
      return;
    }
    case 'AsOperator': {
      const name = nameOf(part.need('Name'));
      const source = addLet(name, pipeOf(stream), reading);
      scope.names.set(name, { kind: 'table', source });
      goOn(stream, { source, operators: [], at: stream.at });
      return;
    }
    default:
      stream.operators.push(...reading.readers.operator(part, scope, reading));
  }
}

function readStream(node: SyntaxNode, scope: Scope, reading: Reading): Stream {
  const [first, ...rest] = flatten(node);
  if (!first) throw new Error('a pipeline has no source');
  const bound = first.kind === 'NameReference' ? lookUp(scope, nameOf(first)) : undefined;
  const at = spanOf(node, reading);
  const graph = bound?.kind === 'graph' ? bound.graph : null;
  if (graph) checkVisible(first, nameOf(first), scope, reading);
  const stream: Stream = { source: { kind: 'empty', at }, operators: [], at, graph };
  if (!graph) goOn(stream, asPipe(readSource(first, scope, reading), at));
  for (const part of rest) readPart(stream, part, scope, reading);
  return stream;
}

export function readPipe(node: SyntaxNode, scope: Scope, reading: Reading): Pipe {
  const stream = readStream(node, scope, reading);
  if (stream.graph)
    refuse(
      'a graph',
      stream.at,
      'is no table: end with graph-match, graph-shortest-paths or graph-to-table',
    );
  return pipeOf(stream);
}

/** The graph that a pipeline gives; null where it gives a table. */
export function readGraph(node: SyntaxNode, scope: Scope, reading: Reading): Graph | null {
  const last = flatten(node).at(-1);
  const bound = last?.kind === 'NameReference' ? lookUp(scope, nameOf(last)) : undefined;
  return (last && givesGraph(last)) || bound?.kind === 'graph'
    ? readStream(node, scope, reading).graph
    : null;
}

function asPipe(source: Source, at: Pipe['at']): Pipe {
  if (source.kind === 'pipe') return source.pipe;
  return { source, operators: [], at };
}

function tableSource(name: string, node: SyntaxNode, scope: Scope, reading: Reading): Source {
  checkVisible(node, name, scope, reading, true);
  const type = node.type;
  const declared = reading.catalog.tables.find((t) => t.name === name);
  const source = {
    kind: 'table' as const,
    name,
    columns: boundColumns(declared?.columns ?? type?.columns ?? []),
    isOpen: declared?.isOpen ?? type?.isOpen ?? false,
    at: spanOf(node, reading),
  };
  return reading.settings.size > 0 ? withinTimeScope(source, reading) : source;
}

function readNamedSource(node: SyntaxNode, scope: Scope, reading: Reading): Source {
  const name = nameOf(node);
  const kind = node.symbol?.kind;
  const bound = lookUp(scope, name);
  if (bound?.kind === 'table') {
    checkVisible(node, name, scope, reading);
    return bound.source;
  }
  if (kind === 'Function') {
    checkVisible(node, name, scope, reading);
    const pipe = readCalledPipe(node, scope, reading, null);
    if (pipe) return { kind: 'pipe', pipe, at: spanOf(node, reading) };
  }
  if (kind === 'Table' || reading.catalog.tables.some((t) => t.name === name))
    return tableSource(name, node, scope, reading);
  throw new RefusalError(
    'semantic',
    `The name '${name}' does not refer to any known table, view or function.`,
    spanOf(node, reading),
  );
}

function readCallSource(node: SyntaxNode, scope: Scope, reading: Reading): Source {
  const name = nameOf(node.need('Name'));
  const at = spanOf(node, reading);
  const pattern = patternOf(name, scope);
  if (pattern)
    return { kind: 'pipe', pipe: readPatternCall(pattern, node, null, scope, reading), at };
  const pipe = readCalledPipe(node, scope, reading, null);
  if (pipe) {
    checkVisible(node, name, scope, reading);
    return { kind: 'pipe', pipe, at };
  }
  if (name === 'table') {
    const arg = node.need('ArgumentList').list('Expressions')[0];
    const value = arg ? readExpr(arg, scope, reading) : null;
    if (value?.kind === 'literal' && typeof value.value === 'string') {
      const bound = lookUp(scope, value.value);
      if (bound?.kind === 'table') {
        checkVisible(node, value.value, scope, reading);
        return bound.source;
      }
      return tableSource(value.value, node, scope, reading);
    }
  }
  if (
    name === 'cluster' ||
    name === 'database' ||
    name === 'external_table' ||
    name === 'workspace' ||
    name === 'app'
  )
    refuseOutside(node, `${name}()`, reading);
  return refuse(`the function ${name}() as a table`, at);
}

/** `macro-expand group as X (…)`: the query over each database of a group, which is the one that is asked. */
function readMacro(node: SyntaxNode, scope: Scope, reading: Reading): Pipe {
  checkGroup(node.need('EntityGroup'), scope, reading);
  const inner = childOf(scope);
  const name = node.need('ScopeReferenceName').need('EntityGroupReferenceName');
  inner.names.set(nameOf(name), { kind: 'database' });
  const statements = node.list('StatementList');
  const last = statements.at(-1);
  if (last?.kind !== 'ExpressionStatement')
    return refuse('macro-expand', spanOf(node, reading), 'must end with a query');
  reading.readers.statements(statements.slice(0, -1), inner, reading);
  return readPipe(last.need('Expression'), inner, reading);
}

/** What stands behind `database("weir").`: a table, or a function that is stored. */
function readOwn(node: SyntaxNode, scope: Scope, reading: Reading): Source {
  const at = spanOf(node, reading);
  const isCall = node.kind === 'FunctionCallExpression';
  const name = nameOf(isCall ? node.need('Name') : node);
  const isTable = reading.catalog.tables.some((t) => t.name === name);
  if (!isCall && isTable) return tableSource(name, node, scope, reading);
  checkVisible(node, name, scope, reading, true);
  const pipe = readCalledPipe(node, childOf(null), reading, null);
  return pipe ? { kind: 'pipe', pipe, at } : refuse(`${name} of a database`, at);
}

/** Reads what stands before the first pipe. */
export function readSource(node: SyntaxNode, scope: Scope, reading: Reading): Source {
  const at = spanOf(node, reading);
  switch (node.kind) {
    case 'NameReference':
      return readNamedSource(node, scope, reading);
    case 'FunctionCallExpression':
      return readCallSource(node, scope, reading);
    case 'DataTableExpression':
      return {
        kind: 'datatable',
        columns: readSchema(node.need('Schema')),
        values: node.list('Values').map((v) => readExpr(v, scope, reading)),
        at,
      };
    case 'PrintOperator':
      return {
        kind: 'print',
        items: readItems(node.list('Expressions'), scope, reading),
        names: (node.type?.columns ?? []).map((c) => c.name),
        at,
      };
    case 'RangeOperator':
      return {
        kind: 'range',
        name: nameOf(node.need('Name')),
        type: columnType(node.type?.columns[0]?.type ?? 'long'),
        from: readExpr(node.need('From'), scope, reading),
        to: readExpr(node.need('To'), scope, reading),
        step: readExpr(node.need('Step'), scope, reading),
        at,
      };
    case 'UnionOperator': {
      const { inputs, mode, withSource } = readUnion(node, scope, reading);
      return { kind: 'union', inputs, mode, ...(withSource ? { withSource } : {}), at };
    }
    case 'MacroExpandOperator':
      return { kind: 'pipe', pipe: readMacro(node, scope, reading), at };
    case 'ExternalDataExpression':
      return { kind: 'pipe', pipe: readExternal(node, reading), at };
    case 'InlineExternalTableExpression':
      return refuseOutside(node, 'external_table', reading);
    case 'PathExpression': {
      const watchlist = readWatchlist(node, scope, reading);
      if (watchlist) {
        checkVisible(node, 'watchlists', scope, reading, true);
        return watchlist;
      }
      if (node.need('Expression').kind === 'FunctionCallExpression') {
        const called = node.need('Expression');
        const pattern = patternOf(nameOf(called.need('Name')), scope);
        if (pattern) {
          const path = node.need('Selector');
          return { kind: 'pipe', pipe: readPatternCall(pattern, called, path, scope, reading), at };
        }
      }
      if (isOwnDatabase(node.need('Expression'), scope))
        return readOwn(node.need('Selector'), scope, reading);
      if (/^(cluster|database|workspace|app)\s*\(/i.test(node.text()))
        refuseOutside(node, node.text(), reading);
      break;
    }
    case 'ToTableExpression':
      return { kind: 'pipe', pipe: readPipe(node.need('Expression'), scope, reading), at };
    case 'EvaluateOperator': {
      const operators = reading.readers.operator(node, scope, reading);
      return { kind: 'pipe', pipe: { source: { kind: 'empty', at }, operators, at }, at };
    }
    case 'SearchOperator':
      return readSearch(node, scope, reading);
    case 'FindOperator':
      return readFind(node, parameter(node, 'withsource'), scope, reading);
  }
  return refuse(node.kind.replace(/(Operator|Expression)$/, '').toLowerCase(), at);
}

export function readSchema(
  schema: SyntaxNode,
): { name: string; type: ReturnType<typeof columnType> }[] {
  return schema.list('Columns').map((c) => ({
    name: nameOf(c.need('Name')),
    type: columnType(c.need('Type').symbol?.name ?? c.need('Type').text()),
  }));
}

function isResolved(node: SyntaxNode, scope: Scope, reading: Reading): boolean {
  const first = flatten(node)[0];
  if (first?.kind !== 'NameReference')
    return first?.kind !== 'FunctionCallExpression' || first.symbol !== null;
  const name = nameOf(first);
  return (
    lookUp(scope, name) !== undefined ||
    first.symbol?.kind === 'Function' ||
    reading.catalog.tables.some((t) => t.name === name)
  );
}

export function readUnion(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
  before = 0,
): { inputs: UnionInput[]; mode: 'inner' | 'outer'; withSource: string | null } {
  const isFuzzy =
    (parameter(node, 'isfuzzy') ?? 'false').toLowerCase() !== 'false' ||
    isSet('best_effort', reading);
  const inputs = node
    .list('Expressions')
    .filter((e) => !isFuzzy || isResolved(e, scope, reading))
    .flatMap((e) => readInputs(e, scope, reading))
    .map((input, i) => (input.name ? input : { ...input, name: `union_arg${i + before}` }));
  return {
    inputs,
    mode: parameter(node, 'kind') === 'inner' ? 'inner' : 'outer',
    withSource: parameter(node, 'withsource') ?? parameter(node, 'with_source'),
  };
}
