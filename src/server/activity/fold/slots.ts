/** Spreads the bits of a 32-bit number (the finalizer of Chris Wellons' lowbias32). */
export function mix(bits: number): number {
  let h = bits;
  h ^= h >>> 16;
  h = Math.imul(h, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return h ^ (h >>> 16);
}

/** At least twice as many slots as rows, a power of two, so that probing one by one stays short. */
export function slotsFor(rows: number): number {
  let size = 16;
  while (size < rows * 2) size *= 2;
  return size;
}

/**
 * The slots of a hash table whose rows live in arrays beside it: each holds the number of a row plus one, or 0.
 */
export const makeSlots = (rows: number): Int32Array => new Int32Array(slotsFor(rows));
