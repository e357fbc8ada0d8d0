import {
  type Expr,
  type Item,
  type JoinKind,
  type LiteralValue,
  type NamePattern,
  type Operator,
  type ParsePart,
  refuse,
} from '#core/kql/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { evaluate, makeSeries, reduceBy, scan, topNested } from './compound.ts';
import { nameOf, readExpr, readItem, readItems, readSortKey } from './expressions.ts';
import { parameter } from './parameters.ts';
import { flatten, readPipe, readSchema, readUnion } from './pipes.ts';
import {
  chosenOf,
  columnType,
  type Reader,
  type Reading,
  resultColumns,
  type Scope,
  spanOf,
} from './scope.ts';

const JOIN_KINDS: Readonly<Record<string, JoinKind>> = {
  inner: 'inner',
  innerunique: 'innerunique',
  leftouter: 'leftouter',
  rightouter: 'rightouter',
  fullouter: 'fullouter',
  outer: 'fullouter',
  leftanti: 'leftanti',
  leftantisemi: 'leftanti',
  anti: 'leftanti',
  rightanti: 'rightanti',
  rightantisemi: 'rightanti',
  leftsemi: 'leftsemi',
  rightsemi: 'rightsemi',
};

function patterns(node: SyntaxNode): NamePattern[] {
  return node.list('Expressions').map((e) => {
    if (e.kind !== 'OrderedExpression') return { pattern: patternOf(e) };
    const text = e.get('Ordering')?.text() ?? '';
    const order = /granny-asc/.test(text)
      ? 'granny-asc'
      : /granny-desc/.test(text)
        ? 'granny-desc'
        : /desc/.test(text)
          ? 'desc'
          : 'asc';
    return { pattern: patternOf(e.need('Expression')), order };
  });
}

function patternOf(node: SyntaxNode): string {
  return node.kind === 'StarExpression'
    ? '*'
    : node.text().includes('*')
      ? node.text().replace(/^\['?"?|"?'?\]$/g, '')
      : nameOf(node);
}

function mvItems(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
): (Item & { readonly toType?: KqlType })[] {
  return node.list('Expressions').map((e) => {
    const item = readItem(e.need('Expression'), scope, reading);
    const type = e.get('ToTypeOf')?.get('TypeOf')?.list('Types')[0];
    return type ? { ...item, toType: columnType(type.symbol?.name ?? type.text()) } : item;
  });
}

function joinConditions(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
): { left: Expr; right: Expr }[] {
  if (node.kind === 'AndExpression')
    return [
      ...joinConditions(node.need('Left'), scope, reading),
      ...joinConditions(node.need('Right'), scope, reading),
    ];
  if (node.kind === 'ParenthesizedExpression')
    return joinConditions(node.need('Expression'), scope, reading);
  if (node.kind === 'EqualExpression') {
    const a = readExpr(node.need('Left'), scope, reading);
    const b = readExpr(node.need('Right'), scope, reading);
    const isSwapped = sideOf(a) === 'right' || sideOf(b) === 'left';
    return [isSwapped ? { left: b, right: a } : { left: a, right: b }];
  }
  if (node.kind === 'NameReference') {
    const column = readExpr(node, scope, reading);
    return [{ left: column, right: column }];
  }
  return refuse('a join condition other than equality of columns', spanOf(node, reading));
}

function sideOf(expr: Expr): 'left' | 'right' | undefined {
  if (expr.kind === 'column') return expr.side;
  return expr.kind === 'call' ? expr.args.map(sideOf).find((s) => s !== undefined) : undefined;
}

function join(op: 'join' | 'lookup', clause: string, fallback: JoinKind): Reader {
  return (node, scope, reading) => {
    const at = spanOf(node, reading);
    const text = parameter(node, 'kind');
    const kind = text ? JOIN_KINDS[text.toLowerCase()] : fallback;
    if (!kind) refuse(`join kind=${text}`, at);
    const condition = node.get(clause);
    if (condition?.kind === 'JoinWhereClause') refuse('join … where', at);
    const on =
      condition?.list('Expressions').flatMap((e) => joinConditions(e, scope, reading)) ?? [];
    return [{ op, kind, right: readPipe(node.need('Expression'), scope, reading), on, at }];
  };
}

/** The operators of a subquery that applies to its context (mv-apply, partition). */
function body(node: SyntaxNode, scope: Scope, reading: Reading): Operator[] {
  return flatten(node).flatMap((part) => [...readOperator(part, scope, reading)]);
}

function parseParts(node: SyntaxNode, reading: Reading): ParsePart[] {
  return node.list('Patterns').map((p): ParsePart => {
    if (p.kind === 'StarExpression') return { kind: 'star' };
    if (p.kind === 'NameAndTypeDeclaration')
      return {
        kind: 'column',
        name: nameOf(p.need('Name')),
        type: columnType(p.need('Type').symbol?.name ?? p.need('Type').text()),
      };
    if (p.kind === 'NameDeclaration' || p.kind === 'NameReference')
      return { kind: 'column', name: nameOf(p), type: 'string' };
    return { kind: 'text', text: p.literal ?? p.text(), at: spanOf(p, reading) };
  });
}

