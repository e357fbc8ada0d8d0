import { severityRank, tacticOrder, worse } from '#core/alert/index.ts';
import type { AlertTold } from '#core/contract/index.ts';
import { formatCount } from '#web/base/format.ts';
import { distinctEntities, entityText, type Severity } from '../words.ts';

/** A part of an incident's story: one alert, or many of one kind that read as one sentence. */
export interface Chapter {
  /** In the order in which they happened; at least one. */
  readonly alerts: readonly AlertTold[];
  readonly severity: Severity;
  readonly first: string;
  readonly last: string;
}

/** So many alerts of one finder are one part of the story. */
const ONE_STORY = 4;
const NAMED = 2;

const stageOf = ({ tactics }: AlertTold): number => Math.max(-1, ...tactics.map(tacticOrder));

/** The alerts of an incident in the order in which they happened; those of one finder, when they are many, together. */
export function chaptersOf(alerts: readonly AlertTold[]): readonly Chapter[] {
  const inOrder = alerts.toSorted(
    (a, b) => Date.parse(a.first) - Date.parse(b.first) || stageOf(a) - stageOf(b),
  );
  const byFinder = new Map<string, readonly AlertTold[]>();
  for (const alert of inOrder) {
    const finder = `${alert.finder.kind} ${alert.finder.id}`;
    byFinder.set(finder, [...(byFinder.get(finder) ?? []), alert]);
  }
  return [...byFinder.values()]
    .flatMap((of) => (of.length >= ONE_STORY ? [of] : of.map((alert) => [alert])))
    .map(tellChapter)
    .toSorted((a, b) => inOrder.indexOf(a.alerts[0]!) - inOrder.indexOf(b.alerts[0]!));
}

function tellChapter(alerts: readonly AlertTold[]): Chapter {
  const [head] = alerts;
  if (!head) throw new Error('a chapter has at least one alert');
  return {
    alerts,
    severity: alerts.map((a) => a.severity).reduce(worse),
    first: head.first,
    last: alerts.map((a) => a.last).reduce((a, b) => (Date.parse(a) >= Date.parse(b) ? a : b)),
  };
}

/** The gravest alert of a chapter, which stands for the others. */
export const headOf = ({ alerts }: Chapter): AlertTold =>
  alerts.reduce((best, a) => (severityRank(a.severity) > severityRank(best.severity) ? a : best));

/** `35 alerts of Beacon to the internet: 35 addresses (10.0.0.4, 10.0.0.5, …) → 203.0.113.9`. */
export function sentenceOf({ alerts }: Chapter): string {
  const side = (role: 'actor' | 'target') =>
    distinctEntities(alerts.flatMap((a) => a.entities.filter((e) => e.role === role))).map(
      entityText,
    );
  const parts = [side('actor'), side('target')].filter((of) => of.length > 0).map(listed);
  return `${formatCount(alerts.length)} alerts of ${alerts[0]?.finder.name}: ${parts.join(' → ')}`;
}

function listed(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(' and ');
  return `${formatCount(names.length)} (${names.slice(0, NAMED).join(', ')}, …)`;
}
