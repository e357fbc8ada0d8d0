export { type AnswerBody, heldBody } from './body.ts';
export { ENGINES, type EngineName } from './engine-name.ts';
export { QUERY_ERRORS, QueryError, type QueryErrorCode } from './errors.ts';
export type { ExternalFiles } from './external.ts';
export type { GivenRows } from './given.ts';
export { DEFAULT_LIMITS, type QueryLimits } from './limits.ts';
export {
  type Answer,
  type Form,
  PRINTERS,
  type Printer,
  printAnswer,
  printTable,
} from './print/index.ts';
export type { CatalogParts } from './protocol.ts';
export type {
  AnswerFacts,
  Checked,
  Completed,
  Explained,
  PrintedAnswer,
  QueryRequest,
  QueryResult,
  QueryService,
  QueryWarning,
} from './query.ts';
export type { Interval, WholeFile } from './scan.ts';
export { createQueryService, type QueryServiceDeps } from './service.ts';
export type { ListKeeper, ReadableList } from './watchlists.ts';
