export {
  type AppendColumn,
  type ColumnChunk,
  type DuckDBValue,
  type Duckdb,
  type DuckdbFunction,
  type DuckdbOptions,
  type DuckdbResult,
  type Engine,
  type EngineConnection,
  type EngineOptions,
  openDuckdb,
  openEngine,
} from './duckdb.ts';
export type { NumberColumn } from './number-column.ts';
