export {
  type Completion,
  type CompletionItem,
  complete,
  type Fix,
  fixes,
  format,
  type Hover,
  hover,
  type Signature,
  signature,
} from './assist.ts';
export { type BatchOptions, emptyScan, runBatch } from './batch.ts';
export { type ExtraTables, makeCatalog } from './catalog.ts';
export {
  emptyClickhouseScan,
  executeOnClickhouse,
  type PrintedResult,
} from './clickhouse.ts';
export { hostsByName } from './clickhouse-hosts.ts';
export {
  type Catalog,
  type CatalogFunction,
  type CatalogTable,
  type Diagnostic,
  warmUp,
} from './kusto.ts';
export {
  asksForCare,
  type Compiled,
  type CompileOptions,
  compile,
  diagnose,
  type Executed,
  type ExecutedStream,
  execute,
  executeInto,
  executeStream,
  type Finding,
  type Prepared,
  prepare,
  type ResolveRelation,
  type ResolveScan,
  setUpConnection,
} from './run.ts';
export { languageSupport, type State, type Support, wrongSamples } from './support.ts';
export { type JsonCell, printCell, printRow } from './value.ts';
