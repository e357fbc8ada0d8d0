import type { Alert, Incident, LogEntry } from '#core/alert/index.ts';
import type { AlertMessage } from './message.ts';

/** The pages that alerts and incidents have. */
export interface Links {
  readonly alert: (alert: Alert) => string | undefined;
  readonly incident: (incident: Incident) => string | undefined;
}

/** What is sent of an entry of the log. */
export function messageOf(entry: LogEntry, links: Links): AlertMessage {
  return entry.kind === 'alert'
    ? alertMessage(entry.alert, links.alert(entry.alert))
    : incidentMessage(entry.incident, links.incident(entry.incident));
}

function alertMessage(alert: Alert, link: string | undefined): AlertMessage {
  const { id, version, title, severity, confidence, first, last, finder } = alert;
  const { tactics, techniques, entities, evidence, nextSteps } = alert;
  return {
    kind: 'alert',
    id,
    version,
    status: alert.state === 'closed' ? 'closed' : 'new',
    title,
    description: alert.reasons.join(' '),
    severity,
    confidence,
    detected: alert.raisedAt,
    updated: alert.changedAt,
    first,
    last,
    finder,
    tactics,
    techniques,
    entities,
    evidence,
    nextSteps,
    ...(alert.incident === undefined ? {} : { incidentId: String(alert.incident) }),
    ...(link === undefined ? {} : { link }),
  };
}

const STATUS = { New: 'new', Active: 'active', Closed: 'closed' } as const;

function incidentMessage(incident: Incident, link: string | undefined): AlertMessage {
  const { id, version, title, description, severity, first, last } = incident;
  const { tactics, techniques, entities } = incident;
  return {
    kind: 'incident',
    id,
    version,
    status: STATUS[incident.state],
    title,
    description,
    severity,
    // Its alerts carry how sure they are; that they belong together is by the entities named.
    confidence: 1,
    detected: incident.createdAt,
    updated: incident.changedAt,
    first,
    last,
    finder: {
      kind: 'rule',
      id: 'incident',
      name: 'Incident',
      version: '1',
      family: 'incident',
    },
    tactics,
    techniques,
    entities,
    evidence: [],
    nextSteps: [],
    ...(incident.owner === undefined ? {} : { owner: incident.owner }),
    incidentId: String(incident.number),
    ...(link === undefined ? {} : { link }),
  };
}
