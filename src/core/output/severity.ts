import type { Severity } from '#core/alert/index.ts';

/** How a step of our scale is told elsewhere. */
export interface SeverityNames {
  /** 0 to 10 (ArcSight Common Event Format). */
  readonly cef: number;
  /** 1 to 10 (QRadar LEEF 2.0). */
  readonly leef: number;
  /** RFC 5424, table 2: 2 critical … 6 informational. */
  readonly syslog: number;
  /** OCSF severity_id. */
  readonly ocsf: number;
  /** Elastic's default risk scores. */
  readonly ecs: number;
  /** PagerDuty Events v2. */
  readonly pagerduty: 'critical' | 'error' | 'warning' | 'info';
}

export const SEVERITY_NAMES: Readonly<Record<Severity, SeverityNames>> = {
  informational: { cef: 1, leef: 1, syslog: 6, ocsf: 1, ecs: 0, pagerduty: 'info' },
  low: { cef: 3, leef: 3, syslog: 5, ocsf: 2, ecs: 21, pagerduty: 'info' },
  medium: { cef: 5, leef: 5, syslog: 4, ocsf: 3, ecs: 47, pagerduty: 'warning' },
  high: { cef: 8, leef: 8, syslog: 3, ocsf: 4, ecs: 73, pagerduty: 'error' },
  critical: { cef: 10, leef: 10, syslog: 2, ocsf: 5, ecs: 99, pagerduty: 'critical' },
};
