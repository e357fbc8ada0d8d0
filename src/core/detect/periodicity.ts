import { clamp, median, quantile, sorted, sum, wilson } from './statistics.ts';

/** How regularly something happens. Times are seconds. */
export interface Periodicity {
  /** Middle of the gaps that belong to the rhythm. */
  readonly period: number;
  /** Half the spread of the gaps as a share of the period: 0.2 is ±20 %. */
  readonly jitter: number;
  /** Share of the gaps (of the events, along a line) that fit the rhythm, and the lower end of its 95 % interval: few prove little. */
  readonly fit: number;
  readonly surely: number;
  /** True where not the gaps are even but the times lie along a straight line. */
  readonly isLine: boolean;
  /** Gaps that were told apart as pauses: nights, a laptop asleep. */
  readonly pauses: number;
  /** Beats that are missing: gaps of two or three periods. */
  readonly missed: number;
  /** Events after those that came together were counted as one. */
  readonly events: number;
  /** Lengths within which events counted as one. */
  readonly together: number;
}

/** Connections that one check-in makes come within seconds of each other. */
const TOGETHER = [0, 3, 20] as const;
const SHORTEST_PERIOD = 5;
/** More pauses than this share of the gaps are not pauses but the rhythm of a person. */
const PAUSES = 0.2;
const MIN_GAPS = 5;
/** Share of the time from first to last that the rhythm itself must fill: a job that fetches in bursts beats for minutes. */
const FILLS = 0.25;
const SHORTEST_BEAT = 600;

/**
 * The most regular reading of a list of times. A gap fits a rhythm of period T where it is 0.4 T to 1.6 T: a sleep with
 * ±50 % of jitter stays inside, whether it is counted from the last call or from a fixed grid, while of the gaps of a
 * memoryless process less than half are (43 % around their median). A stricter reading lets a gap be two or three
 * periods, when it is within a quarter of a period of that. What is longer than three and a half periods is a pause.
 *
 * @param seconds ascending
 */
export function findPeriodicity(seconds: readonly number[]): Periodicity | undefined {
  let best: Periodicity | undefined;
  for (const together of TOGETHER) {
    const starts = joinClose(seconds, together);
    if (together > 0 && starts.length === seconds.length) continue;
    const gaps = differences(starts);
    if (gaps.length < MIN_GAPS) continue;
    const least = { shortest: Math.max(SHORTEST_PERIOD, together * 2), span: sum(gaps) };
    for (const found of [readWide(gaps, least), readStrict(gaps, least), readLine(starts, least)])
      if (found && (!best || found.surely > best.surely + (found.isLine ? LINE_MORE : 0)))
        best = { ...found, events: starts.length, together };
  }
  return best;
}

/** Events below which a straight line proves nothing, and how far from it (in periods, root mean square) they may be. */
const LINE_EVENTS = 14;
const LINE_OFF = 0.4;
/** By how much a line must be surer than even gaps, which say more. */
const LINE_MORE = 0.05;

/**
 * A clock that counts from a fixed grid strays from it and comes back: its gaps differ by as much as they are long, but the times by their
 * number lie along a straight line (least squares), half a period off at most with ±50 % of jitter. The times of a memoryless process
 * leave every line like a walk, by sqrt(n / 15) periods (a Brownian bridge without its slope): one of fourteen.
 */
function readLine(starts: readonly number[], least: Least): Reading | undefined {
  const n = starts.length;
  if (n < LINE_EVENTS) return undefined;
  const middle = (n - 1) / 2;
  const meanAt = sum(starts) / n;
  const slope = sum(starts.map((at, i) => (i - middle) * (at - meanAt))) / ((n * (n * n - 1)) / 12);
  const off = starts.map((at, i) => Math.abs(at - meanAt - slope * (i - middle)) / slope);
  if (slope < least.shortest || least.span < SHORTEST_BEAT) return undefined;
  if (Math.sqrt(sum(off.map((d) => d * d)) / n) > LINE_OFF) return undefined;
  const near = off.filter((d) => d <= 0.6).length;
  return {
    period: slope,
    jitter: quantile(sorted(off), 0.95),
    fit: near / n,
    surely: wilson(near, n).low,
    isLine: true,
    pauses: 0,
    missed: 0,
  };
}

/** What a rhythm must at least be: its period, and the time it is looked for in. */
interface Least {
  readonly shortest: number;
  readonly span: number;
}

type Reading = Omit<Periodicity, 'events' | 'together'>;

function readWide(gaps: readonly number[], least: Least): Reading | undefined {
  const period = median(sorted(gaps));
  const rhythm = gaps.filter((gap) => gap <= 3.5 * period);
  return judge(
    rhythm.filter((gap) => gap >= 0.4 * period && gap <= 1.6 * period),
    rhythm.length,
    gaps.length,
    0,
    least,
  );
}

function readStrict(gaps: readonly number[], least: Least): Reading | undefined {
  const period = median(sorted(gaps));
  let within = 0;
  let missed = 0;
  const folded: number[] = [];
  for (const gap of gaps) {
    if (gap > 3.5 * period) continue;
    within++;
    const beats = Math.max(1, Math.round(gap / period));
    if (Math.abs(gap - beats * period) > 0.25 * period) continue;
    missed += beats - 1;
    folded.push(gap / beats);
  }
  return judge(folded, within, gaps.length, missed, least);
}

function judge(
  fitting: readonly number[],
  within: number,
  all: number,
  missed: number,
  { shortest, span }: Least,
): Reading | undefined {
  const pauses = all - within;
  if (fitting.length === 0 || pauses > Math.max(1, PAUSES * all)) return undefined;
  const ascending = sorted(fitting);
  const period = median(ascending);
  if (period < shortest) return undefined;
  const beating = sum(fitting) + missed * period;
  if (beating < SHORTEST_BEAT || beating < FILLS * span) return undefined;
  const spread = quantile(ascending, 0.95) - quantile(ascending, 0.05);
  return {
    period,
    jitter: spread / 1.8 / period,
    fit: fitting.length / within,
    surely: wilson(fitting.length, within).low,
    isLine: false,
    pauses,
    missed,
  };
}

function joinClose(seconds: readonly number[], together: number): readonly number[] {
  if (together === 0) return seconds;
  const starts: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of seconds) {
    if (at - last > together) starts.push(at);
    last = at;
  }
  return starts;
}

function differences(ascending: readonly number[]): number[] {
  const gaps: number[] = [];
  for (let i = 1; i < ascending.length; i++) gaps.push(ascending[i]! - ascending[i - 1]!);
  return gaps;
}

/**
 * Rayleigh's test of a period: how strongly times cluster at one phase of it, and how probable that is by chance.
 * Source: Mardia and Jupp, Directional Statistics (2000), 6.3.1; p is its first-order form.
 */
export function phaseLock(
  seconds: readonly number[],
  period: number,
): { readonly length: number; readonly chance: number } {
  let x = 0;
  let y = 0;
  for (const at of seconds) {
    const angle = (2 * Math.PI * (at % period)) / period;
    x += Math.cos(angle);
    y += Math.sin(angle);
  }
  const n = Math.max(1, seconds.length);
  const length = Math.hypot(x, y) / n;
  return { length, chance: clamp(Math.exp(-n * length * length)) };
}
