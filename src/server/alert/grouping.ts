import {
  type Alert,
  type Assets,
  type Entity,
  entityKey,
  type Incident,
  type IncidentChange,
  isGrouped,
  type Link,
  linkAlerts,
  MERGING_STRENGTH,
  MOST_ALERTS,
  STAGE_WINDOW,
  severityRank,
  tellIncident,
} from '#core/alert/index.ts';
import type { AlertStore } from './alert-store.ts';
import { type IncidentStore, WEIR } from './incident-store.ts';
import type { Journal } from './journal.ts';
import { createSpecificity, type SpecificityDeps } from './specificity.ts';

export interface GroupingDeps extends SpecificityDeps {
  readonly alerts: AlertStore;
  readonly incidents: IncidentStore;
  readonly journal: Journal;
  readonly assets: Assets;
  readonly newId: () => string;
}

/**
 * Puts alerts to incidents. What happens in one transaction is told once an incident, by `settle`, however many alerts
 * came to it.
 */
export interface Grouper {
  /** Forgets what a transaction that failed left behind. */
  begin(): void;
  /** Finds or opens the incident of an alert that was raised or became graver; the alert as it is then. */
  place(alert: Alert): Alert;
  /** An alert of an incident changed: what the incident says is computed anew. */
  refresh(incident: number, change: IncidentChange): void;
  /** Opens an incident for alerts, whatever their severity. */
  open(alerts: readonly Alert[], who: string, why: string): Incident;
  /** Writes down and tells what changed since the last call. To be called in the same transaction. */
  settle(who?: string): void;
}

const MOST_CANDIDATES = 60;
/** Rank of the severity that opens an incident by itself: medium. */
const OPENS = severityRank('medium');
const STRENGTH = ['grown', 'changed', 'reopened', 'closed', 'opened'] as const;

interface Found {
  readonly alert: Alert;
  readonly link: Link;
}

