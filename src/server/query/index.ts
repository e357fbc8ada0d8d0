export { QUERY_ERRORS, QueryError, type QueryErrorCode } from './errors.ts';
export { DEFAULT_LIMITS, type QueryLimits } from './limits.ts';
export { type Answer, PRINTERS, type Printer, printersByName, printTable } from './print/index.ts';
export type { CatalogParts } from './protocol.ts';
export type {
  Checked,
  Completed,
  EngineName,
  Explained,
  QueryRequest,
  QueryResult,
  QueryService,
  QueryWarning,
} from './query.ts';
export { ENGINES } from './query.ts';
export type { Interval } from './scan.ts';
export { createQueryService, type QueryServiceDeps } from './service.ts';
export type { ListKeeper, ReadableList } from './watchlists.ts';
