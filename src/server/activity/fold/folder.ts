import { Fold, type FoldInput } from './fold.ts';
import type { Folded, FoldedPart } from './folded.ts';
import { Rows } from './rows.ts';

/** Folds part after part, here or in a thread of its own. */
export interface Folder {
  /** Rows to be filled with the next part; resolves when the part before was taken. */
  rows(): Promise<Rows>;
  /** Folds what they were filled with. */
  fold(): Promise<FoldedPart>;
  /** What hosts did, of the minutes that no part gave. */
  hosts(isSplit: boolean): Promise<Folded>;
}

export function foldHere(input: FoldInput): Folder {
  const fold = new Fold(input);
  const rows = new Rows(input.rows, input.hasMore);
  return {
    async rows() {
      rows.count = 0;
      return rows;
    },
    fold: async () => fold.fold(rows),
    hosts: async (isSplit) => fold.hosts(isSplit),
  };
}
