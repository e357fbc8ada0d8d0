/** The child that holds Kusto's parser: compiles, checks, completes. See parser-host.ts for its life. */
import type { Completion, Diagnostic } from '#core/contract/index.ts';
import {
  compile,
  complete,
  diagnose,
  format,
  hover,
  makeCatalog,
  type Prepared,
  prepare,
  signature,
} from '#server/kql/index.ts';
import { answerRequests } from './answer.ts';
import type { ChildError, Message } from './child.ts';
import type { Compiled, ParserRequest } from './protocol.ts';
import type { KeptFunction } from './query.ts';

let prepared: Prepared | undefined;

/** A query that touches most of the grammar: the first analysis is slow, and nobody should wait for it. */
const WARM_UP = `Flows | where TimeGenerated > ago(1h) and SrcIp startswith "10." | extend Day = bin(TimeGenerated, 1d)
| summarize Bytes = sum(BytesSrcToDest) by SrcIp, Day | join kind=leftouter (Flows | project SrcIp) on SrcIp | top 10 by Bytes desc`;

class Refused extends Error {
  readonly refusal: ChildError;

  constructor(refusal: ChildError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

function need(): Prepared {
  if (!prepared) throw new Error('the parser was asked before it was told the tables');
  return prepared;
}

function handle(message: Message): unknown {
  // The parent is the only sender, and typed by the same protocol.
  const request = message as ParserRequest;
  switch (request.kind) {
    case 'warm':
      prepared = prepare(makeCatalog(request.catalog));
      compile(WARM_UP, prepared, { now: 0 });
      return undefined;
    case 'compile':
      return answer(compileQuery(request));
    case 'check':
      return answer(checkQuery(request.text));
    case 'complete':
      return answer(completeQuery(request.text, request.position));
    case 'hover':
      return answer(at(request, hover));
    case 'signature':
      return answer(at(request, signature));
    case 'functions':
      return answer(
        need().catalog.functions.map(
          ({ name, parameters, body, description = '' }): KeptFunction => ({
            name,
            parameters,
            body,
            description,
          }),
        ),
      );
    case 'format':
      return answer(format(request.text, need().schema));
  }
}

const answer = (value: unknown) => ({ value, rssBytes: process.memoryUsage.rss() });

function compileQuery({
  text,
  parameters,
  now,
  engine,
  result,
}: Extract<ParserRequest, { kind: 'compile' }>): Compiled {
  const compiled = compile(text, need(), {
    now,
    parameters,
    engine,
    ...(result === undefined ? {} : { result }),
  });
  if (!compiled.ok) throw new Refused(compiled.refusal);
  const { plan, results, limits } = compiled;
  const ignored = compiled.warnings.map(({ code, message }) => ({ code, message }));
  const render = plan.render && {
    visualization: plan.render.chart,
    properties: plan.render.properties,
  };
  const isOneOfSeveral = results > 1 && result === undefined;
  const warnings = [...ignored, ...(isOneOfSeveral ? [severalResults(results)] : [])];
  return { plan, now, render, warnings, limits, results };
}

const severalResults = (results: number) => ({
  code: 'several-results',
  message: `The query has ${results} results, and this is the last: the API gives each by its number, "result": 0 and so on.`,
});

function checkQuery(text: string): readonly Diagnostic[] {
  if (text.trim() === '') return [];
  return diagnose(text, need()).map((finding) => ({
    ...finding,
    fixes: [...finding.fixes],
    severity: finding.severity === 'suggestion' ? 'information' : finding.severity,
  }));
}

function completeQuery(text: string, position: number) {
  const { start, length, items } = complete(text, clamp(position, text), need().schema);
  return {
    start,
    length,
    items: items.map(
      ({ label, kind, before, after, says }): Completion => ({
        label,
        kind: kindOf(kind),
        ...(before === label ? {} : { insert: before }),
        ...(after === '' ? {} : { after }),
        ...(says === '' ? {} : { says }),
      }),
    ),
  };
}

/** What the language service tells about a position of a query. */
function at<T>(
  { text, position }: { readonly text: string; readonly position: number },
  tell: (text: string, offset: number, schema: Prepared['schema']) => T,
): T {
  return tell(text, clamp(position, text), need().schema);
}

/** The language service has a kind for each sort of function, operator and name; readers need fewer. */
function kindOf(kind: string): string {
  for (const [part, name] of KINDS) if (kind.includes(part)) return name;
  return kind.toLowerCase();
}
const KINDS: readonly (readonly [string, string])[] = [
  ['Function', 'function'],
  ['Table', 'table'],
  ['Column', 'column'],
  ['Parameter', 'parameter'],
  ['Variable', 'variable'],
  ['Infix', 'operator'],
  ['Prefix', 'operator'],
  ['QueryPrefix', 'keyword'],
  ['Keyword', 'keyword'],
  ['Syntax', 'keyword'],
  ['Scalar', 'keyword'],
];

const clamp = (position: number, text: string) => Math.max(0, Math.min(position, text.length));

answerRequests(handle, (error) => {
  if (error instanceof Refused) return error.refusal;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'engine-error',
    message: `The parser failed: ${message}`,
    advice: 'Please report the query that it failed on.',
  };
});
