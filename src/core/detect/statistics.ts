/** Order statistics and bounds that several detectors share. Lists that must be sorted say so. */

/** Ascending; typed arrays are put in order without a call for each two. */
export const sorted = (values: Iterable<number>): number[] =>
  Array.from(Float64Array.from(values).sort());

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : sum(values) / values.length;

/** Of the values as a whole, not of a sample. */
export function deviation(values: readonly number[]): number {
  const m = mean(values);
  return Math.sqrt(mean(values.map((v) => (v - m) ** 2)));
}

/** Middle of a sorted list, 0 for an empty one. */
export function median(ascending: readonly number[]): number {
  const n = ascending.length;
  if (n === 0) return 0;
  const upper = ascending[n >> 1]!;
  return n % 2 === 1 ? upper : (ascending[(n >> 1) - 1]! + upper) / 2;
}

/** Linear interpolation between the neighbours; `share` 0 to 1. */
export function quantile(ascending: readonly number[], share: number): number {
  if (ascending.length === 0) return 0;
  const place = (ascending.length - 1) * share;
  const low = Math.floor(place);
  const below = ascending[low]!;
  const above = ascending[Math.min(low + 1, ascending.length - 1)]!;
  return below + (above - below) * (place - low);
}

/** Median distance from the median. */
export function medianDistance(ascending: readonly number[]): number {
  const middle = median(ascending);
  return median(sorted(ascending.map((v) => Math.abs(v - middle))));
}

export const clamp = (value: number, low = 0, high = 1): number =>
  Math.min(high, Math.max(low, value));

export const round3 = (value: number): number => Math.round(value * 1000) / 1000;

/** Wilson's interval of a share (E. B. Wilson 1927), by default of 95 %. */
export function wilson(
  hits: number,
  tries: number,
  z = 1.96,
): { readonly low: number; readonly high: number } {
  if (tries === 0) return { low: 0, high: 1 };
  const p = hits / tries;
  const z2 = z * z;
  const centre = p + z2 / (2 * tries);
  const spread = z * Math.sqrt((p * (1 - p)) / tries + z2 / (4 * tries * tries));
  const scale = 1 + z2 / tries;
  return { low: clamp((centre - spread) / scale), high: clamp((centre + spread) / scale) };
}
