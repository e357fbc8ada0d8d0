export {
  ADD_UP_WINDOW,
  absorb,
  DAILY_CAP,
  followUp,
  mergeFindings,
  NOTICE_CAP,
  QUIET_GAP,
  raiseAlert,
  raiseTogether,
  SUM_FINDER,
  subjectOf,
} from './accumulate.ts';
export {
  ALERT_CHANGES,
  ALERT_STATES,
  type Alert,
  type AlertChange,
  type AlertState,
  VERDICTS,
  type Verdict,
} from './alert.ts';
export { type Asset, type Assets, createAssets } from './asset.ts';
export { TACTICS, type Tactic, tacticOrder } from './attack.ts';
export {
  isGrouped,
  LINK_WINDOW,
  type Link,
  linkAlerts,
  MERGING_STRENGTH,
  type Specificity,
  STAGE_WINDOW,
} from './correlate.ts';
export {
  ENTITY_TYPES,
  type Entity,
  type EntityRole,
  type EntityType,
  entityKey,
  ipEntity,
} from './entity.ts';
export {
  type Evidence,
  type FeatureValue,
  FINDER_KINDS,
  type Finder,
  type FinderKind,
  type Finding,
  type Grouping,
} from './finding.ts';
export {
  INCIDENT_STATES,
  type Incident,
  type IncidentComment,
  type IncidentState,
  MOST_ALERTS,
  type Told,
  tellIncident,
} from './incident.ts';
export { INCIDENT_CHANGES, type IncidentChange, type LogEntry } from './log.ts';
export {
  ENOUGH_TO_PROPOSE,
  POOR_PRECISION,
  pairOf,
  precisionOf,
  shareInterval,
  type Tally,
  tallyOf,
  trustOf,
} from './precision.ts';
export { alertRow, incidentPath, incidentRow, type StateRow } from './rows.ts';
export {
  readSeverity,
  SEVERITIES,
  type Severity,
  sentinelSeverity,
  severityRank,
  shiftSeverity,
  worse,
} from './severity.ts';
export {
  compileScope,
  portsOf,
  type Suppressible,
  type Suppression,
  type SuppressionScope,
  scopesFor,
  tellScope,
  USUAL_SUPPRESSION,
} from './suppression.ts';
export { ALONE, addUp, hasGrown, type Signal, TOGETHER, type Weighed, weigh } from './weigh.ts';
