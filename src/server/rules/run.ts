import type { Finding } from '#core/alert/index.ts';
import { type Micros, printInstant } from '#core/base/index.ts';
import { judgeResult, LIMITS, type Rule, type Window } from '#core/rules/index.ts';
import type { GivenRows, QueryResult, QueryService, WholeFile } from '#server/query/index.ts';

export interface Run {
  readonly window: Window;
  /** What now() stands for; the window's end unless given. */
  readonly now?: Micros;
  /** Tables that are looked at in one file only: what just came. Other tables are looked at as far back as rules may. */
  readonly files?: ReadonlyMap<string, WholeFile>;
  readonly given?: GivenRows;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxRows?: number;
}

export interface RunOutcome {
  readonly findings: readonly Finding[];
  readonly result: Pick<QueryResult, 'columns' | 'rows'>;
  readonly elapsedMs: number;
}

/** What a rule may use for one run. */
const TIMEOUT_MS = 60_000;
const MAX_ROWS = 10_000;
/** Rules take turns with people as one user. */
const USER = 'rules';

/** Runs a rule's query over a window of event time, and says what it found. Rejects with QueryError. */
export async function runRule(
  service: Pick<QueryService, 'query'>,
  rule: Rule,
  run: Run,
): Promise<RunOutcome> {
  const startedAt = performance.now();
  const result = await service.query({
    text: scoped(rule, run),
    ...(run.files ? { files: run.files } : {}),
    user: USER,
    limits: { timeoutMs: run.timeoutMs ?? TIMEOUT_MS, maxRows: run.maxRows ?? MAX_ROWS },
    ...(run.signal ? { signal: run.signal } : {}),
    ...(run.given ? { given: run.given } : {}),
  });
  const columns = result.columns.map((c) => c.name);
  const findings = judgeResult(rule, { columns, rows: result.rows }, run.window);
  return { findings, result, elapsedMs: performance.now() - startedAt };
}

/** The query at its moment; settings stand on one line before it, so that lines of errors are those of the rule. */
function scoped({ query }: Rule, { window, now = window.to, files }: Run): string {
  const from = files ? window.from - LIMITS.longestPeriod : window.from;
  const settings = [
    `set query_now = datetime(${printInstant(now)});`,
    'set query_datetimescope_column = "TimeGenerated";',
    `set query_datetimescope_from = datetime(${printInstant(from)});`,
    `set query_datetimescope_to = datetime(${printInstant(window.to)});`,
  ];
  return `${settings.join(' ')} ${query}`;
}

/** Tables that a rule's query reads, views resolved. Rejects with QueryError. */
export async function tablesOf(
  service: Pick<QueryService, 'explain'>,
  { query }: Pick<Rule, 'query'>,
): Promise<readonly string[]> {
  const { plan } = await service.explain({ text: query });
  const scans =
    typeof plan === 'object' && plan !== null && 'scans' in plan && Array.isArray(plan.scans)
      ? plan.scans
      : [];
  return [...new Set(scans.map((scan: { readonly table: string }) => scan.table))];
}