export function createGrouper(deps: GroupingDeps): Grouper {
  const { alerts, incidents, journal, assets, newId, clock } = deps;
  /** Incidents that changed, and the most important change of each. */
  const touched = new Map<number, IncidentChange>();

  const touch = (incident: number, change: IncidentChange) => {
    const before = touched.get(incident);
    if (!before || STRENGTH.indexOf(change) > STRENGTH.indexOf(before))
      touched.set(incident, change);
  };

  const isCritical = (entity: Entity) => assets.find(entity)?.isCritical === true;

  function linked(alert: Alert): readonly Found[] {
    const specificity = createSpecificity(deps);
    const keys = alert.entities.filter((e) => e.role !== 'related').map(entityKey);
    return alerts
      .sharing([...new Set(keys)], alert.first - STAGE_WINDOW, MOST_CANDIDATES)
      .filter(
        (other) =>
          other.id !== alert.id &&
          !other.grouping &&
          !isNotice(other) &&
          !alerts.isApart(alert.id, other.id),
      )
      .map((other) => ({
        alert: other,
        link: linkAlerts(alert, other, (key) => specificity(alert, other, key)),
      }))
      .filter(({ link }) => link.isLinked)
      .toSorted((a, b) => b.link.strength - a.link.strength);
  }

  function isOpenWithRoom(number: number | undefined): number | undefined {
    if (number === undefined || !incidents.isOpen(number)) return undefined;
    return alerts.sizeOf(number) < MOST_ALERTS ? number : undefined;
  }

  function open(of: readonly Alert[], who: string, why: string): Incident {
    const now = clock();
    const incident = incidents.add((number) => ({
      number,
      id: newId(),
      version: 0,
      ...tellIncident(of, isCritical),
      state: 'New',
      verdict: undefined,
      comment: '',
      owner: undefined,
      labels: [],
      createdAt: now,
      changedAt: now,
      closedAt: undefined,
      changedBy: who,
      alerts: [],
      bookmarks: [],
      comments: [],
      mergedInto: undefined,
    }));
    incidents.note(incident.number, { at: now, who, kind: 'opened', says: why });
    for (const alert of of) add(alert, incident.number, undefined);
    touch(incident.number, 'opened');
    return incident;
  }

  function add(alert: Alert, incident: number, why: string | undefined): Alert {
    const placed = { ...alert, incident };
    alerts.save(placed);
    if (why !== undefined)
      incidents.note(incident, {
        at: clock(),
        who: WEIR,
        kind: 'alert',
        says: `${alert.title}. ${why}`,
      });
    touch(incident, 'grown');
    return placed;
  }

  /** Takes the alerts of a younger incident into an older one, once, where there is room. */
  function merge(from: number, into: number, why: string): void {
    const [source, target] = [incidents.find(from), incidents.find(into)];
    if (!source || !target || source.state === 'Closed') return;
    if (alerts.sizeOf(from) + alerts.sizeOf(into) > MOST_ALERTS) return;
    const moved = alerts.ofIncident(from);
    for (const alert of moved) alerts.save({ ...alert, incident: into });
    const now = clock();
    incidents.save({
      ...source,
      state: 'Closed',
      verdict: 'Undetermined',
      comment: `Merged into incident ${into}.`,
      closedAt: now,
      mergedInto: into,
      alerts: [],
    });
    incidents.note(from, {
      at: now,
      who: WEIR,
      kind: 'merged',
      says: `Merged into incident ${into}. ${why}`,
    });
    incidents.note(into, {
      at: now,
      who: WEIR,
      kind: 'merged',
      says: `Took in incident ${from} with ${moved.length} ${moved.length === 1 ? 'alert' : 'alerts'}. ${why}`,
    });
    touch(from, 'closed');
    touch(into, 'grown');
  }

  function placeByRule(alert: Alert): Alert {
    const { grouping } = alert;
    if (!grouping?.createIncident) return alert;
    const others = alerts
      .raisedByRule(alert.finder.id, alert.first - grouping.lookback)
      .filter((other) => other.id !== alert.id && isGrouped(alert, other));
    for (const { incident } of others) {
      if (isOpenWithRoom(incident) !== undefined)
        return add(alert, incident!, "Grouped by the rule's own settings.");
      const closed = incident === undefined ? undefined : incidents.find(incident);
      if (closed?.state === 'Closed' && closed.mergedInto === undefined && grouping.reopenClosed) {
        incidents.save({ ...closed, state: 'New', verdict: undefined, closedAt: undefined });
        incidents.note(closed.number, {
          at: clock(),
          who: WEIR,
          kind: 'state',
          says: 'Reopened: the rule reopens closed incidents for new alerts.',
        });
        touch(closed.number, 'reopened');
        return add(alert, closed.number, "Grouped by the rule's own settings.");
      }
    }
    const incident = open([alert], WEIR, 'The rule opens an incident for its alerts.');
    return { ...alert, incident: incident.number };
  }

  function place(alert: Alert): Alert {
    if (alert.finder.kind === 'canary' || alert.incident !== undefined) return alert;
    if (alert.grouping) return placeByRule(alert);
    if (isNotice(alert)) return alert;
    const found = linked(alert);
    const homes = [...new Set(found.flatMap((f) => isOpenWithRoom(f.alert.incident) ?? []))];
    const best = found.find((f) => homes.includes(f.alert.incident ?? -1));
    const strays = found.filter((f) => f.alert.incident === undefined);
    let placed = alert;
    if (best) placed = add(alert, best.alert.incident!, best.link.says);
    else if (
      severityRank(alert.severity) >= OPENS ||
      isTelling([alert, ...strays.map((f) => f.alert)])
    ) {
      const incident = open([alert], WEIR, opensBecause(alert));
      placed = { ...alert, incident: incident.number };
    } else return alert;
    const home = placed.incident!;
    const specificity = createSpecificity(deps);
    for (const { alert: stray } of strays)
      add(stray, home, linkAlerts(stray, alert, (key) => specificity(stray, alert, key)).says);
    mergeHomes(placed, homes, found);
    return placed;
  }

  /**
   * Incidents that an alert is tied to strongly become the oldest of them; of the others it is said that they may be one.
   * For this what an incident holds does not make its entities more telling: else the larger it is, the more it takes in.
   */
  function mergeHomes(alert: Alert, homes: readonly number[], found: readonly Found[]): void {
    const home = alert.incident;
    const specificity = createSpecificity(deps);
    const ties = new Map<number, Link>();
    for (const { alert: other } of found) {
      const number = other.incident;
      if (number === undefined || !homes.includes(number)) continue;
      const link = linkAlerts(alert, other, (key) => specificity(alert, other, key, true));
      if (link.strength > (ties.get(number)?.strength ?? 0)) ties.set(number, link);
    }
    const isStrong = (number: number) => (ties.get(number)?.strength ?? 0) >= MERGING_STRENGTH;
    const [oldest, ...younger] = homes.filter(isStrong).toSorted((x, y) => x - y);
    for (const [number, { says }] of ties)
      if (number !== home && !isStrong(number))
        incidents.note(home!, {
          at: clock(),
          who: WEIR,
          kind: 'alert',
          says: `It may be one with incident ${number}. ${says}`,
        });
    for (const from of younger) merge(from, oldest!, ties.get(from)!.says);
  }

  return {
    open,
    begin: () => touched.clear(),
    refresh: touch,
    place(alert) {
      const placed = place(alert);
      // A merge may have moved it on.
      return alerts.alert(placed.id) ?? placed;
    },
    settle(who = WEIR) {
      for (const [number, change] of touched) {
        const incident = incidents.find(number);
        if (!incident) continue;
        const of = alerts.ofIncident(number);
        const next: Incident = {
          ...incident,
          ...(of.length > 0 ? keepJudged(incident, tellIncident(of, isCritical)) : {}),
          alerts: of.map((a) => a.id),
          version: incident.version + 1,
          changedAt: clock(),
          changedBy: who,
        };
        incidents.save(next);
        journal.tellIncident(next, change, next.changedAt);
      }
      touched.clear();
    },
  };
}

/** A title or severity that a person gave stays. */
function keepJudged(incident: Incident, told: ReturnType<typeof tellIncident>) {
  const { byHand } = incident;
  return {
    ...told,
    ...(byHand?.title === undefined ? {} : { title: byHand.title }),
    ...(byHand?.severity === undefined
      ? {}
      : { severity: byHand.severity, severityReason: 'Set by hand.' }),
  };
}

/** What is good to know and no more is a part of no intrusion, unless a person says so. */
const isNotice = (alert: Alert): boolean =>
  severityRank(alert.severity) === 0 && alert.incident === undefined;

/** Low alerts are an incident once they are so many different steps of an intrusion. */
const STEPS = 3;
const isTelling = (of: readonly Alert[]): boolean =>
  new Set(of.flatMap((a) => a.tactics)).size >= STEPS;

const opensBecause = (alert: Alert): string =>
  severityRank(alert.severity) >= OPENS
    ? `Opened by an alert of ${alert.severity} severity: ${alert.title}.`
    : `Opened because ${STEPS} steps of an intrusion belong together, the last: ${alert.title}.`;
