import type { Micros } from '#core/base/index.ts';
import type { Entity } from './entity.ts';
import type { Evidence, FeatureValue, Finder, Grouping } from './finding.ts';
import type { Severity } from './severity.ts';

/** What an analyst found an alert to be, by Sentinel's names of an incident's classification. */
export const VERDICTS = [
  'TruePositive',
  'BenignPositive',
  'FalsePositive',
  'Undetermined',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export const ALERT_STATES = ['open', 'closed'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** Why a version of an alert was written down. */
export const ALERT_CHANGES = ['raised', 'grown', 'graver', 'again', 'judged'] as const;
export type AlertChange = (typeof ALERT_CHANGES)[number];

/**
 * What a person is told: one claim, or several weak ones about the same entity. Plain data; a later version of the same
 * `id` replaces an earlier one.
 */
export interface Alert {
  /** A UUID. */
  readonly id: string;
  /** From 1; grows whenever people and outputs are told anew. */
  readonly version: number;
  /** The key of the finding it stands for, or `sum ENTITY` for several weak ones. */
  readonly key: string;
  readonly finder: Finder;
  readonly title: string;
  readonly reasons: readonly string[];
  /** What was decided about it, in the order it was, each with its reason. */
  readonly decisions: readonly string[];
  readonly severity: Severity;
  /** 0 to 1: score and confidence of the finding, and what is known of its finder and entities. */
  readonly weight: number;
  readonly confidence: number;
  readonly state: AlertState;
  readonly verdict: Verdict | undefined;
  readonly first: Micros;
  readonly last: Micros;
  /** When people were told first, and last. */
  readonly raisedAt: Micros;
  readonly changedAt: Micros;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly Entity[];
  readonly features: Readonly<Record<string, FeatureValue>>;
  readonly evidence: readonly Evidence[];
  readonly nextSteps: readonly string[];
  readonly falsePositives: readonly string[];
  readonly customDetails: Readonly<Record<string, readonly string[]>>;
  readonly magnitude: number;
  /** `magnitude` when people were told last. */
  readonly toldMagnitude: number;
  /** Findings it stands for: of its own key, and further ones of the same finder and entity past the daily cap. */
  readonly findings: number;
  /** Families of the findings it stands for. */
  readonly families: readonly string[];
  readonly grouping?: Grouping;
  readonly incident: number | undefined;
}
