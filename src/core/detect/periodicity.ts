import { clamp, median, quantile, sorted, sum, wilson } from './statistics.ts';

/** How regularly something happens. Times are seconds. */
export interface Periodicity {
  /** Middle of the gaps that belong to the rhythm. */
  readonly period: number;
  /** Half the spread of the gaps as a share of the period: 0.2 is ±20 %. */
  readonly jitter: number;
  /** Share of the gaps that fit the rhythm, and the lower end of its 95 % interval: few events prove little. */
  readonly fit: number;
  readonly surely: number;
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
    for (const read of [readWide, readStrict]) {
      const found = read(gaps, {
        shortest: Math.max(SHORTEST_PERIOD, together * 2),
        span: sum(gaps),
      });
      if (found && (!best || found.surely > best.surely))
        best = { ...found, events: starts.length, together };
    }
  }
  return best;
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
