export { type Claim, type DetectorText, makeFinding } from './claim.ts';
export {
  type AnyDetector,
  DAY,
  type Detector,
  HOUR,
  MINUTE,
  type Parameter,
  type Parameters,
  type Pass,
  valuesOf,
} from './detector.ts';
export { DETECTORS, findDetector } from './detectors.ts';
export { type Knowledge, makeKnowledge } from './knowledge.ts';
export type { Span } from './kql.ts';
export { type RitaScore, ritaScore } from './rita.ts';
export { ROLES, type Role, type Roles, readRoles, rolesKql } from './roles.ts';
export { type Row, toRows } from './row.ts';
export type { Sample, SampleFlows } from './sample.ts';
export { wilson } from './statistics.ts';
export { NO_ZONES, readZones, type Zones, type ZonesRead } from './zones.ts';
