import type { Micros } from '#core/base/index.ts';
import type { Alert, Verdict } from './alert.ts';
import { tacticOrder } from './attack.ts';
import { type Entity, entityKey } from './entity.ts';
import { type Severity, severityRank, shiftSeverity, worse } from './severity.ts';

/** Sentinel's. */
export const INCIDENT_STATES = ['New', 'Active', 'Closed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** Alerts that belong together, and what people did about them. Plain data. */
export interface Incident {
  /** Sequential from 1: what people call it. */
  readonly number: number;
  /** A UUID: what tables call it. */
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  /** How the severity came about. */
  readonly severityReason: string;
  readonly state: IncidentState;
  readonly verdict: Verdict | undefined;
  /** Why it was closed. */
  readonly comment: string;
  readonly owner: string | undefined;
  readonly labels: readonly string[];
  /** Of the activity. */
  readonly first: Micros;
  readonly last: Micros;
  readonly createdAt: Micros;
  readonly changedAt: Micros;
  readonly closedAt: Micros | undefined;
  readonly changedBy: string;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** Actors first, then targets; each once. */
  readonly entities: readonly Entity[];
  readonly alerts: readonly string[];
  readonly bookmarks: readonly string[];
  readonly comments: readonly IncidentComment[];
  /** The incident that took its alerts in. */
  readonly mergedInto: number | undefined;
  /** What a person set; alerts that come later leave it as it is. */
  readonly byHand?: { readonly title?: string; readonly severity?: Severity };
}

export interface IncidentComment {
  readonly id: string;
  readonly at: Micros;
  readonly by: string;
  readonly text: string;
}

/** Most alerts of one incident; more are counted in its description, and open an incident of their own. */
export const MOST_ALERTS = 150;
const MOST_ENTITIES = 60;
/** Share of hosts that show the same, above which one family alone is milder. */
const COMMON_PREVALENCE = 0.2;
const MANY_TACTICS = 3;

/** What an incident says because of its alerts; empty incidents say that nothing is left. */
export interface Told {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly severityReason: string;
  readonly first: Micros;
  readonly last: Micros;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly entities: readonly Entity[];
}

/** `isCritical` says whether an entity is one of those that must not fall (tier 0). At least one alert. */
export function tellIncident(
  alerts: readonly Alert[],
  isCritical: (entity: Entity) => boolean,
): Told {
  const inOrder = alerts.toSorted((a, b) => a.first - b.first);
  const tactics = distinct(inOrder.flatMap((a) => a.tactics)).toSorted(
    (a, b) => tacticOrder(a) - tacticOrder(b),
  );
  const entities = entitiesOf(inOrder);
  const { severity, reason } = severityOf(inOrder, tactics, entities.filter(isCritical));
  return {
    title: titleOf(inOrder),
    description: inOrder
      .slice(0, MANY_SENTENCES)
      .map((a) => `${a.title}.`)
      .concat(
        inOrder.length > MANY_SENTENCES ? [`And ${inOrder.length - MANY_SENTENCES} more.`] : [],
      )
      .join(' '),
    severity,
    severityReason: reason,
    first: Math.min(...inOrder.map((a) => a.first)),
    last: Math.max(...inOrder.map((a) => a.last)),
    tactics,
    techniques: distinct(inOrder.flatMap((a) => a.techniques)),
    entities,
  };
}

const MANY_SENTENCES = 12;

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** Of several alerts the gravest speaks, with how many others there are, and whether they say the same. */
function titleOf(alerts: readonly Alert[]): string {
  const gravest = alerts.reduce((best, a) =>
    severityRank(a.severity) > severityRank(best.severity) ||
    (a.severity === best.severity && stageOf(a) > stageOf(best))
      ? a
      : best,
  );
  const others = alerts.length - 1;
  if (others === 0) return gravest.title;
  if (alerts.every((a) => a.finder.id === gravest.finder.id))
    return `${gravest.title}, and ${others} more like it`;
  return `${gravest.title}, and ${others} more ${others === 1 ? 'alert' : 'alerts'} that belong to it`;
}

const stageOf = (alert: Alert): number => Math.max(-1, ...alert.tactics.map(tacticOrder));

function entitiesOf(alerts: readonly Alert[]): readonly Entity[] {
  const found = new Map<string, Entity>();
  for (const role of ['actor', 'target', 'related'] as const)
    for (const alert of alerts)
      for (const entity of alert.entities) if (entity.role === role) addEntity(found, entity);
  return [...found.values()].slice(0, MOST_ENTITIES);
}

/** Of several that name the same the first counts, and whether it is inside from whoever knows it. */
function addEntity(found: Map<string, Entity>, entity: Entity): void {
  const key = entityKey(entity);
  const before = found.get(key);
  if (!before) found.set(key, entity);
  else if (before.isInside === undefined && entity.isInside !== undefined)
    found.set(key, { ...before, isInside: entity.isInside });
}

function severityOf(
  alerts: readonly Alert[],
  tactics: readonly string[],
  critical: readonly Entity[],
): { readonly severity: Severity; readonly reason: string } {
  const highest = alerts.map((a) => a.severity).reduce(worse);
  const parts = [`Its gravest alert is ${highest}`];
  let steps = 0;
  if (tactics.length >= MANY_TACTICS) {
    steps = 1;
    parts.push(`one more for ${tactics.length} steps of an intrusion`);
  } else if (critical[0]) {
    steps = 1;
    parts.push(`one more for ${entityKey(critical[0])}, which must not fall`);
  }
  const families = distinct(alerts.flatMap((a) => a.families));
  const prevalences = alerts.flatMap((a) => {
    const share = a.features['prevalence'];
    return typeof share === 'number' ? [share] : [];
  });
  if (
    families.length === 1 &&
    prevalences.length === alerts.length &&
    Math.min(...prevalences) > COMMON_PREVALENCE
  ) {
    steps -= 1;
    parts.push('one less because every fifth host or more shows the same');
  }
  return { severity: shiftSeverity(highest, steps), reason: `${parts.join('; ')}.` };
}
