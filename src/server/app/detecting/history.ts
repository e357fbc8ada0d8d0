import type { Finding } from '#core/alert/index.ts';
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
export function ruleFinder(service: Pick<QueryService, 'query'>, rule: Rule): HistoryFinder {
  return {
    name: rule.name,
    async *run(stretch) {
      for await (const { findings } of runHistory(service, rule, stretch)) yield* findings;
    },
  };
}

export interface Claims {
  /** One finding of each key, in order of first time: the gravest and latest, from the first time on. */
  readonly findings: readonly Finding[];
  readonly failures: readonly { readonly name: string; readonly why: string }[];
}

/** Runs finders one after the other; one that fails is told, and the others go on. */
export async function gatherClaims(
  finders: readonly HistoryFinder[],
  stretch: Stretch,
): Promise<Claims> {
  const byKey = new Map<string, Finding>();
  const failures: { name: string; why: string }[] = [];
  for (const finder of finders) {
    stretch.signal.throwIfAborted();
    try {
      for await (const finding of finder.run(stretch)) {
        const known = byKey.get(finding.key);
        byKey.set(finding.key, known ? merge(known, finding) : finding);
      }
    } catch (error) {
      if (!(error instanceof QueryError) || stretch.signal.aborted) throw error;
      failures.push({ name: finder.name, why: `${error.message} ${error.advice}`.trim() });
    }
  }
  return { findings: [...byKey.values()].sort((a, b) => a.first - b.first), failures };
}

const merge = (before: Finding, now: Finding): Finding => ({
  ...now,
  first: Math.min(before.first, now.first),
  last: Math.max(before.last, now.last),
  magnitude: Math.max(before.magnitude, now.magnitude),
});
