import type {
  BoundColumn,
  Expr,
  Item,
  Operator,
  Pipe,
  Source,
  UnionInput,
} from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf, readExpr } from './expressions.ts';
import { isDeclaredVisible, isStoredVisible } from './restrict.ts';
import {
  boundColumns,
  columnType,
  lookUp,
  type Reading,
  resultColumns,
  type Scope,
  spanOf,
} from './scope.ts';

/** Sources that go over several tables: wildcards, `search`, `find`. */

/** Every table of the catalog that something may fill, and the views that the query declares. */
export function allTables(scope: Scope, reading: Reading, at: Pipe['at']): UnionInput[] {
  const filled = reading.catalog.tables.filter((t) => !t.isUnfilled);
  const tables = filled.map((t) => ({
    name: t.name,
    pipe: {
      source: {
        kind: 'table' as const,
        name: t.name,
        columns: boundColumns(t.columns),
        isOpen: t.isOpen ?? false,
        at,
      },
      operators: [],
      at,
    },
  }));
  return [
    ...tables.filter((t) => isStoredVisible(t.name, scope)),
    ...reading.views.filter((v) => isDeclaredVisible(v.name, scope)),
  ];
}

/** The inputs that one element of a list of tables names: several when it has wildcards. */
export function readInputs(node: SyntaxNode, scope: Scope, reading: Reading): UnionInput[] {
  const first = node.kind === 'ParenthesizedExpression' ? node.need('Expression') : node;
  const isWild =
    /Wildcard/.test(first.kind) ||
    (first.kind === 'NameReference' && first.get('Name')?.kind.includes('Wildcard'));
  if (isWild) {
    const pattern = new RegExp(
      `^${first.text().replace(/[.*+?^${}()|[\]\\]/g, (c) => (c === '*' ? '.*' : `\\${c}`))}$`,
    );
    return allTables(scope, reading, spanOf(node, reading)).filter((t) => pattern.test(t.name));
  }
  const isTable = first.kind === 'NameReference' && lookUp(scope, nameOf(first)) === undefined;
  return [{ name: isTable ? nameOf(first) : '', pipe: reading.readers.pipe(node, scope, reading) }];
}

/** Names of columns in a condition; `isFree` when it also asks for a text in any column. */
function namedColumns(node: SyntaxNode): { names: Set<string>; isFree: boolean } {
  const names = new Set<string>();
  let isFree = false;
  const walk = (n: SyntaxNode, isOperand: boolean): void => {
    if (n.kind === 'NameReference') {
      if (n.symbol?.kind === 'Column') names.add(nameOf(n));
      return;
    }
    if (n.kind === 'StarExpression') isFree = true;
    if (n.isLiteral && !isOperand) isFree = true;
    if (n.kind === 'PathExpression' || n.kind === 'ElementExpression') {
      walk(n.need('Expression'), true);
      return;
    }
    const isJunction = n.kind === 'AndExpression' || n.kind === 'OrExpression';
    for (const slot of ['Left', 'Right', 'Expression', 'First', 'Second']) {
      const child = n.get(slot);
      if (child) walk(child, !isJunction && n.kind !== 'ParenthesizedExpression');
    }
    const list = n.get('ArgumentList');
    for (const child of [...(list?.list('Expressions') ?? []), ...n.list('Expressions')])
      walk(child, n.kind !== 'FunctionCallExpression' || !/^not\b/.test(n.text()));
  };
  walk(node, false);
  return { names, isFree };
}

function columnsOf(input: UnionInput, reading: Reading): { known: BoundColumn[]; isOpen: boolean } {
  const { source, operators } = input.pipe;
  if (operators.length > 0) return { known: [], isOpen: true };
  if (source.kind === 'table') return { known: [...source.columns], isOpen: source.isOpen };
  if (source.kind !== 'let') return { known: [], isOpen: true };
  const declared = reading.lets.find((l) => l.id === source.id);
  return declared
    ? columnsOf({ name: '', pipe: declared.pipe }, reading)
    : { known: [], isOpen: true };
}

