import { clamp, deviation, mean, median, medianDistance, round3, sorted } from './statistics.ts';

/**
 * RITA's beacon score (activecm/rita 5.1, analysis of beacons): four parts of a quarter each, of how even the gaps
 * between connections are, how even their sizes, how evenly they fill the window, and how long they go on.
 */
export interface RitaScore {
  readonly score: number;
  readonly timestamps: number;
  readonly sizes: number;
  readonly histogram: number;
  readonly duration: number;
}

const BINS = 24;
const MIN_TIMESTAMPS = 4;
/** Bars that a bimodal histogram and a duration need. */
const BIMODAL_BARS = 11;
const DURATION_BARS = 6;
const OUTLIER_BARS = 1;
/** Of a run of hours with traffic. */
const IDEAL_HOURS = 12;

/**
 * @param seconds unique, ascending: when connections began
 * @param sizes bytes of the initiator, one a connection (or second), in any order
 * @param window of the data as a whole, seconds
 */
export function ritaScore(
  seconds: readonly number[],
  sizes: readonly number[],
  window: { readonly from: number; readonly to: number },
): RitaScore {
  const gaps: number[] = [];
  for (let i = 1; i < seconds.length; i++) {
    const gap = seconds[i]! - seconds[i - 1]!;
    if (gap > 0) gaps.push(gap);
  }
  const timestamps =
    seconds.length < MIN_TIMESTAMPS || gaps.length < 3 ? 0 : evenness(sorted(gaps), 1);
  const ofSizes = sizes.length < 3 ? 0 : evenness(sorted(sizes), 0);
  const bars = fill(seconds, window);
  const histogram = histogramScore(bars);
  const duration = durationScore(seconds, bars, window);
  const score = round3((timestamps + ofSizes + histogram + duration) / 4);
  return { score, timestamps, sizes: ofSizes, histogram, duration };
}

/** How even values are: of their skew and of their distance from the median. Both halves of the list leave out its middle. */
function evenness(ascending: readonly number[], whenSmall: number): number {
  const n = ascending.length;
  const half = n >> 1;
  const q1 = median(ascending.slice(0, half));
  const q2 = median(ascending);
  const q3 = median(ascending.slice(n - half));
  const isFlat = q3 - q1 < 10 || q2 === q1 || q2 === q3;
  const skew = isFlat ? 0 : (q1 + q3 - 2 * q2) / (q3 - q1);
  const spread = q2 >= 1 ? (q2 - medianDistance(ascending)) / q2 : whenSmall;
  return round3((1 - Math.abs(skew) + Math.max(0, spread)) / 2);
}

function fill(seconds: readonly number[], { from, to }: { from: number; to: number }): number[] {
  const bars: number[] = new Array(BINS).fill(0);
  const width = Math.max(1, to - from) / BINS;
  for (const at of seconds) {
    const bin = clamp(Math.floor((at - from) / width), 0, BINS - 1);
    bars[bin] = bars[bin]! + 1;
  }
  return bars;
}

function histogramScore(bars: readonly number[]): number {
  const variation = deviation(bars) / mean(bars);
  const even = variation > 1 || Number.isNaN(variation) ? 0 : round3(1 - variation);
  return Math.max(even, bimodal(bars));
}

function bimodal(bars: readonly number[]): number {
  const used = bars.filter((bar) => bar > 0);
  if (used.length < BIMODAL_BARS) return 0;
  const step = Math.ceil(Math.max(...used) * 0.05);
  const frequency = new Map<number, number>();
  for (const bar of used) {
    const level = Math.floor(bar / step) * step;
    frequency.set(level, (frequency.get(level) ?? 0) + 1);
  }
  const [most = 0, next = 0] = [...frequency.values()].sort((a, b) => b - a);
  return clamp(round3((most + next) / Math.max(used.length - OUTLIER_BARS, 1)));
}

function durationScore(
  seconds: readonly number[],
  bars: readonly number[],
  { from, to }: { from: number; to: number },
): number {
  if (bars.filter((bar) => bar > 0).length < DURATION_BARS) return 0;
  const span = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0);
  const coverage = Math.ceil((span / Math.max(1, to - from)) * 1000) / 1000;
  const run = longestRun(bars.map((bar) => bar > 0));
  return clamp(Math.max(coverage, Math.ceil((run / IDEAL_HOURS) * 1000) / 1000));
}

/** Longest run of true, going round from the end to the beginning. */
function longestRun(flags: readonly boolean[]): number {
  if (flags.every(Boolean)) return flags.length;
  let best = 0;
  let run = 0;
  for (const flag of [...flags, ...flags]) {
    run = flag ? run + 1 : 0;
    best = Math.max(best, run);
  }
  return best;
}
