import type { Executed } from './protocol.ts';

/** What a cell that is not text takes in JSON, about. */
const CELL_BYTES = 10;

export const cellBytes = (cell: unknown): number =>
  typeof cell === 'string' ? cell.length + 3 : CELL_BYTES;

/** The rows of an answer that fit its limits. */
export function cutRows(
  all: readonly (readonly unknown[])[],
  maxRows: number,
  maxBytes: number,
): Pick<Executed, 'rows' | 'truncated' | 'sizeBytes'> {
  const rows: (readonly unknown[])[] = [];
  let sizeBytes = 0;
  for (const row of all) {
    if (rows.length >= maxRows)
      return { rows, sizeBytes, truncated: { by: 'rows', limit: maxRows } };
    if (sizeBytes >= maxBytes)
      return { rows, sizeBytes, truncated: { by: 'bytes', limit: maxBytes } };
    rows.push(row);
    for (const cell of row) sizeBytes += cellBytes(cell);
  }
  return { rows, sizeBytes, truncated: undefined };
}
