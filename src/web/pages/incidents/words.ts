import type { AlertEntity, IncidentBrief } from '#core/contract/index.ts';
import { exploreHref } from '#web/base/explore-link.ts';
import { kqlString, kqlWithin } from '#web/base/kql.ts';
import type { Interval } from '#web/base/range.ts';
import type { Tone } from '#web/widgets/index.ts';

export type Severity = IncidentBrief['severity'];
export type Verdict = NonNullable<IncidentBrief['verdict']>;
type State = IncidentBrief['state'];

export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {
  critical: 'bad',
  high: 'bad',
  medium: 'deny',
  low: 'plain',
  informational: 'plain',
};

export const STATE_TONES: Readonly<Record<State, Tone>> = {
  New: 'deny',
  Active: 'allow',
  Closed: 'plain',
};

interface VerdictWords {
  readonly text: string;
  /** What choosing it does. */
  readonly means: string;
}

export const VERDICT_WORDS: Readonly<Record<Verdict, VerdictWords>> = {
  TruePositive: {
    text: 'A real attack',
    means: 'Counts for whoever found it: the same pair weighs more from now on.',
  },
  BenignPositive: {
    text: 'Real, but harmless',
    means:
      'It happened and is fine. The same stays silent unless it becomes graver or ten times as much.',
  },
  FalsePositive: {
    text: 'A false alarm',
    means:
      'It did not happen so. The same stays silent, and the same pair weighs less from now on.',
  },
  Undetermined: {
    text: 'Cannot be told',
    means: 'Counts neither for nor against whoever found it.',
  },
};

/** `CommandAndControl` → `Command and control`. */
export function tacticWords(tactic: string): string {
  const words = tactic.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What people call an entity: its address, its name. */
export const entityText = ({ identifiers }: AlertEntity): string =>
  Object.values(identifiers).join(' ');

export const entityKeyOf = ({ type, identifiers }: AlertEntity): string =>
  `${type} ${Object.keys(identifiers)
    .sort()
    .map((name) => identifiers[name])
    .join(' ')}`;

/** Entities once each, whatever their part. */
export function distinctEntities(entities: readonly AlertEntity[]): readonly AlertEntity[] {
  const found = new Map<string, AlertEntity>();
  for (const entity of entities)
    if (!found.has(entityKeyOf(entity))) found.set(entityKeyOf(entity), entity);
  return [...found.values()];
}

/** Flows of an address within an interval, in Explore. */
export const flowsHref = (address: string, interval: Interval): string =>
  exploreHref(
    `Flows\n| where ${kqlWithin('TimeGenerated', interval)}\n| where SrcIp == ${kqlString(address)} or DestIp == ${kqlString(address)}\n| order by TimeGenerated asc`,
  );

/** An interval of milliseconds around two instants of the API. */
export const intervalOf = ({
  first,
  last,
}: {
  readonly first: string;
  readonly last: string;
}): Interval => ({
  from: Date.parse(first),
  to: Date.parse(last) + 1000,
});
