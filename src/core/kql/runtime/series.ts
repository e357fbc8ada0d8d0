import type { Json } from './value.ts';

/** Series functions over arrays of numbers; null stands for a missing point. */

export type Series = readonly (number | null)[];

/** Arrays of numbers as a series; texts and nulls are missing points. Null where it is no array. */
export function seriesOf(value: Json): (number | null)[] | null {
  if (!Array.isArray(value)) return null;
  return value.map((v) =>
    typeof v === 'number'
      ? v
      : typeof v === 'bigint'
        ? Number(v)
        : typeof v === 'boolean'
          ? Number(v)
          : typeof v === 'string' && v !== ''
            ? realText(v)
            : null,
  );
}

function realText(text: string): number | null {
  if (text === 'NaN') return Number.NaN;
  if (text === 'Infinity') return Number.POSITIVE_INFINITY;
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY;
  const number = Number(text);
  return Number.isNaN(number) ? null : number;
}

export interface Stats {
  readonly min: number;
  readonly minIndex: number;
  readonly max: number;
  readonly maxIndex: number;
  readonly avg: number;
  readonly variance: number;
  readonly stdev: number;
}

/** Over the points that are there; the variance is the sample's. */
export function statsOf(series: Series): Stats {
  let [min, minIndex, max, maxIndex, sum, count] = [
    Number.POSITIVE_INFINITY,
    -1,
    Number.NEGATIVE_INFINITY,
    -1,
    0,
    0,
  ];
  series.forEach((v, i) => {
    if (v === null) return;
    count++;
    sum += v;
    if (v < min) [min, minIndex] = [v, i];
    if (v > max) [max, maxIndex] = [v, i];
  });
  const avg = sum / count;
  const squares = series.reduce<number>((s, v) => (v === null ? s : s + (v - avg) ** 2), 0);
  const variance = count > 1 ? squares / (count - 1) : 0;
  return { min, minIndex, max, maxIndex, avg, variance, stdev: Math.sqrt(variance) };
}

export interface Line {
  readonly rsquare: number;
  readonly slope: number;
  readonly variance: number;
  readonly rvariance: number;
  readonly intercept: number;
  readonly fit: readonly number[];
}

/** Least squares of the points against their index. */
export function fitLine(series: Series): Line {
  const points = series.flatMap((v, i): [number, number][] => (v === null ? [] : [[i, v]]));
  const n = points.length;
  const [mx, my] = [
    points.reduce((s, p) => s + p[0], 0) / n,
    points.reduce((s, p) => s + p[1], 0) / n,
  ];
  const sxx = points.reduce((s, p) => s + (p[0] - mx) ** 2, 0);
  const sxy = points.reduce((s, p) => s + (p[0] - mx) * (p[1] - my), 0);
  const slope = sxx === 0 ? 0 : sxy / sxx;
  const intercept = my - slope * mx;
  const fit = series.map((_, i) => intercept + slope * i);
  const total = points.reduce((s, p) => s + (p[1] - my) ** 2, 0);
  const residual = points.reduce((s, p) => s + (p[1] - (intercept + slope * p[0])) ** 2, 0);
  return {
    rsquare: total === 0 ? 1 : 1 - residual / total,
    slope,
    variance: total / Math.max(1, n - 1),
    rvariance: residual / Math.max(1, n - 1),
    intercept,
    fit,
  };
}

export interface TwoLines {
  readonly split: number;
  readonly left: Line;
  readonly right: Line;
  readonly whole: Pick<Line, 'rsquare' | 'variance' | 'rvariance' | 'fit'>;
}

/** The two lines, left and right of a split, that leave the least between themselves and the points. */
export function fitTwoLines(series: Series): TwoLines | null {
  const values = series.map((v) => v ?? 0);
  const n = values.length;
  if (n < 4) return null;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const total = values.reduce((a, v) => a + (v - mean) ** 2, 0);
  let best: { split: number; left: Line; right: Line; rest: number } | null = null;
  for (let split = 2; split <= n - 2; split++) {
    const [left, right] = [fitLine(values.slice(0, split)), fitLine(values.slice(split))];
    const fit = [...left.fit, ...right.fit];
    const rest = values.reduce((a, v, i) => a + (v - fit[i]!) ** 2, 0);
    if (!best || rest < best.rest) best = { split, left, right, rest };
  }
  if (!best) return null;
  const { split, left, right, rest } = best;
  // A line's interception is said of the place 0 of the whole series.
  const moved = { ...right, intercept: right.intercept - right.slope * split };
  return {
    split,
    left,
    right: moved,
    whole: {
      rsquare: total === 0 ? 1 : 1 - rest / total,
      variance: total / (n - 1),
      rvariance: rest / (n - 1),
      fit: [...left.fit, ...right.fit],
    },
  };
}

export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}

/** Tukey's test: how far a point lies outside the band of the quantiles, in band widths; 0 inside. */
export function outliers(series: Series, low: number, high: number): number[] {
  const sorted = series
    .filter((v) => v !== null && !Number.isNaN(v))
    .map(Number)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return series.map(() => 0);
  const [q1, q3] = [quantile(sorted, low), quantile(sorted, high)];
  const band = q3 - q1;
  return series.map((v) => {
    if (v === null || (v >= q1 && v <= q3)) return 0;
    const distance = v > q3 ? v - q3 : v - q1;
    return band === 0
      ? Math.sign(distance) * Math.min(Math.abs(distance) * 1e9, 1e9)
      : distance / band;
  });
}

/** Autocorrelation at a lag, 0 to 1. */
export function autocorrelation(series: readonly number[], lag: number): number {
  const n = series.length;
  if (lag <= 0 || lag >= n) return 0;
  const mean = series.reduce((s, v) => s + v, 0) / n;
  let [top, a, b] = [0, 0, 0];
  for (let i = 0; i + lag < n; i++) {
    const [x, y] = [series[i]! - mean, series[i + lag]! - mean];
    top += x * y;
    a += x * x;
    b += y * y;
  }
  return a === 0 || b === 0 ? 0 : Math.max(0, top / Math.sqrt(a * b));
}

/** A longer season must explain clearly more than a shorter one does. */
const SEASON_MARGIN = 0.05;

/** The lag whose autocorrelation peaks highest; 0 when the series has no season, or shows it fewer than three times. */
export function detectPeriod(series: readonly number[]): number {
  const n = series.length;
  const longest = Math.floor(n / 2);
  const scores = Array.from({ length: longest + 2 }, (_, lag) => autocorrelation(series, lag));
  let [best, highest] = [0, 0.5];
  for (let lag = 2; lag <= longest; lag++) {
    const here = scores[lag]!;
    const isPeak = here >= scores[lag - 1]! && here >= scores[lag + 1]!;
    if (isPeak && here > highest + (best === 0 ? 0 : SEASON_MARGIN)) [best, highest] = [lag, here];
  }
  return best <= n / 3 + 1 ? best : 0;
}

/** The mean of each place in the period, shifted to sum to nothing. */
export function seasonal(series: readonly number[], period: number): number[] {
  if (period < 2 || period > series.length) return series.map(() => 0);
  const sums = new Array<number>(period).fill(0);
  const counts = new Array<number>(period).fill(0);
  series.forEach((v, i) => {
    sums[i % period]! += v;
    counts[i % period]!++;
  });
  return series.map((_, i) => sums[i % period]! / counts[i % period]!);
}

export function filled(series: Series): number[] {
  const first = series.find((v) => v !== null) ?? 0;
  let last = first;
  return series.map((v) => {
    if (v !== null) last = v;
    return last;
  });
}
