import type { AppendColumn } from '#server/duckdb/index.ts';

/** Rows as columns, to be appended to a table of the engine. */
export interface Folded {
  readonly rows: number;
  readonly columns: readonly AppendColumn[];
}

/** What a part was folded into. The arrays are gone, or filled anew, when the next part is folded. */
export interface FoldedPart {
  readonly pairs: Folded;
  /** What hosts did by the minute, of this part and those before, where that had become much. */
  readonly minutes?: Folded;
}
