/** Division that rounds down, and what it leaves. */
export const floorDiv = (a: bigint, b: bigint): bigint => (a - mod(a, b)) / b;
/** Never negative. */
export function mod(a: bigint, b: bigint): bigint {
  const size = b < 0n ? -b : b;
  return ((a % size) + size) % size;
}
