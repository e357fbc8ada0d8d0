import type { Finding } from '#core/alert/index.ts';
import { claimsOf } from './claim.ts';
import { raise } from './raise.ts';
import { type Score, score } from './score.ts';
import type { World } from './world.ts';

/** The same findings, changed; undefined takes one out. */
type Change = (finding: Finding) => Finding | undefined;

const WEIGHTS: Readonly<Record<string, Change>> = {
  'all confidence 1: scores alone weigh': (f) => ({ ...f, confidence: 1 }),
  'all scores 1: confidence alone weighs': (f) => ({ ...f, score: 1 }),
  'low findings left out: nothing adds up': (f) => (f.severity === 'low' ? undefined : f),
  'every finding told by itself, as medium': (f) => ({
    ...f,
    severity: 'medium',
    score: 1,
    confidence: 1,
  }),
};

/** What is found and wrongly told when a family of evidence or a part of the weight is missing. */
export async function ablate(
  { rounds, findings, injected }: World,
  entityDays: number,
): Promise<readonly Score[]> {
  const families = [...new Set(findings.map((f) => f.finder.family))].sort();
  const changes: readonly (readonly [string, Change])[] = [
    ['nothing', (f) => f],
    ...families.map(
      (family) =>
        [
          `without ${family}`,
          (f: Finding) => (f.finder.family === family ? undefined : f),
        ] as const,
    ),
    ...Object.entries(WEIGHTS),
  ];
  const scores: Score[] = [];
  for (const [name, change] of changes) {
    const { alerts } = await raise(
      rounds.map((round) => ({
        ...round,
        findings: round.findings.flatMap((f) => change(f) ?? []),
      })),
    );
    scores.push(score(name, claimsOf(alerts), injected.truth, entityDays));
  }
  return scores;
}
