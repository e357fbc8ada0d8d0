import type { Micros } from '#core/base/index.ts';
import type { Claim } from './finding.ts';

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
export interface Alert extends Claim {
  /** A UUID. */
  readonly id: string;
  /** From 1; grows whenever people and outputs are told anew. */
  readonly version: number;
  /** The key of the finding it stands for, or `sum ENTITY` for several weak ones. */
  readonly key: string;
  /** What was decided about it, in the order it was, each with its reason. */
  readonly decisions: readonly string[];
  /** 0 to 1: score and confidence of the finding, and what is known of its finder and entities. */
  readonly weight: number;
  readonly state: AlertState;
  readonly verdict: Verdict | undefined;
  /** When people were told first, and last. */
  readonly raisedAt: Micros;
  readonly changedAt: Micros;
  /** `magnitude` when people were told last. */
  readonly toldMagnitude: number;
  /** Findings it stands for: of its own key, and further ones of the same finder and entity past the daily cap. */
  readonly findings: number;
  /** Families of the findings it stands for. */
  readonly families: readonly string[];
  readonly incident: number | undefined;
}
