import { type Expr, refuse, type ScanStep, type TopNestedLevel } from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf, readExpr, readItem, readItems, readSortKey } from './expressions.ts';
import { parameter } from './parameters.ts';
import { readSchema } from './pipes.ts';
import { chosenOf, columnType, type Reader, resultColumns, spanOf } from './scope.ts';

/** Readers of operators that are made of clauses. */

export const makeSeries: Reader = (node, scope, reading) => {
  const range = node.need('RangeClause');
  const isRangeCall = range.kind === 'MakeSeriesInRangeClause';
  const args = isRangeCall ? range.need('Arguments').list('Expressions') : [];
  const bound = (clause: string, index: number) => {
    const found = isRangeCall ? args[index] : range.get(clause)?.get('Expression');
    return found ? readExpr(found, scope, reading) : undefined;
  };
  const from = bound('MakeSeriesFromClause', 0);
  const to = bound('MakeSeriesToClause', 1);
  const step = bound('MakeSeriesStepClause', 2);
  const at = spanOf(node, reading);
  if (!step) refuse('make-series without step', at);
  return [
    {
      op: 'make-series',
      aggregates: node.list('Aggregates').map((a) => {
        const fallback = a.get('DefaultExpression')?.get('Expression');
        const item = readItem(a.need('Expression'), scope, reading);
        return fallback ? { ...item, fallback: readExpr(fallback, scope, reading) } : item;
      }),
      on: readItem(node.need('OnClause').need('Expression'), scope, reading),
      ...(from ? { from } : {}),
      ...(to ? { to } : {}),
      step,
      isNonEmpty: parameter(node, 'kind')?.toLowerCase() === 'nonempty',
      isRangeCall,
      by: readItems(node.get('ByClause')?.list('Expressions') ?? [], scope, reading),
      columns: resultColumns(node),
      at,
    },
  ];
};

export const topNested: Reader = (node, scope, reading) => [
  {
    op: 'top-nested',
    levels: node.list('Clauses').map((clause): TopNestedLevel => {
      const count = clause.get('Expression');
      const others = clause.get('WithOthersClause')?.get('Expression');
      const by = clause.need('ByExpression');
      const isOrdered = by.kind === 'OrderedExpression';
      return {
        ...(count ? { count: readExpr(count, scope, reading) } : {}),
        of: readItem(clause.need('OfExpression'), scope, reading),
        ...(others ? { others: readExpr(others, scope, reading) } : {}),
        by: readItem(isOrdered ? by.need('Expression') : by, scope, reading),
        isDescending: !isOrdered || readSortKey(by, scope, reading).isDescending,
      };
    }),
    columns: resultColumns(node),
    at: spanOf(node, reading),
  },
];

export const scan: Reader = (node, scope, reading) => {
  const matchId = parameter(node, 'with_match_id');
  return [
    {
      op: 'scan',
      ...(matchId ? { matchId } : {}),
      partitionBy:
        node
          .get('PartitionByClause')
          ?.list('Expressions')
          .map((e) => readExpr(e, scope, reading)) ?? [],
      orderBy:
        node
          .get('OrderByClause')
          ?.list('Expressions')
          .map((e) => readSortKey(e, scope, reading)) ?? [],
      declared:
        node
          .get('DeclareClause')
          ?.list('Declarations')
          .map((d) => {
            const declared = d.need('NameAndType');
            const initial = d.get('DefaultValue')?.get('Value');
            const column = {
              name: nameOf(declared.need('Name')),
              type: columnType(declared.need('Type').symbol?.name ?? declared.need('Type').text()),
            };
            return initial ? { ...column, initial: readExpr(initial, scope, reading) } : column;
          }) ?? [],
      steps: node.list('Steps').map((s): ScanStep => {
        const output = s.get('ScanStepOutput')?.get('OutputKind')?.member('Text');
        return {
          name: nameOf(s.need('Name')),
          output: output === 'last' || output === 'none' ? output : 'all',
          isOptional: s.get('OptionalKeyword') !== null,
          condition: readExpr(s.need('Condition'), scope, reading),
          assignments:
            s
              .get('ComputationClause')
              ?.list('Assignments')
              .map((a) => ({
                name: nameOf(a.need('Name')),
                expr: readExpr(a.need('Expression'), scope, reading),
              })) ?? [],
        };
      }),
      at: spanOf(node, reading),
    },
  ];
};

