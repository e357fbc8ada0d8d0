export { type BatchOptions, emptyScan, runBatch } from './batch.ts';
export { type ExtraTables, makeCatalog } from './catalog.ts';
export {
  type Catalog,
  type CatalogFunction,
  type CatalogTable,
  type Completion,
  type CompletionItem,
  complete,
  type Diagnostic,
  hover,
  warmUp,
} from './kusto.ts';
export {
  type Compiled,
  compile,
  diagnose,
  type Executed,
  type ExecutedStream,
  execute,
  executeStream,
  type Finding,
  type Prepared,
  prepare,
  type ResolveScan,
  setUpConnection,
} from './run.ts';
export { type JsonCell, printCell, printRow } from './value.ts';
