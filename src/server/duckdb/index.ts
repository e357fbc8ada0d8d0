export {
  type DuckDBValue,
  type Duckdb,
  type DuckdbOptions,
  type DuckdbResult,
  openDuckdb,
} from './duckdb.ts';
