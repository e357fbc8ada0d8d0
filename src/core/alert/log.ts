import type { Micros } from '#core/base/index.ts';
import type { Alert, AlertChange } from './alert.ts';
import type { Incident } from './incident.ts';

/**
 * One thing that people and outputs are told: a version of an alert or of an incident. `number` only grows, and is what a
 * reader's cursor holds. `id` and `version` together name it, wherever it is sent.
 */
export type LogEntry =
  | {
      readonly number: number;
      readonly at: Micros;
      readonly kind: 'alert';
      readonly change: AlertChange;
      readonly alert: Alert;
    }
  | {
      readonly number: number;
      readonly at: Micros;
      readonly kind: 'incident';
      readonly change: IncidentChange;
      readonly incident: Incident;
    };

export const INCIDENT_CHANGES = ['opened', 'grown', 'changed', 'closed', 'reopened'] as const;
export type IncidentChange = (typeof INCIDENT_CHANGES)[number];
