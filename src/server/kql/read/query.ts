import { type BoundQuery, RefusalError } from '#core/kql/index.ts';
import type { Analysis, Catalog, Diagnostic, SyntaxNode } from '../kusto.ts';
import { readCalledExpression } from './calls.ts';
import { readExpr } from './expressions.ts';
import { readOperator } from './operators.ts';
import { parameter } from './parameters.ts';
import { flatten, readGraph, readPipe } from './pipes.ts';
import { resultsOf } from './results.ts';
import {
  boundColumns,
  childOf,
  type ParameterValue,
  type Readers,
  type Reading,
  type Scope,
  settingValue,
} from './scope.ts';
import { readSettings, type Settings } from './settings.ts';
import { readStatements } from './statements.ts';

const READERS: Readers = {
  expr: readExpr,
  pipe: readPipe,
  graph: readGraph,
  operator: readOperator,
  statements: readStatements,
  calledExpression: readCalledExpression,
};

/**
 * Findings of the language service that the engine itself lets pass: an argument to count() (KS107), loose forms of
 * search (KS106), fractions in make_timespan (KS134), array_length of a bag (KS234).
 */
const TOLERATED = new Set(['KS106', 'KS107', 'KS134', 'KS234']);

/** The service knows two of bag_unpack's four parameters, and counts arguments. */
function isKnownInPart(d: Diagnostic, text: string): boolean {
  return d.code === 'KS119' && text.slice(d.start, d.start + d.length) === 'bag_unpack';
}

/** Unions that leave out what is not there: those that say so, or all. */
function fuzzyRanges(node: SyntaxNode, isAll: boolean, out: [number, number][]): void {
  for (const part of flatten(node)) {
    if (part.kind !== 'UnionOperator') continue;
    const fuzzy = parameter(part, 'isfuzzy') ?? String(isAll);
    if (fuzzy.toLowerCase() !== 'false') out.push([part.start, part.start + part.length]);
  }
}

/** The service does not know all properties of nodes inside graph operators: the planner looks for them. */
function collectGraphs(node: SyntaxNode, out: [number, number][]): void {
  if (/^Graph(Match|ShortestPaths|Where)/.test(node.kind))
    out.push([node.start, node.start + node.length]);
  else for (const inner of node.elements()) collectGraphs(inner, out);
}

function isMissingName(diagnostic: Diagnostic): boolean {
  return diagnostic.code === 'KS204' || diagnostic.code === 'KS142' || diagnostic.code === 'KS211';
}

/** Refuses what cannot be run, with the position of the first error. */
function checkDiagnostics(analysis: Analysis): void {
  const syntax = analysis.syntaxErrors.find((d) => d.severity === 'error');
  if (syntax) throw new RefusalError('syntax', syntax.message, syntax);
  const errors = analysis.diagnostics.filter(
    (d) => d.severity === 'error' && !TOLERATED.has(d.code) && !isKnownInPart(d, analysis.text),
  );
  if (errors.length === 0) return;
  const ranges: [number, number][] = [];
  const isBestEffort = /\bset\s+best_effort\s*(;|=\s*true)/i.test(analysis.text);
  if (isBestEffort || /isfuzzy/i.test(analysis.text))
    collectFuzzy(analysis.root, isBestEffort, ranges);
  if (/\bgraph-/i.test(analysis.text)) collectGraphs(analysis.root, ranges);
  const left = errors.filter(
    (d) => !(isMissingName(d) && ranges.some(([from, to]) => d.start >= from && d.start < to)),
  );
  const first = left[0];
  if (first) throw new RefusalError('semantic', first.message, first);
}

function collectFuzzy(node: SyntaxNode, isAll: boolean, out: [number, number][]): void {
  for (const statement of node.list('Statements')) {
    const expression = statement.get('Expression');
    if (expression) fuzzyRanges(expression, isAll, out);
    const inner = expression?.get('Body');
    if (inner) collectFuzzy(inner, isAll, out);
    const last = inner?.get('Expression');
    if (last) fuzzyRanges(last, isAll, out);
  }
}

/** What a query is given beside its text. */
export interface Given {
  /** For names of `declare query_parameters`. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Names given from outside. */
  readonly texts: Readonly<Record<string, string>>;
  /** Which of several results, counted from 0; the last when undefined. */
  readonly result: number | undefined;
}

/** The instant that `set query_now` names, as ticks. */
function clockOf(reading: Reading, scope: Scope): string | null {
  const setting = settingValue('query_now', reading);
  const value = setting ? readExpr(setting, scope, reading) : null;
  return value?.kind === 'literal' && value.type === 'datetime' && typeof value.value === 'string'
    ? value.value
    : null;
}

/** Turns an analysed query into plain data, with variables and functions inlined. Throws RefusalError. */
export function readQuery(
  analysis: Analysis,
  catalog: Catalog,
  { parameters, texts, result }: Given,
): { readonly bound: BoundQuery; readonly results: number; readonly settings: Settings } {
  const whole = { start: 0, length: analysis.text.length };
  if (analysis.kind === 'command')
    throw new RefusalError(
      'unsupported',
      'Management commands (a leading dot) are not queries.',
      whole,
    );
  checkDiagnostics(analysis);
  const statements = analysis.root.list('Statements');
  const results = resultsOf(statements);
  const wanted = results[result ?? results.length - 1];
  if (!wanted)
    throw new RefusalError(
      'semantic',
      results.length > 0
        ? `The query has ${results.length} results, counted from 0: there is no result ${result}.`
        : 'The query has no result: it must end with an expression.',
      whole,
    );
  const reading: Reading = {
    readers: READERS,
    catalog,
    lets: [],
    views: [],
    parameters,
    settings: new Map(),
    chosen: wanted.chosen,
    size: 0,
    depth: 0,
    callSite: null,
  };
  const scope = childOf(null);
  for (const [name, value] of Object.entries(texts))
    scope.names.set(name, {
      kind: 'expr',
      expr: { kind: 'literal', type: 'string', value, at: { start: 0, length: 0 } },
    });
  readStatements(
    statements.filter((s) => s !== wanted.statement),
    scope,
    reading,
  );
  const expression = wanted.statement.need('Expression');
  const settings = readSettings(reading);
  const asked = readPipe(expression, scope, reading);
  const pipe = { ...asked, operators: [...asked.operators, ...settings.operators] };
  const columns = expression.type?.columns ?? analysis.result?.columns ?? [];
  const now = clockOf(reading, scope);
  return {
    bound: { lets: reading.lets, pipe, columns: boundColumns(columns), ...(now ? { now } : {}) },
    results: results.length,
    settings,
  };
}
