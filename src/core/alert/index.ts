export { TACTICS, type Tactic, tacticOrder } from './attack.ts';
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
  readSeverity,
  SEVERITIES,
  type Severity,
  sentinelSeverity,
  severityRank,
  shiftSeverity,
  worse,
} from './severity.ts';
