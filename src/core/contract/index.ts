export {
  type ApiError,
  apiError,
  ERRORS,
  type ErrorBody,
  type ErrorCode,
  errorBody,
} from './errors.ts';
export { ACCESS, type Access, hasRole, ROLES, type Role, role } from './role.ts';
export {
  defineRoute,
  METHODS,
  type Method,
  pathParameters,
  printPath,
  type Route,
  type RouteInput,
  type RouteOutput,
  type RouteParsed,
} from './route.ts';
export type { Account, ApiToken, AuditEntry, AuditVerdict, Me } from './routes/account.ts';
export type { KustoTable, KustoV1, KustoV2, LogAnalyticsAnswer } from './routes/clients.ts';
export { SERVER_EVENTS, type ServerEvent, serverEvent } from './routes/events.ts';
export type {
  AlertEntity,
  AlertScope,
  AlertTold,
  Bookmark,
  FinderStatistics,
  IncidentBrief,
  IncidentTold,
  SuppressionTold,
} from './routes/incidents.ts';
export { ROUTES, type RouteId } from './routes/index.ts';
export type { IntelFeed, IntelSighting } from './routes/intel.ts';
export { JOB_STATES, type Job } from './routes/load.ts';
export { type CanaryAnswer, OUTPUT_STATES, type OutputStatus } from './routes/outputs.ts';
export {
  type Completion,
  type Diagnostic,
  EXPORT_FORMATS,
  type Fix,
  type Hover,
  type QueryInput,
  type QueryResult,
  type Render,
  type ResultColumn,
  type SchemaAnswer,
  type Signature,
} from './routes/query.ts';
export {
  type DetectorTold,
  RULE_STATES,
  type RuleHistory,
  type RuleProblemTold,
  type RulesChecked,
  type RuleTold,
  type RuleWhole,
} from './routes/rules.ts';
export type { PastQuery, SavedQuery } from './routes/saved.ts';
export {
  type Behind,
  type Completeness,
  SOURCE_STATES,
  type SourceStatus,
  type StatusAnswer,
} from './routes/status.ts';
export type { Watchlist } from './routes/watchlists.ts';
export { type Timespan, timespan } from './shapes.ts';
export { z } from './zod.ts';
