import {
  type Operator,
  type Pipe,
  RefusalError,
  refuse,
  type Source,
  type UnionInput,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { addLet, readCalledPipe } from './calls.ts';
import { nameOf, readExpr, readItems } from './expressions.ts';
import { readExternal } from './external.ts';
import { boundColumns, columnType, lookUp, type Reading, type Scope, spanOf } from './scope.ts';
import { readFind, readInputs, readSearch } from './sources.ts';
import { patternOf, readPatternCall } from './statements.ts';
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

export function readPipe(node: SyntaxNode, scope: Scope, reading: Reading): Pipe {
  const [first, ...rest] = flatten(node);
  if (!first) throw new Error('a pipeline has no source');
  let pipe = asPipe(readSource(first, scope, reading), spanOf(node, reading));
  const operators: Operator[] = [...pipe.operators];
  for (const part of rest) {
    if (part.kind === 'InvokeOperator') {
      const input = addLet(
        'invoke',
        { source: pipe.source, operators: [...operators], at: pipe.at },
        reading,
      );
      const called = readCalledPipe(part.need('Function'), scope, reading, input);
      if (!called) refuse('invoke of a built-in function', spanOf(part, reading));
      pipe = { ...called, at: pipe.at };
      operators.splice(0, operators.length, ...called.operators);
    } else if (part.kind === 'AsOperator') {
      const name = nameOf(part.need('Name'));
      const source = addLet(
        name,
        { source: pipe.source, operators: [...operators], at: pipe.at },
        reading,
      );
      scope.names.set(name, { kind: 'table', source });
      pipe = { source, operators: [], at: pipe.at };
      operators.splice(0, operators.length);
    } else operators.push(...reading.readers.operator(part, scope, reading));
  }
  return { source: pipe.source, operators, at: pipe.at };
}

function asPipe(source: Source, at: Pipe['at']): Pipe {
  if (source.kind === 'pipe') return source.pipe;
  return { source, operators: [], at };
}

function tableSource(name: string, node: SyntaxNode, reading: Reading): Source {
  const type = node.type;
  const declared = reading.catalog.tables.find((t) => t.name === name);
  return {
    kind: 'table',
    name,
    columns: boundColumns(declared?.columns ?? type?.columns ?? []),
    isOpen: declared?.isOpen ?? type?.isOpen ?? false,
    at: spanOf(node, reading),
  };
}

function external(node: SyntaxNode, what: string, reading: Reading): never {
  throw new RefusalError(
    'external-refused',
    `${what} reads from outside of Weir, which is not allowed. Load the data into a table or a watchlist instead.`,
    spanOf(node, reading),
  );
}

function readNamedSource(node: SyntaxNode, scope: Scope, reading: Reading): Source {
  const name = nameOf(node);
  const kind = node.symbol?.kind;
  const bound = lookUp(scope, name);
  if (bound?.kind === 'table' && kind !== 'Table') return bound.source;
  if (bound?.kind === 'table') return bound.source;
  if (kind === 'Function') {
    const pipe = readCalledPipe(node, scope, reading, null);
    if (pipe) return { kind: 'pipe', pipe, at: spanOf(node, reading) };
  }
  if (kind === 'Table' || reading.catalog.tables.some((t) => t.name === name))
    return tableSource(name, node, reading);
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
  if (pipe) return { kind: 'pipe', pipe, at };
  if (name === 'table') {
    const arg = node.need('ArgumentList').list('Expressions')[0];
    const value = arg ? readExpr(arg, scope, reading) : null;
    if (value?.kind === 'literal' && typeof value.value === 'string') {
      const bound = lookUp(scope, value.value);
      if (bound?.kind === 'table') return bound.source;
      return tableSource(value.value, node, reading);
    }
  }
  if (
    name === 'cluster' ||
    name === 'database' ||
    name === 'external_table' ||
    name === 'workspace' ||
    name === 'app'
  )
    external(node, `${name}()`, reading);
  return refuse(`the function ${name}() as a table`, at);
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
    case 'ExternalDataExpression':
      return { kind: 'pipe', pipe: readExternal(node, reading), at };
    case 'InlineExternalTableExpression':
      return external(node, 'external_table', reading);
    case 'PathExpression': {
      const watchlist = readWatchlist(node, scope, reading);
      if (watchlist) return watchlist;
      if (node.need('Expression').kind === 'FunctionCallExpression') {
        const called = node.need('Expression');
        const pattern = patternOf(nameOf(called.need('Name')), scope);
        if (pattern) {
          const path = node.need('Selector');
          return { kind: 'pipe', pipe: readPatternCall(pattern, called, path, scope, reading), at };
        }
      }
      if (/^(cluster|database|workspace|app)\s*\(/i.test(node.text()))
        external(node, node.text(), reading);
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

/** The value of an operator's parameter (`kind=inner`), as text. */
export function parameter(node: SyntaxNode, name: string): string | null {
  const found = node.list('Parameters').find((p) => nameOf(p.need('Name')).toLowerCase() === name);
  const value = found?.need('Expression');
  if (!value) return null;
  return value.kind === 'NameDeclaration' || value.kind === 'NameReference'
    ? nameOf(value)
    : (value.literal ?? value.text());
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
    parameter(node, 'isfuzzy') !== null && parameter(node, 'isfuzzy')?.toLowerCase() !== 'false';
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
