import type { Table } from './column.ts';
import { ACTIVITY } from './tables/activity.ts';
import { anomalies } from './tables/anomalies.ts';
import { azureNetworkAnalytics } from './tables/azure-network-analytics.ts';
import { canaryEvents } from './tables/canary-events.ts';
import { flows } from './tables/flows.ts';
import { ntaIpDetails } from './tables/nta-ip-details.ts';
import { ntaNetAnalytics } from './tables/nta-net-analytics.ts';
import { ntaTopologyDetails } from './tables/nta-topology-details.ts';
import { ROLLUPS } from './tables/rollups.ts';
import { SECURITY } from './tables/security.ts';
import { threatIntelIndicators } from './tables/threat-intel-indicators.ts';
import { threatIntelligenceIndicator } from './tables/threat-intelligence-indicator.ts';

export {
  type Column,
  defineColumns,
  defineTable,
  KQL_TYPES,
  type KqlType,
  type Table,
  UNITS,
  type Unit,
} from './column.ts';
export { UNFILLED_TABLES, type UnfilledTable } from './sentinel.ts';
export { ACTIVITY, hostHours, pairDays, pairHours } from './tables/activity.ts';
export {
  internetExposure,
  observedAddresses,
  ROLLUPS,
  repeatedObservations,
  trafficByHost,
  trafficByPair,
  trafficByPlace,
  trafficByPort,
  trafficByRule,
} from './tables/rollups.ts';
export { SECURITY, securityAlert, securityIncident } from './tables/security.ts';
export {
  anomalies,
  azureNetworkAnalytics,
  canaryEvents,
  flows,
  ntaIpDetails,
  ntaNetAnalytics,
  ntaTopologyDetails,
  threatIntelIndicators,
};

/** Every table that people can name, in the order the reference page shows them. */
export const TABLES: readonly Table[] = [
  flows,
  ntaNetAnalytics,
  azureNetworkAnalytics,
  ntaIpDetails,
  ntaTopologyDetails,
  ...ROLLUPS,
  ...ACTIVITY,
  anomalies,
  ...SECURITY,
  threatIntelIndicators,
  threatIntelligenceIndicator,
  canaryEvents,
];

export const tablesByName: ReadonlyMap<string, Table> = new Map(TABLES.map((t) => [t.name, t]));
export { UNWRITTEN_SAMPLING } from './sampled-sources.ts';
