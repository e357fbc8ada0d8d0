export { type Alerts, type AlertsOptions, createAlerts } from './create-alerts.ts';
export { AlertRefused } from './refused.ts';
export type { Taken } from './take.ts';
