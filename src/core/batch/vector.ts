import type { KqlType } from '../schema/index.ts';

/**
 * One column of a batch. Row i of a batch is value i of each of its vectors.
 *
 * - `constant`: every row has the value (null only for types that can be null).
 * - `text`: string, guid, dynamic; row i is `dictionary[codes[i]]`. Not every entry need occur; an entry may stand twice. A
 *   dictionary only ever grows, so that batches can share it.
 * - `number`: long, int, real, datetime (µs), timespan (100 ns); `nulls[i]` is 1 where row i is null; no nulls, no array.
 * - `bool`: 1 or 0, nulls as above.
 */
export type Vector =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'text'; readonly codes: Uint32Array; readonly dictionary: readonly string[] }
  | { readonly kind: 'number'; readonly values: Float64Array; readonly nulls: Uint8Array | null }
  | { readonly kind: 'bool'; readonly values: Uint8Array; readonly nulls: Uint8Array | null };

/** Rows of one table as columns. A column that is absent holds its type's empty value in every row. */
export interface Batch {
  readonly table: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Vector>;
}

/** '' for text, null for everything else. */
export function emptyValue(type: KqlType): '' | null {
  return isText(type) ? '' : null;
}

export function isText(type: KqlType): boolean {
  return type === 'string' || type === 'dynamic' || type === 'guid';
}

/** The value of one row; for tests, `weir decode` and other cold paths. */
export function valueAt(vector: Vector, row: number): string | number | boolean | null {
  switch (vector.kind) {
    case 'constant':
      return vector.value;
    case 'text':
      return vector.dictionary[vector.codes[row]!]!;
    case 'number':
      return vector.nulls?.[row] ? null : vector.values[row]!;
    case 'bool':
      return vector.nulls?.[row] ? null : vector.values[row] === 1;
  }
}
