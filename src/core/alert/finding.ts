import type { Micros } from '#core/base/index.ts';
import type { Entity } from './entity.ts';
import type { Severity } from './severity.ts';

/** What can find something. `canary` is Weir testing itself. */
export const FINDER_KINDS = ['rule', 'detector', 'indicator', 'canary'] as const;
export type FinderKind = (typeof FINDER_KINDS)[number];

/** Who found it. */
export interface Finder {
  readonly kind: FinderKind;
  /** Stable: a rule's GUID, a detector's name, a feed's name. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Findings of one family are one sort of evidence: of these only the strongest counts. Such as `beacon`, `scan`. */
  readonly family: string;
}

export type FeatureValue = string | number | boolean | null | readonly (string | number)[];

/** Where the rows are that prove a finding. */
export interface Evidence {
  /** KQL that prints them, with its own time range. */
  readonly kql: string;
  /** How many rows it counted when it was found. */
  readonly rows: number;
}

/** How alerts of one rule join one incident (Sentinel's incidentConfiguration). */
export interface Grouping {
  readonly createIncident: boolean;
  readonly isEnabled: boolean;
  readonly reopenClosed: boolean;
  readonly lookback: Micros;
  readonly matching: 'AllEntities' | 'AnyAlert' | 'Selected';
  readonly byEntities: readonly string[];
  readonly byAlertDetails: readonly string[];
  readonly byCustomDetails: readonly string[];
}

/** What is said of entities, by whom, and what proves it: of a finding, and of the alert that people are told. */
export interface Claim {
  readonly finder: Finder;
  /** One line, without a full stop: `10.0.1.4 calls 203.0.113.9:443 every 60 s`. */
  readonly title: string;
  /** Why, in sentences a person can check: each names its numbers. */
  readonly reasons: readonly string[];
  readonly first: Micros;
  readonly last: Micros;
  readonly severity: Severity;
  /** 0 to 1: how often such a claim is right. */
  readonly confidence: number;
  /** ATT&CK tactics by name without spaces (`CommandAndControl`), techniques by id (`T1071.001`). */
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** The first actor and the first target are those of the title. */
  readonly entities: readonly Entity[];
  /** What the score was computed from, so that it can be computed again. */
  readonly features: Readonly<Record<string, FeatureValue>>;
  readonly evidence: readonly Evidence[];
  /** What a person should do next, most useful first. */
  readonly nextSteps: readonly string[];
  /** What harmless thing looks the same. */
  readonly falsePositives: readonly string[];
  /** Values that a rule's author asked for by name. */
  readonly customDetails: Readonly<Record<string, readonly string[]>>;
  /** Unset: the correlation of incidents decides by entities. */
  readonly grouping?: Grouping;
  /** How much of the same was seen (attempts, ports, bytes): people are told anew when this grows tenfold. */
  readonly magnitude: number;
}

/**
 * One claim with its proof: that these entities did this, then. The one shape that rules, detectors and indicator
 * matches hand on; findings add up to alerts, alerts to incidents.
 */
export interface Finding extends Claim {
  /**
   * The same for the same claim: made of finder, entities and whatever else tells two claims apart (a port, a rule's
   * group), and of no time unless each time is a claim of its own. A second finding of one key updates its alert.
   */
  readonly key: string;
  /** 0 to 1: how strongly the data shows it. */
  readonly score: number;
  /** True while what it was compared with is still being learned: its alert is two levels milder. */
  readonly isLearning?: boolean;
}
