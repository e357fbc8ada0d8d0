/** Where a series rose for good. */
export interface Rise {
  /** Index of the first value of the higher level. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const LEAST_BEFORE = 6;
const LEAST_AFTER = 3;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

/**
 * The split of a series into two levels that leaves the least squared error, when the second level is at least `ratio`
 * times the first. Single high values are cut down to the 95th percentile first, so that a spike is no level.
 */
export function findRise(series: readonly number[], ratio: number): Rise | undefined {
  const sorted = [...series].sort((a, b) => a - b);
  const cap = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  const values = series.map((v) => Math.min(v, cap));
  const n = values.length;
  const total = values.reduce((sum, v) => sum + v, 0);
  let best: Rise | undefined;
  let bestGain = 0;
  let head = 0;
  for (let k = 1; k <= n - LEAST_AFTER; k++) {
    head += values[k - 1] ?? 0;
    if (k < LEAST_BEFORE) continue;
    const before = head / k;
    const after = (total - head) / (n - k);
    const gain = ((after - before) ** 2 * k * (n - k)) / n;
    if (after <= before || gain <= bestGain) continue;
    bestGain = gain;
    best = { at: k, before: mean(series.slice(0, k)), after: mean(series.slice(k)) };
  }
  return best && best.after >= best.before * ratio ? best : undefined;
}
