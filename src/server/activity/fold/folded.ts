import type { AppendColumn } from '#server/duckdb/index.ts';

/** Rows as columns, to be appended to a table of the engine. */
export interface Folded {
  readonly rows: number;
  readonly columns: readonly AppendColumn[];
}