/** `reduce by`: a row per pattern, or with `kind=source` a pattern per row; a plug-in of the planner's own. */
export const reduceBy: Reader = (node, scope, reading) => {
  const at = spanOf(node, reading);
  const kind = parameter(node, 'kind')?.toLowerCase() ?? null;
  if (kind !== null && kind !== 'source')
    refuse(`reduce kind=${kind}`, at, 'does not exist: source does');
  const isSource: Expr = { kind: 'literal', type: 'bool', value: kind === 'source', at };
  const settings = node.get('With')?.list('Parameters') ?? [];
  const setting = (name: string): Expr => {
    const found = settings.find((p) => nameOf(p.need('Name')).toLowerCase() === name);
    return found
      ? readExpr(found.need('Expression'), scope, reading)
      : { kind: 'literal', type: 'dynamic', value: null, at };
  };
  const by = readExpr(node.need('Expression'), scope, reading);
  return [
    {
      op: 'evaluate',
      plugin: '$reduce',
      args: [by, setting('threshold'), setting('characters'), isSource],
      columns: resultColumns(node),
      at,
    },
  ];
};

/** Parameters that Microsoft's page names and the language service does not. */
const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
  bag_unpack: ['Column', 'OutputColumnPrefix', 'columnsConflict', 'ignoredProperties'],
};

/** Arguments by position; one given by its parameter's name stands in that parameter's place. */
function inOrder(called: SyntaxNode, args: readonly SyntaxNode[]): readonly (SyntaxNode | null)[] {
  const plugin = nameOf(called.need('Name')).toLowerCase();
  const parameters = DOCUMENTED[plugin] ?? called.parameters().map((p) => p.name);
  const out: (SyntaxNode | null)[] = [];
  for (const arg of args) {
    const name = arg.kind === 'SimpleNamedExpression' ? nameOf(arg.need('Name')) : '';
    const at = parameters.indexOf(name);
    if (at < 0) out.push(arg);
    else {
      while (out.length < at) out.push(null);
      out[at] = arg;
    }
  }
  return out;
}

/** `evaluate preview(n)`: some of the rows, then how many there are. */
const preview: Reader = (node, scope, reading) => {
  const at = spanOf(node, reading);
  const [count] = node.need('FunctionCall').need('ArgumentList').list('Expressions');
  if (chosenOf(node, 'preview()', reading) === 1 || !count)
    return [{ op: 'count', name: 'Count', at }];
  return [{ op: 'take', count: readExpr(count, scope, reading), at }];
};

export const evaluate: Reader = (node, scope, reading) => {
  const called = node.need('FunctionCall');
  if (nameOf(called.need('Name')) === 'preview') return preview(node, scope, reading);
  const schema = node.get('Schema')?.get('Schema');
  const args = inOrder(called, called.need('ArgumentList').list('Expressions'));
  return [
    {
      op: 'evaluate',
      plugin: nameOf(called.need('Name')).toLowerCase(),
      args: args.map((a) =>
        a === null
          ? {
              kind: 'literal' as const,
              type: 'dynamic' as const,
              value: null,
              at: spanOf(node, reading),
            }
          : a.type?.kind === 'table'
            ? {
                kind: 'table' as const,
                pipe: reading.readers.pipe(a, scope, reading),
                at: spanOf(a, reading),
              }
            : readExpr(a, scope, reading),
      ),
      ...(schema ? { schema: readSchema(schema) } : {}),
      columns: resultColumns(node),
      at: spanOf(node, reading),
    },
  ];
};
