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
import {
  boundColumns,
  childOf,
  columnType,
  lookUp,
  type Reading,
  type Scope,
  spanOf,
} from './scope.ts';
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
    case 'InlineExternalTableExpression':
      return external(
        node,
        node.kind === 'ExternalDataExpression' ? 'externaldata' : 'external_table',
        reading,
      );
    case 'PathExpression': {
      const watchlist = readWatchlist(node, scope, reading);
      if (watchlist) return watchlist;
      if (/^(cluster|database|workspace|app)\s*\(/i.test(node.text()))
        external(node, node.text(), reading);
      break;
    }
    case 'ToTableExpression':
      return { kind: 'pipe', pipe: readPipe(node.need('Expression'), scope, reading), at };
    case 'SearchOperator': {
      const within = node.get('InClause')?.list('Expressions') ?? [];
      const names =
        within.length > 0
          ? within.flatMap((n) => readInputs(n, scope, reading))
          : allTables(reading, at);
      const union: Source = {
        kind: 'union',
        inputs: names,
        mode: 'outer',
        withSource: '$table',
        at,
      };
      return {
        kind: 'pipe',
        pipe: { source: union, operators: reading.readers.operator(node, scope, reading), at },
        at,
      };
    }
  }
  return refuse(node.kind.replace(/(Operator|Expression)$/, '').toLowerCase(), at);
}

function allTables(reading: Reading, at: Pipe['at']): UnionInput[] {
  return reading.catalog.tables.map((t) => ({
    name: t.name,
    pipe: {
      source: {
        kind: 'table',
        name: t.name,
        columns: boundColumns(t.columns),
        isOpen: t.isOpen ?? false,
        at,
      },
      operators: [],
      at,
    },
  }));
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

function readInputs(node: SyntaxNode, scope: Scope, reading: Reading): UnionInput[] {
  const first = node.kind === 'ParenthesizedExpression' ? node.need('Expression') : node;
  if (
    /Wildcard/.test(first.kind) ||
    (first.kind === 'NameReference' && first.get('Name')?.kind.includes('Wildcard'))
  ) {
    const pattern = new RegExp(
      `^${first.text().replace(/[.*+?^${}()|[\]\\]/g, (c) => (c === '*' ? '.*' : `\\${c}`))}$`,
    );
    return allTables(reading, spanOf(node, reading)).filter((t) => pattern.test(t.name));
  }
  return [
    {
      name:
        first.kind === 'NameReference' && lookUp(scope, nameOf(first)) === undefined
          ? nameOf(first)
          : '',
      pipe: readPipe(node, scope, reading),
    },
  ];
}

export function readUnion(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
): { inputs: UnionInput[]; mode: 'inner' | 'outer'; withSource: string | null } {
  const isFuzzy =
    parameter(node, 'isfuzzy') !== null && parameter(node, 'isfuzzy')?.toLowerCase() !== 'false';
  const inputs = node
    .list('Expressions')
    .filter((e) => !isFuzzy || isResolved(e, scope, reading))
    .flatMap((e) => readInputs(e, scope, reading))
    .map((input, i) => (input.name ? input : { ...input, name: `union_arg${i}` }));
  return {
    inputs,
    mode: parameter(node, 'kind') === 'inner' ? 'inner' : 'outer',
    withSource: parameter(node, 'withsource') ?? parameter(node, 'with_source'),
  };
}

/** Reads the statements before the last expression into the scope. */
export function readStatements(
  statements: readonly SyntaxNode[],
  scope: Scope,
  reading: Reading,
): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'LetStatement': {
        const name = nameOf(statement.need('Name'));
        const value = statement.need('Expression');
        if (value.kind === 'FunctionDeclaration')
          scope.names.set(name, { kind: 'function', scope: snapshot(scope) });
        else if (value.type?.kind === 'table') {
          const source = addLet(name, readPipe(value, scope, reading), reading);
          scope.names.set(name, { kind: 'table', source });
        } else scope.names.set(name, { kind: 'expr', expr: readExpr(value, scope, reading) });
        break;
      }
      case 'QueryParametersStatement':
        for (const p of statement.list('Parameters')) {
          const fallback = p.get('DefaultValue')?.get('Value');
          const declared = p.need('NameAndType');
          if (!fallback)
            refuse(
              'a query parameter without a default',
              spanOf(p, reading),
              'needs a value, and the query gives none',
            );
          scope.names.set(nameOf(declared.need('Name')), {
            kind: 'expr',
            expr: readExpr(fallback, scope, reading),
          });
        }
        break;
      case 'SetOptionStatement':
      case 'ExpressionStatement':
        break;
      default:
        refuse(statement.kind.replace(/Statement$/, '').toLowerCase(), spanOf(statement, reading));
    }
  }
}

/** A function sees the names declared before it, not those that come later. */
function snapshot(scope: Scope): Scope {
  const copy = childOf(scope.parent);
  for (const [name, binding] of scope.names) copy.names.set(name, binding);
  return copy;
}
