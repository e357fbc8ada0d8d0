import {
  type Alert,
  ENOUGH_TO_PROPOSE,
  entityKey,
  type Incident,
  POOR_PRECISION,
  severityRank,
  shareInterval,
} from '#core/alert/index.ts';
import { MICROS_PER_DAY, type Micros, printInstant } from '#core/base/index.ts';
import type {
  AlertTold,
  FinderStatistics,
  IncidentTold,
  ROUTES,
  RouteOutput,
} from '#core/contract/index.ts';
import type { AlertLists } from './alert-lists.ts';
import type { AlertStore } from './alert-store.ts';
import type { In } from './desk.ts';
import type { IncidentStore } from './incident-store.ts';
import { AlertRefused } from './refused.ts';
import { tellAlert, tellIncidentBrief, tellWhen } from './told.ts';

export interface AskDeps {
  readonly alerts: AlertStore;
  readonly lists: AlertLists;
  readonly incidents: IncidentStore;
  readonly clock: () => Micros;
}

/** What people ask of alerts and incidents. */
export interface Answers {
  incidents(input: In<'incidents'>): Omit<RouteOutput<(typeof ROUTES)['incidents']>, 'owners'>;
  /** Throws AlertRefused. */
  incident(number: number): IncidentTold;
  alerts(input: In<'alerts'>): { readonly alerts: AlertTold[]; readonly total: number };
  alertStatistics(days: number): FinderStatistics[];
}

const MOST_RELATED = 8;
const OPEN = ['New', 'Active'] as const;

export function createAnswers({ alerts, lists, incidents, clock }: AskDeps): Answers {
  /** Others of the last 30 days that share an entity which acts or is acted upon. */
  function relatedTo(incident: Incident, of: readonly Alert[]): IncidentTold['related'] {
    const keys = new Set(
      of.flatMap((a) => a.entities.filter((e) => e.role !== 'related').map(entityKey)),
    );
    const shared = new Map<number, Set<string>>();
    for (const { incident: number, entity } of alerts.incidentsWith([...keys]))
      if (number !== incident.number)
        shared.set(number, (shared.get(number) ?? new Set()).add(entity));
    return [...shared]
      .toSorted(([a], [b]) => b - a)
      .flatMap(([number, entities]) => {
        const found = incidents.find(number);
        return found ? [{ ...tellIncidentBrief(found), shared: [...entities] }] : [];
      })
      .slice(0, MOST_RELATED);
  }

  return {
    incidents(input) {
      const { states, severity, owner, text, entity, since, limit } = input;
      const found = incidents.list({
        states,
        severity: severityRank(severity),
        owner: owner === '-' ? '' : owner,
        text,
        entity,
        since: since === undefined ? undefined : Date.parse(since) * 1000,
        limit,
      });
      return {
        incidents: found.incidents.map(tellIncidentBrief),
        total: found.total,
        open: incidents.count(OPEN),
      };
    },
    incident(number) {
      const incident = incidents.find(number);
      if (!incident)
        throw new AlertRefused(
          'not-found',
          `There is no incident ${number}.`,
          'Look it up in the list of incidents.',
        );
      const of = alerts.ofIncident(number);
      return {
        ...tellIncidentBrief(incident),
        entities: incident.entities.map((e) => ({ ...e, identifiers: { ...e.identifiers } })),
        id: incident.id,
        description: incident.description,
        severityReason: incident.severityReason,
        comment: incident.comment,
        closedAt: tellWhen(incident.closedAt),
        techniques: [...incident.techniques],
        mergedInto: incident.mergedInto ?? null,
        alertList: of.map(tellAlert),
        events: incidents.events(number).map(({ at, who, kind, says }) => ({
          at: printInstant(at),
          who,
          kind,
          says,
        })),
        bookmarks: incidents.bookmarks(number).map(({ at, who, ...rest }) => ({
          ...rest,
          by: who,
          at: printInstant(at),
        })),
        related: relatedTo(incident, of),
      };
    },
    alerts({ since, state, severity, text, finder, entity, isUnplaced, limit }) {
      const found = lists.list({
        since: since === undefined ? 0 : Date.parse(since) * 1000,
        state,
        severity: severityRank(severity),
        text,
        finder,
        entity,
        isUnplaced,
        limit,
      });
      return { alerts: found.alerts.map(tellAlert), total: found.total };
    },
    alertStatistics: (days) =>
      lists.statistics(clock() - days * MICROS_PER_DAY).map((row) => {
        const right = row.truePositives;
        const wrong = row.falsePositives + row.benignPositives;
        const interval = shareInterval({ right, wrong });
        const precision = interval ? right / (right + wrong) : null;
        const isPoor =
          precision !== null && right + wrong >= ENOUGH_TO_PROPOSE && precision < POOR_PRECISION;
        return {
          ...row,
          alertsPerDay: row.alerts / days,
          precision,
          interval: interval ? [...interval] : null,
          proposal: isPoor
            ? `Only ${right} of ${right + wrong} verdicts said that it was right. Raise its threshold, or suppress what it is mostly wrong about.`
            : null,
        };
      }),
  };
}
