import {
  type CallExpr,
  type Expr,
  type Item,
  literalOf,
  refuse,
  type SortKey,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { spend } from './limits.ts';
import {
  boundColumns,
  columnType,
  knownType,
  lookUp,
  type Reading,
  readEach,
  type Scope,
  settingValue,
  spanOf,
} from './scope.ts';

const LITERAL_TYPES: Readonly<Record<string, string>> = {
  LongLiteralExpression: 'long',
  IntLiteralExpression: 'int',
  RealLiteralExpression: 'real',
  DecimalLiteralExpression: 'decimal',
  BooleanLiteralExpression: 'bool',
  DateTimeLiteralExpression: 'datetime',
  TimespanLiteralExpression: 'timespan',
  GuidLiteralExpression: 'guid',
  StringLiteralExpression: 'string',
  CompoundStringLiteralExpression: 'string',
  DynamicExpression: 'dynamic',
};

/** The name a NameReference or NameDeclaration carries, unescaped. */
export function nameOf(node: SyntaxNode): string {
  return node.member('SimpleName') || node.text();
}

function typeOf(node: SyntaxNode): CallExpr['type'] {
  return node.type?.kind === 'scalar' ? (knownType(node.type.name) ?? 'unknown') : 'unknown';
}

function call(node: SyntaxNode, name: string, args: readonly Expr[], reading: Reading): CallExpr {
  const tuple = node.type?.kind === 'tuple' ? boundColumns(node.type.columns) : undefined;
  return {
    kind: 'call',
    name,
    args,
    type: typeOf(node),
    ...(tuple ? { outputs: tuple } : {}),
    at: spanOf(node, reading),
  };
}

function operatorText(node: SyntaxNode): string {
  return node.need('Operator').member('Text');
}

function readName(node: SyntaxNode, scope: Scope, reading: Reading): Expr {
  const name = nameOf(node);
  const symbol = node.symbol;
  const at = spanOf(node, reading);
  if (symbol?.kind === 'Variable' || symbol?.kind === 'Parameter') {
    const bound = lookUp(scope, name);
    if (bound?.kind === 'expr') {
      spend(reading, () => at, bound.expr);
      return { ...bound.expr };
    }
    if (bound?.kind === 'table') return queryValue(node, 'list', scope, reading);
    if (bound?.kind === 'element') return { kind: 'column', name: `$${name}`, type: 'dynamic', at };
  }
  if (symbol?.kind === 'Table' || symbol?.kind === 'Function')
    return queryValue(node, 'list', scope, reading);
  return { kind: 'column', name, type: columnType(node.type?.name ?? 'unknown'), at };
}

function queryValue(
  node: SyntaxNode,
  use: 'scalar' | 'list',
  scope: Scope,
  reading: Reading,
): Expr {
  const first = node.type?.columns[0];
  return {
    kind: 'query',
    use,
    query: reading.readers.pipe(node, scope, reading),
    type: columnType(first?.type ?? 'unknown'),
    at: spanOf(node, reading),
  };
}

function readPath(node: SyntaxNode, scope: Scope, reading: Reading): Expr {
  const object = node.need('Expression');
  const selector = node.need('Selector');
  const at = spanOf(node, reading);
  if (node.kind === 'PathExpression' && (object.text() === '$left' || object.text() === '$right')) {
    const side = object.text() === '$left' ? 'left' : 'right';
    return {
      kind: 'column',
      name: nameOf(selector),
      type: columnType(node.type?.name ?? 'unknown'),
      side,
      at,
    };
  }
  // A step of scan, or an element of a graph's pattern.
  const isStep =
    object.kind === 'NameReference' &&
    object.symbol?.kind === 'Variable' &&
    object.type?.kind === 'tuple';
  const bound = isStep ? lookUp(scope, nameOf(object)) : undefined;
  if (isStep && (bound === undefined || bound.kind === 'element'))
    return {
      kind: 'column',
      name: `$${nameOf(object)}.${nameOf(selector)}`,
      type: columnType(node.type?.name ?? 'unknown'),
      at,
    };
  const inner = selector.kind === 'BracketedExpression' ? selector.need('Expression') : selector;
  const key: Expr =
    node.kind === 'PathExpression' &&
    selector.kind !== 'BracketedExpression' &&
    inner.kind !== 'FunctionCallExpression'
      ? { kind: 'literal', type: 'string', value: nameOf(inner), at: spanOf(inner, reading) }
      : readExpr(inner, scope, reading);
  return {
    kind: 'call',
    name: '[]',
    args: [readExpr(object, scope, reading), key],
    type: 'dynamic',
    at,
  };
}

function readList(node: SyntaxNode, scope: Scope, reading: Reading): Expr[] {
  return readEach(node.list('Expressions'), reading, (e) =>
    e.type?.kind === 'table' ? queryValue(e, 'list', scope, reading) : readExpr(e, scope, reading),
  );
}

/** Reads a scalar expression (or an aggregate) with variables and user functions inlined. */
export function readExpr(node: SyntaxNode, scope: Scope, reading: Reading): Expr {
  spend(reading, () => spanOf(node, reading));
  const at = spanOf(node, reading);
  const literalType = LITERAL_TYPES[node.kind];
  if (literalType) return literalOf(literalType, node.literal, () => node.text(), at);
  const sub = (slot: string) => readExpr(node.need(slot), scope, reading);
  switch (node.kind) {
    case 'NameReference':
      return readName(node, scope, reading);
    case 'ParenthesizedExpression':
      return node.type?.kind === 'table'
        ? queryValue(node, 'list', scope, reading)
        : sub('Expression');
    case 'SimpleNamedExpression':
    case 'OrderedExpression':
    case 'BracketedExpression':
      return sub('Expression');
    case 'StarExpression':
      return { kind: 'star', at };
    case 'UnaryMinusExpression': {
      const inner = sub('Expression');
      return call(node, 'negate', [inner], reading);
    }
    case 'UnaryPlusExpression':
      return sub('Expression');
    case 'PathExpression':
    case 'ElementExpression':
      return readPath(node, scope, reading);
    case 'ToScalarExpression': {
      const inner = node.need('Expression');
      return inner.type?.kind === 'scalar'
        ? readExpr(inner, scope, reading)
        : queryValue(inner, 'scalar', scope, reading);
    }
    case 'FunctionCallExpression':
      return readCall(node, scope, reading);
    case 'TypeOfLiteralExpression':
      return {
        kind: 'literal',
        type: 'string',
        value: columnType(node.list('Types')[0]?.symbol?.name ?? ''),
        at,
      };
    case 'PipeExpression':
    case 'DataTableExpression':
      return queryValue(node, 'list', scope, reading);
    case 'MaterializeExpression':
      return queryValue(node, 'list', scope, reading);
  }
  if (node.get('Operator') && node.get('Left')) return readOperator(node, scope, reading);
  return refuse(node.kind.replace(/Expression$/, ''), at);
}

function readOperator(node: SyntaxNode, scope: Scope, reading: Reading): Expr {
  const left = node.need('Left');
  const right = node.need('Right');
  const name = operatorText(node);
  const first = readExpr(left, scope, reading);
  if (right.kind === 'ExpressionCouple') {
    const ends = [
      readExpr(right.need('First'), scope, reading),
      readExpr(right.need('Second'), scope, reading),
    ];
    return call(node, name, [first, ...ends], reading);
  }
  if (right.kind === 'ExpressionList')
    return call(node, name, [first, ...readList(right, scope, reading)], reading);
  return call(node, name, [first, readExpr(right, scope, reading)], reading);
}

function readCall(node: SyntaxNode, scope: Scope, reading: Reading): Expr {
  const name = nameOf(node.need('Name'));
  if (name === 'column_names_of') {
    const columns = node.need('ArgumentList').list('Expressions')[0]?.type?.columns ?? [];
    const value = JSON.stringify(columns.map((c) => c.name));
    return { kind: 'literal', type: 'dynamic', value, at: spanOf(node, reading) };
  }
  if (name === 'bin_auto') return readBinAuto(node, scope, reading);
  const user = reading.readers.calledExpression(node, scope, reading);
  if (user) return user;
  const args = readList(node.need('ArgumentList'), scope, reading);
  return call(node, name, args, reading);
}

/** `bin_auto(x)`: bins of the size, and from the place, that `set` statements give. */
function readBinAuto(node: SyntaxNode, scope: Scope, reading: Reading): Expr {
  const size = settingValue('query_bin_auto_size', reading);
  const from = settingValue('query_bin_auto_at', reading);
  const [value] = node.need('ArgumentList').list('Expressions');
  if (!size || !value)
    return refuse(
      'bin_auto()',
      spanOf(node, reading),
      'has no size: begin the query with set query_bin_auto_size = 1h;',
    );
  const args = [value, size, ...(from ? [from] : [])].map((n) => readExpr(n, scope, reading));
  return call(node, from ? 'bin_at' : 'bin', args, reading);
}

/** Reads an expression that names columns. */
export function readItem(node: SyntaxNode, scope: Scope, reading: Reading): Item {
  if (node.kind === 'SimpleNamedExpression')
    return {
      names: [nameOf(node.need('Name'))],
      autoName: '',
      expr: readExpr(node.need('Expression'), scope, reading),
    };
  if (node.kind === 'CompoundNamedExpression')
    return {
      names: node.need('Names').list('Names').map(nameOf),
      autoName: '',
      expr: readExpr(node.need('Expression'), scope, reading),
    };
  return { names: [], autoName: node.resultName(), expr: readExpr(node, scope, reading) };
}

export function readItems(nodes: readonly SyntaxNode[], scope: Scope, reading: Reading): Item[] {
  return readEach(nodes, reading, (n) => readItem(n, scope, reading));
}

export function readSortKey(node: SyntaxNode, scope: Scope, reading: Reading): SortKey {
  const ordering = node.kind === 'OrderedExpression' ? node.get('Ordering') : null;
  const isDescending = ordering?.get('AscOrDescKeyword')?.member('Text') !== 'asc';
  const nulls = ordering?.get('NullsClause')?.text().endsWith('first');
  const expr = readExpr(
    node.kind === 'OrderedExpression' ? node.need('Expression') : node,
    scope,
    reading,
  );
  return { expr, isDescending, nulls: (nulls ?? !isDescending) ? 'first' : 'last' };
}
