import { type Finding, mergeFindings } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Rule } from '#core/rules/index.ts';
import { QueryError, type QueryService } from '#server/query/index.ts';
import { runHistory } from '#server/rules/index.ts';

export interface Stretch {
  readonly from: Micros;
  readonly to: Micros;
  readonly signal: AbortSignal;
}

/** Something that finds things in stored time. `weir detect` runs each of a list over the same stretch. */
export interface HistoryFinder {
  readonly name: string;
  /** Findings in order of time. The same claim may come again with the same key. Rejects with QueryError. */
  run(stretch: Stretch): AsyncIterable<Finding>;
}

/** A rule as it would have run. */
export function ruleFinder(
  service: Pick<QueryService, 'query' | 'explain'>,
  rule: Rule,
): HistoryFinder {
  return {
    name: rule.name,
    async *run(stretch) {
      for await (const { findings } of runHistory(service, rule, stretch)) yield* findings;
    },
  };
}

export interface Claims {
  /** One finding of each key, in order of first time: what the gravest says, over the times of all. */
  readonly findings: readonly Finding[];
  readonly failures: readonly { readonly name: string; readonly why: string }[];
}

/** Finders of one group that run at the same time. */
const AT_ONCE = 2;

/** Runs groups of finders one after the other; a finder that fails is told, and the others go on. */
export async function gatherClaims(
  groups: readonly (readonly HistoryFinder[])[],
  stretch: Stretch,
): Promise<Claims> {
  const outcomes: Outcome[] = [];
  for (const group of groups) {
    const own: Outcome[] = [];
    const waiting = group.entries();
    const lane = async () => {
      for (const [i, finder] of waiting) own[i] = await runFinder(finder, stretch);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    outcomes.push(...own);
  }
  const byKey = new Map<string, Finding>();
  for (const finding of outcomes.flatMap((o) => o.findings)) add(byKey, finding);
  return {
    findings: [...byKey.values()].sort((a, b) => a.first - b.first),
    failures: outcomes.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }])),
  };
}

interface Outcome {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly why?: string;
}

async function runFinder(finder: HistoryFinder, stretch: Stretch): Promise<Outcome> {
  const { name } = finder;
  const byKey = new Map<string, Finding>();
  stretch.signal.throwIfAborted();
  try {
    for await (const finding of finder.run(stretch)) add(byKey, finding);
    return { name, findings: [...byKey.values()] };
  } catch (error) {
    if (!(error instanceof QueryError) || stretch.signal.aborted) throw error;
    return { name, findings: [...byKey.values()], why: `${error.message} ${error.advice}`.trim() };
  }
}

function add(byKey: Map<string, Finding>, finding: Finding): void {
  const known = byKey.get(finding.key);
  byKey.set(finding.key, known ? mergeFindings(known, finding) : finding);
}
