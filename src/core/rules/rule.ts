import type { EntityRole, EntityType, Grouping, Severity } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';

/** When a rule runs. `every`: over the last `period` of event time. Near real time: over what was just committed. */
export type Schedule =
  | { readonly kind: 'every'; readonly frequency: Micros; readonly period: Micros }
  | { readonly kind: 'near-real-time' };

export const TRIGGER_OPERATORS = ['gt', 'lt', 'eq', 'ne'] as const;
export type TriggerOperator = (typeof TRIGGER_OPERATORS)[number];

/** How many rows the query must give for the rule to fire. */
export interface Trigger {
  readonly operator: TriggerOperator;
  readonly threshold: number;
}

/** How columns of the result become an entity. */
export interface EntityMapping {
  readonly type: EntityType;
  readonly role: EntityRole;
  readonly fields: readonly { readonly identifier: string; readonly column: string }[];
}

/** What of an alert the result's columns decide; formats hold `{{column}}`. */
export interface AlertDetails {
  readonly nameFormat?: string;
  readonly descriptionFormat?: string;
  readonly severityColumn?: string;
  readonly tacticsColumn?: string;
  readonly techniquesColumn?: string;
  /** Other properties of the alert, such as `RemediationSteps`. */
  readonly properties: readonly { readonly property: string; readonly column: string }[];
}

export type SampleValue = string | number | boolean | null | readonly unknown[] | object;
export type SampleRow = Readonly<Record<string, SampleValue>>;

/** Rows that a rule must, or must not, fire on. Times may be relative: `-5m` is five minutes before `now`. */
export interface RuleTest {
  readonly name: string;
  readonly isFiring: boolean;
  /** Rows by table; other tables are empty. */
  readonly tables: Readonly<Record<string, readonly SampleRow[]>>;
  /** When the rule runs, µs; the end of the last hour of the test's times when absent. */
  readonly now?: Micros;
  readonly line?: number;
}

/** A rule, whatever it was written in: KQL, when it runs, and what its result means. */
export interface Rule {
  /** Stable and unique: a GUID, or a slug. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** What a person can read and run. */
  readonly query: string;
  readonly schedule: Schedule;
  readonly trigger: Trigger;
  /** After it fired it rests for so long. */
  readonly suppression?: Micros;
  /** One alert for all rows of a run, or one for each (at most 150). */
  readonly eventGrouping: 'SingleAlert' | 'AlertPerResult';
  readonly entities: readonly EntityMapping[];
  /** Columns that hold entities as JSON (Sentinel's sentinelEntitiesMappings). */
  readonly entityColumns: readonly string[];
  readonly alertDetails: AlertDetails;
  /** Column by the name that it has in the alert. */
  readonly customDetails: Readonly<Record<string, string>>;
  readonly grouping?: Grouping;
  readonly falsePositives: readonly string[];
  readonly nextSteps: readonly string[];
  readonly references: readonly string[];
  readonly tests: readonly RuleTest[];
  readonly version: string;
  /** Whether it runs until somebody says otherwise. */
  readonly isEnabled: boolean;
  /** Which logs its author had in mind, as they are called elsewhere. */
  readonly connectors?: readonly string[];
  /** What its author should know: approximations, ids that were mapped, fields that are not read. */
  readonly warnings: readonly string[];
  readonly source: { readonly file: string; readonly line: number; readonly format: string };
}

/** Limits that Sentinel has, too. */
export const LIMITS = {
  nameLength: 256,
  descriptionLength: 5000,
  queryLength: 100_000,
  entityMappings: 10,
  customDetails: 20,
  alertsARun: 150,
  longestPeriod: 14 * 86_400_000_000,
  shortestFrequency: 60_000_000,
} as const;