function parse(isFilter: boolean): Reader {
  return (node, scope, reading) => {
    const mode = parameter(node, 'kind')?.toLowerCase();
    return [
      {
        op: 'parse',
        mode: mode === 'regex' ? 'regex' : mode === 'relaxed' ? 'relaxed' : 'simple',
        flags: parameter(node, 'flags') ?? '',
        isFilter,
        expr: readExpr(node.need('Expression'), scope, reading),
        parts: parseParts(node, reading),
        at: spanOf(node, reading),
      },
    ];
  };
}

function namedValues(nodes: readonly SyntaxNode[]): Record<string, string> {
  return Object.fromEntries(
    nodes.map((p) => [
      nameOf(p.need('Name')),
      p.need('Expression').literal ?? p.need('Expression').text(),
    ]),
  );
}

const at = spanOf;

/** `fork`: of its branches, the one that is asked for. */
const fork: Reader = (node, scope, reading) => {
  const branch = node.list('Expressions')[chosenOf(node, 'fork', reading)];
  return branch ? body(branch.need('Expression'), scope, reading) : [];
};

/** `facet`: the rows that `with` leaves, then how often each value of each column occurs. */
const facet: Reader = (node, scope, reading) => {
  const at = spanOf(node, reading);
  const rows = node.get('WithClause')?.get('Expression') ?? null;
  const index = chosenOf(node, 'facet', reading) - (rows ? 1 : 0);
  if (rows && index < 0) return body(rows, scope, reading);
  const by = readItem(node.list('Expressions')[index]!, scope, reading);
  const name = `count_${by.names[0] ?? by.autoName}`;
  const count: Expr = { kind: 'call', name: 'count', args: [], type: 'long', at };
  return [
    {
      op: 'summarize',
      aggregates: [{ names: [name], autoName: '', expr: count }],
      by: [by],
      columns: [],
      at,
    },
  ];
};

