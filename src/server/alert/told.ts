import {
  type Alert,
  type Incident,
  type Suppression,
  scopesFor,
  tellScope,
} from '#core/alert/index.ts';
import { type Micros, printInstant } from '#core/base/index.ts';
import type { AlertTold, IncidentBrief, SuppressionTold } from '#core/contract/index.ts';

const MOST_ENTITIES = 8;

/** An alert in the words of the API. */
export function tellAlert(alert: Alert): AlertTold {
  const nameOf = (finder: string) => (finder === alert.finder.id ? alert.finder.name : finder);
  return {
    id: alert.id,
    version: alert.version,
    title: alert.title,
    finder: { ...alert.finder },
    severity: alert.severity,
    weight: alert.weight,
    confidence: alert.confidence,
    state: alert.state,
    verdict: alert.verdict ?? null,
    first: printInstant(alert.first),
    last: printInstant(alert.last),
    raisedAt: printInstant(alert.raisedAt),
    reasons: [...alert.reasons],
    decisions: [...alert.decisions],
    tactics: [...alert.tactics],
    techniques: [...alert.techniques],
    entities: alert.entities.map(tellEntity),
    features: { ...alert.features },
    evidence: alert.evidence.map((e) => ({ ...e })),
    nextSteps: [...alert.nextSteps],
    falsePositives: [...alert.falsePositives],
    customDetails: Object.fromEntries(
      Object.entries(alert.customDetails).map(([name, values]) => [name, [...values]]),
    ),
    findings: alert.findings,
    incident: alert.incident ?? null,
    scopes: scopesFor(alert).map((scope) => ({
      scope: tellScopeData(scope),
      says: tellScope(scope, nameOf),
    })),
  };
}

const tellEntity = ({ type, identifiers, role, isInside }: Alert['entities'][number]) => ({
  type,
  identifiers: { ...identifiers },
  role,
  ...(isInside === undefined ? {} : { isInside }),
});

function tellScopeData(scope: Suppression['scope']): SuppressionTold['scope'] {
  const { finders, actors, targets, entities, ports, upTo } = scope;
  return {
    ...(finders ? { finders: [...finders] } : {}),
    ...(actors ? { actors: [...actors] } : {}),
    ...(targets ? { targets: [...targets] } : {}),
    ...(entities ? { entities: [...entities] } : {}),
    ...(ports ? { ports: [...ports] } : {}),
    ...(upTo ? { upTo } : {}),
  };
}

export function tellIncidentBrief(incident: Incident): IncidentBrief {
  return {
    number: incident.number,
    title: incident.title,
    severity: incident.severity,
    state: incident.state,
    verdict: incident.verdict ?? null,
    owner: incident.owner ?? null,
    first: printInstant(incident.first),
    last: printInstant(incident.last),
    createdAt: printInstant(incident.createdAt),
    changedAt: printInstant(incident.changedAt),
    tactics: [...incident.tactics],
    entities: incident.entities.slice(0, MOST_ENTITIES).map(tellEntity),
    alerts: incident.alerts.length,
    labels: [...incident.labels],
  };
}

export const tellWhen = (at: Micros | undefined): string | null =>
  at === undefined ? null : printInstant(at);

export function tellSuppression(
  suppression: Suppression,
  now: Micros,
  nameOf: (finder: string) => string,
  warning: string | null,
): SuppressionTold {
  return {
    id: suppression.id,
    scope: tellScopeData(suppression.scope),
    says: tellScope(suppression.scope, nameOf),
    reason: suppression.reason,
    owner: suppression.owner,
    createdAt: printInstant(suppression.createdAt),
    expiresAt: printInstant(suppression.expiresAt),
    isActive: suppression.expiresAt > now,
    hits: suppression.hits,
    lastHit: tellWhen(suppression.lastHit),
    warning,
  };
}
