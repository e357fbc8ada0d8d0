import type { Entity, FeatureValue, Finding, Severity } from '#core/alert/index.ts';
import { type Micros, printCount } from '#core/base/index.ts';
import { clamp, round3 } from './statistics.ts';

/** What a detector says of one case; the rest of a finding is the detector's own. */
export interface Claim {
  /** What tells this claim from another of the detector: addresses, ports. No times. */
  readonly about: readonly (string | number | null)[];
  readonly title: string;
  readonly reasons: readonly string[];
  readonly first: Micros;
  readonly last: Micros;
  readonly severity: Severity;
  readonly score: number;
  readonly confidence: number;
  readonly entities: readonly Entity[];
  readonly features: Readonly<Record<string, FeatureValue>>;
  /** KQL of the rows, and how many flows it counted. */
  readonly evidence: { readonly kql: string; readonly rows: number };
  readonly magnitude: number;
  /** In place of the detector's own where this case says more. */
  readonly techniques?: readonly string[];
  readonly tactics?: readonly string[];
  readonly nextSteps?: readonly string[];
}

/** What is told of a detector to people. */
export interface DetectorText {
  readonly name: string;
  readonly title: string;
  /** Findings of one family are one sort of evidence. */
  readonly family: string;
  readonly version: string;
  /** One sentence: what it finds. */
  readonly says: string;
  /** Where its formula is from. */
  readonly source: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly falsePositives: readonly string[];
  readonly nextSteps: readonly string[];
}

export function makeFinding(detector: DetectorText, claim: Claim): Finding {
  const { about, evidence, techniques, tactics, nextSteps, features, ...rest } = claim;
  return {
    ...rest,
    key: [detector.name, ...about.map((part) => part ?? '-')].join(' '),
    finder: {
      kind: 'detector',
      id: detector.name,
      name: detector.title,
      version: detector.version,
      family: detector.family,
    },
    score: round3(clamp(claim.score)),
    confidence: round3(clamp(claim.confidence)),
    tactics: tactics ?? detector.tactics,
    techniques: techniques ?? detector.techniques,
    features: Object.fromEntries(
      Object.entries(features).map(([name, value]) => [
        name,
        typeof value === 'number' ? round3(value) : value,
      ]),
    ),
    evidence: [evidence],
    nextSteps: nextSteps ?? detector.nextSteps,
    falsePositives: detector.falsePositives,
    customDetails: {},
  };
}

/** `In the day before`, `In the 3 days before`. */
export const inDaysBefore = (days: number): string =>
  days < 1.5 ? 'In the day before' : `In the ${printCount(days)} days before`;

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The sources, hosts or ports that a sentence names: a few, and how many more. */
export function some(values: readonly (string | number)[], most = 5): string {
  const named = values.slice(0, most).join(', ');
  return values.length > most ? `${named} and ${printCount(values.length - most)} more` : named;
}
