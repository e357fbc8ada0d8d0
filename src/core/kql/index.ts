export * from './bound/expr.ts';
export {
  EXTERNAL_FORMATS,
  type ExternalData,
  type ExternalFormat,
  externalOf,
  externalTable,
  isAllowedUrl,
} from './bound/external.ts';
export * from './bound/graph.ts';
export { literalOf } from './bound/literal.ts';
export * as clickhouse from './clickhouse/index.ts';
export type { HostFunction, HostType, HostValue, Natives, ScanSql } from './dialect/dialect.ts';
export { quoteName, quoteText } from './dialect/duckdb.ts';
export { printStage } from './dialect/print.ts';
export type { PrintOptions } from './dialect/statement.ts';
export { DUCKDB_MACROS } from './functions/macros.ts';
export { hostFunctions } from './functions/registry.ts';
export type { GeoNatives, Hexagons, PlanePolygon } from './geo/natives.ts';
export { isTooDeep } from './limits.ts';
export { type PlanOptions, planQuery } from './plan/build.ts';
export { expandHost } from './plan/hosts.ts';
export type {
  HostParams,
  KnownLet,
  KnownRelation,
  OrderKey,
  Plan,
  PlanExpr,
  Rel,
  Render,
  Scan,
  ScanRange,
  SharedRel,
  Stage,
} from './plan/plan.ts';
export { type Kind, runs } from './plan/support.ts';
export { locate, type Refusal, type RefusalCode, RefusalError, refuse } from './refusal.ts';
export { EPOCH_TICKS, printDatetimeTicks, printTimespan } from './runtime/datetime.ts';
export { ASIM_FUNCTIONS, type StoredFunction } from './stored/asim.ts';
export {
  WATCHLIST_COLUMNS,
  WATCHLIST_DATABASE,
  watchlistAlias,
  watchlistFunctions,
  watchlistTable,
} from './stored/watchlists.ts';