/** Tables that lack every column a condition names cannot have a row that meets it. */
function candidates(
  inputs: readonly UnionInput[],
  condition: SyntaxNode,
  reading: Reading,
): UnionInput[] {
  const { names, isFree } = namedColumns(condition);
  if (isFree || names.size === 0) return [...inputs];
  return inputs.filter((input) => {
    const { known, isOpen } = columnsOf(input, reading);
    return isOpen || known.some((c) => names.has(c.name));
  });
}

export function readSearch(node: SyntaxNode, scope: Scope, reading: Reading): Source {
  const at = spanOf(node, reading);
  const within = node.get('InClause')?.list('Expressions') ?? [];
  const named = within.flatMap((n) => readInputs(n, scope, reading));
  const inputs = within.length > 0 ? named : allTables(scope, reading, at);
  const union: Source = {
    kind: 'union',
    inputs: candidates(inputs, node.need('Condition'), reading),
    mode: 'outer',
    withSource: '$table',
    at,
  };
  const operators = reading.readers.operator(node, scope, reading);
  return { kind: 'pipe', pipe: { source: union, operators, at }, at };
}

/**
 * `find`: rows of several tables that meet a condition. Columns that the result shows stand beside `pack_`, a bag of
 * what else a row holds.
 */
export function readFind(
  node: SyntaxNode,
  withSource: string | null,
  scope: Scope,
  reading: Reading,
): Source {
  const at = spanOf(node, reading);
  const within = node.get('InClause')?.list('Expressions') ?? [];
  const condition = node.need('Condition');
  const inputs = within.length > 0 ? within.flatMap((n) => readInputs(n, scope, reading)) : null;
  const searched = candidates(inputs ?? allTables(scope, reading, at), condition, reading);
  const result = resultColumns(node);
  const sourceName = withSource ?? 'source_';
  const isPacked = result.some((c) => c.name === 'pack_' && c.type === 'dynamic');
  const shown = result.filter((c) => c.name !== sourceName && !(isPacked && c.name === 'pack_'));
  const wanted = [...shown];
  const asked = namedColumns(condition).names;
  const found = searched.map((input): UnionInput => {
    const { known } = columnsOf(input, reading);
    const missing = [...asked].filter((n) => !known.some((c) => c.name === n));
    const lacking: Item[] = missing.map((name) => ({
      names: [name],
      autoName: '',
      expr: { kind: 'literal', type: 'dynamic', value: null, at },
    }));
    const rest = known.filter((c) => !wanted.some((w) => w.name === c.name));
    const items: Item[] = shown.map((c) => ({
      names: [c.name],
      autoName: '',
      expr: known.some((k) => k.name === c.name)
        ? { kind: 'column', name: c.name, type: c.type, at }
        : { kind: 'literal', type: c.type, value: c.type === 'string' ? '' : null, at },
    }));
    if (isPacked) items.push({ names: ['pack_'], autoName: '', expr: packed(rest, at) });
    const operators: Operator[] = [
      ...(lacking.length > 0 ? [{ op: 'extend' as const, items: lacking, at }] : []),
      { op: 'search', condition: readExpr(condition, scope, reading), isCased: false, at },
      {
        op: 'project',
        items,
        names: items.map((i) => i.names[0]!),
        at,
      },
    ];
    return {
      name: input.name,
      pipe: { ...input.pipe, operators: [...input.pipe.operators, ...operators] },
    };
  });
  const union: Source = {
    kind: 'union',
    inputs: found,
    mode: 'outer',
    withSource: sourceName,
    at,
  };
  const order: Operator = {
    op: 'project-reorder',
    patterns: result.map((c) => ({ pattern: c.name })),
    at,
  };
  return { kind: 'pipe', pipe: { source: union, operators: [order], at }, at };
}

/** A bag of the columns that are not empty. */
function packed(columns: readonly BoundColumn[], at: Pipe['at']): Expr {
  const args = columns.flatMap((c): Expr[] => [
    { kind: 'literal', type: 'string', value: c.name, at },
    { kind: 'column', name: c.name, type: columnType(c.type), at },
  ]);
  const bag: Expr = { kind: 'call', name: 'bag_pack', args, type: 'dynamic', at };
  return { kind: 'call', name: '$drop_empty', args: [bag], type: 'dynamic', at };
}