/** By kind of node: how an operator becomes ours. */
const READERS: Readonly<Record<string, Reader>> = {
  FilterOperator: (n, s, r) => [
    { op: 'where', condition: readExpr(n.need('Condition'), s, r), at: at(n, r) },
  ],
  ExtendOperator: (n, s, r) => [
    { op: 'extend', items: readItems(n.list('Expressions'), s, r), at: at(n, r) },
  ],
  SerializeOperator: (n, s, r) => [
    { op: 'serialize', items: readItems(n.list('Expressions'), s, r), at: at(n, r) },
  ],
  ProjectOperator: (n, s, r) => [
    {
      op: 'project',
      items: readItems(n.list('Expressions'), s, r),
      names: resultColumns(n).map((c) => c.name),
      at: at(n, r),
    },
  ],
  ProjectAwayOperator: (n, _s, r) => [{ op: 'project-away', patterns: patterns(n), at: at(n, r) }],
  ProjectKeepOperator: (n, _s, r) => [{ op: 'project-keep', patterns: patterns(n), at: at(n, r) }],
  ProjectReorderOperator: (n, _s, r) => [
    { op: 'project-reorder', patterns: patterns(n), at: at(n, r) },
  ],
  ProjectByNamesOperator: (n, s, r) => [
    {
      op: 'project-by-names',
      names: n.list('Expressions').map((e) => readExpr(e, s, r)),
      at: at(n, r),
    },
  ],
  ProjectRenameOperator: (n, _s, r) => [
    {
      op: 'project-rename',
      pairs: n
        .list('Expressions')
        .flatMap((e) =>
          e.get('Name') ? [{ to: nameOf(e.need('Name')), from: nameOf(e.need('Expression')) }] : [],
        ),
      at: at(n, r),
    },
  ],
  SummarizeOperator: (n, s, r) => [
    {
      op: 'summarize',
      aggregates: readItems(n.list('Aggregates'), s, r),
      by: readItems(n.get('ByClause')?.list('Expressions') ?? [], s, r),
      columns: resultColumns(n),
      at: at(n, r),
    },
  ],
  DistinctOperator: (n, s, r) => {
    const expressions = n.list('Expressions');
    const isStar = expressions.some((e) => e.kind === 'StarExpression');
    return [
      {
        op: 'distinct',
        items: isStar ? [] : readItems(expressions, s, r),
        isStar,
        names: resultColumns(n).map((c) => c.name),
        at: at(n, r),
      },
    ];
  },
  SortOperator: (n, s, r) => [
    { op: 'sort', keys: n.list('Expressions').map((e) => readSortKey(e, s, r)), at: at(n, r) },
  ],
  TopOperator: (n, s, r) => [
    {
      op: 'top',
      count: readExpr(n.need('Expression'), s, r),
      keys: [readSortKey(n.need('ByExpression'), s, r)],
      at: at(n, r),
    },
  ],
  TakeOperator: (n, s, r) => [
    { op: 'take', count: readExpr(n.need('Expression'), s, r), at: at(n, r) },
  ],
  SampleOperator: (n, s, r) => [
    { op: 'sample', count: readExpr(n.need('Expression'), s, r), at: at(n, r) },
  ],
  SampleDistinctOperator: (n, s, r) => [
    {
      op: 'sample-distinct',
      count: readExpr(n.need('Expression'), s, r),
      item: readItem(n.need('OfExpression'), s, r),
      at: at(n, r),
    },
  ],
  CountOperator: (n, _s, r) => [
    { op: 'count', name: n.type?.columns[0]?.name ?? 'Count', at: at(n, r) },
  ],
  JoinOperator: join('join', 'ConditionClause', 'innerunique'),
  LookupOperator: join('lookup', 'LookupClause', 'leftouter'),
  UnionOperator: (n, s, r) => {
    // The rows that come down the pipe are the first input.
    const { inputs, mode, withSource } = readUnion(n, s, r, 1);
    return [{ op: 'union', inputs, mode, ...(withSource ? { withSource } : {}), at: at(n, r) }];
  },
  MvExpandOperator: (n, s, r) => {
    const indexName = parameter(n, 'with_itemindex');
    const limit = n.get('RowLimitClause')?.get('RowLimit');
    const kind = parameter(n, 'kind') ?? parameter(n, 'bagexpansion');
    return [
      {
        op: 'mv-expand',
        kind: kind === 'array' ? 'array' : 'bag',
        items: mvItems(n, s, r),
        ...(indexName ? { indexName } : {}),
        ...(limit ? { limit: readExpr(limit, s, r) } : {}),
        at: at(n, r),
      },
    ];
  },
  MvApplyOperator: (n, s, r) => {
    const indexName = parameter(n, 'with_itemindex');
    const limit = n.get('RowLimitClause')?.get('RowLimit');
    return [
      {
        op: 'mv-apply',
        items: mvItems(n, s, r),
        ...(indexName ? { indexName } : {}),
        ...(limit ? { limit: readExpr(limit, s, r) } : {}),
        body: body(n.need('Subquery').need('Expression'), s, r),
        at: at(n, r),
      },
    ];
  },
  PartitionOperator: (n, s, r) => {
    const inner = n.need('Operand').get('Subquery');
    if (!inner) refuse('partition with braces', at(n, r));
    return [
      {
        op: 'partition',
        by: readExpr(n.need('ByExpression'), s, r),
        body: body(inner, s, r),
        at: at(n, r),
      },
    ];
  },
  ParseOperator: parse(false),
  ParseWhereOperator: parse(true),
  ParseKvOperator: (n, s, r) => [
    {
      op: 'parse-kv',
      expr: readExpr(n.need('Expression'), s, r),
      columns: readSchema(n.need('Keys')),
      options: options(n.get('WithClause')?.list('Properties') ?? []),
      at: at(n, r),
    },
  ],
  MakeSeriesOperator: makeSeries,
  RenderOperator: (n, _s, r) => [
    {
      op: 'render',
      chart: n.get('ChartType')?.member('Text') ?? 'table',
      // Older queries write them bare: `render timechart kind=stacked`.
      properties: namedValues([
        ...n.list('Parameters'),
        ...(n.get('WithClause')?.list('Properties') ?? []),
      ]),
      at: at(n, r),
    },
  ],
  GetSchemaOperator: (n, _s, r) => [{ op: 'getschema', at: at(n, r) }],
  SearchOperator: (n, s, r) => [
    {
      op: 'search',
      condition: readExpr(n.need('Condition'), s, r),
      isCased: parameter(n, 'kind')?.toLowerCase() === 'case_sensitive',
      at: at(n, r),
    },
  ],
  TopNestedOperator: topNested,
  TopHittersOperator: (n, s, r) => {
    const by = n.get('ByClause')?.get('Expression');
    return [
      {
        op: 'top-hitters',
        count: readExpr(n.need('Expression'), s, r),
        of: readItem(n.need('OfExpression'), s, r),
        ...(by ? { by: readExpr(by, s, r) } : {}),
        columns: resultColumns(n),
        at: at(n, r),
      },
    ];
  },
  ScanOperator: scan,
  EvaluateOperator: evaluate,
  ReduceByOperator: reduceBy,
  ForkOperator: fork,
  FacetOperator: facet,
  ConsumeOperator: () => [],
  AssertSchemaOperator: () => [],
};

function options(nodes: readonly SyntaxNode[]): Record<string, LiteralValue> {
  return namedValues(nodes);
}

export function readOperator(
  node: SyntaxNode,
  scope: Scope,
  reading: Reading,
): readonly Operator[] {
  const reader = READERS[node.kind];
  if (reader) return reader(node, scope, reading);
  return refuse(keyword(node), spanOf(node, reading));
}

/** The operator as the query spells it: its first word. */
function keyword(node: SyntaxNode): string {
  return /^[\w-]+/.exec(node.text())?.[0] ?? node.kind;
}
