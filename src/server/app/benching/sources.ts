import type { Finding } from '#core/alert/index.ts';
import { type Scenario, SOURCES, type SourceName } from '#core/inject/index.ts';
import { claimsOf } from './claim.ts';
import { type Score, score } from './score.ts';
import { liveThrough, type Work } from './world.ts';

/** What one source of logs lets detection find of the same days. */
export interface BySource {
  readonly source: SourceName;
  readonly score: Score;
  readonly flows: number;
  /** What findings say that cannot be seen in it. */
  readonly blind: readonly string[];
  readonly failures: readonly string[];
}

export const SOURCE_NAMES = Object.keys(SOURCES).filter((name): name is SourceName =>
  Object.hasOwn(SOURCES, name),
);

/** The sentences with which findings say what their source does not show; of those that differ in a number the largest. */
export function blindnessOf(findings: readonly Finding[]): readonly string[] {
  const said = [...new Set(findings.flatMap((f) => f.reasons))].filter((r) =>
    r.startsWith('The source '),
  );
  const numberIn = (sentence: string) => Number(/\d+/.exec(sentence)?.[0] ?? 0);
  const alike = Map.groupBy(said, (sentence) => sentence.replace(/\d+( minute)?s?/, 'N$1'));
  return [...alike.values()]
    .flatMap((of) => of.toSorted((x, y) => numberIn(y) - numberIn(x)).slice(0, 1))
    .sort();
}

/** Lives through the same days once for each source: what differs is what its logs leave out. */
export async function compareSources(
  scenario: Scenario,
  sources: readonly SourceName[],
  work: Work,
): Promise<readonly BySource[]> {
  const compared: BySource[] = [];
  for (const source of sources)
    compared.push(
      await liveThrough(scenario, source, work, async (world) => {
        const { alerts, injected, rounds, findings, flows, failures } = world;
        return {
          source,
          score: score(
            source,
            claimsOf(alerts),
            injected.truth,
            scenario.hosts * Math.max(1, rounds.length),
          ),
          flows,
          blind: blindnessOf(findings),
          failures,
        };
      }),
    );
  return compared;
}
