import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import { robust } from './robust.ts';

/** A value of a series at the start of its hour (or of whatever step the series has). */
export interface Point {
  readonly at: Micros;
  /** Not negative. */
  readonly value: number;
}

/** What was compared with. */
export type Season =
  /** The same hour of the week. */
  | 'hour of the week'
  /** That and the hours beside it. */
  | 'hours of the week around it'
  /** The same hour of any day. */
  | 'hour of the day'
  /** All hours. */
  | 'all hours';

/** What a value should be. */
export interface Expectation {
  /** Of log(1 + value). */
  readonly median: number;
  readonly spread: number;
  /** In the units of the series. */
  readonly usual: number;
  /** Values that were compared with. */
  readonly samples: number;
  readonly season: Season;
  /** 0 to 1: how well the usual is known. */
  readonly confidence: number;
}

const HOUR: Micros = 3_600_000_000;
const WEEK: Micros = 7 * MICROS_PER_DAY;
/** Weeks from which the hour of the week stands for itself. */
const WHOLE_WEEKS = 4;
/** Values below which a season says too little. */
const FEWEST = 3;
/** Before this much is known nothing is said with confidence, µs. */
export const LEARNING: Micros = 7 * MICROS_PER_DAY;
const FULL_CONFIDENCE: Micros = 28 * MICROS_PER_DAY;

const distance = (a: Micros, b: Micros, period: Micros): Micros => {
  const d = Math.abs(a - b) % period;
  return Math.min(d, period - d);
};

/**
 * What a value at an instant should be, by what came before it; undefined without any history. `history` has a value for
 * every step, zero where nothing happened; order does not matter, and points at or after `at` are left out.
 */
export function expectAt(history: readonly Point[], at: Micros): Expectation | undefined {
  const past = history.filter((p) => p.at < at);
  if (past.length === 0) return undefined;
  const known = at - past.reduce((first, p) => Math.min(first, p.at), at);
  const near = (reach: Micros, period: Micros) =>
    past.filter((p) => distance(p.at, at, period) <= reach);
  const compare = (season: Season, points: readonly Point[]): Compared[] =>
    points.length < FEWEST && season !== 'all hours'
      ? []
      : [{ season, samples: points.length, ...robust(points.map((p) => Math.log1p(p.value))) }];
  const [whole] = known >= WHOLE_WEEKS * WEEK ? compare('hour of the week', near(0, WEEK)) : [];
  const some = whole
    ? [whole]
    : [
        ...compare('hour of the day', near(0, MICROS_PER_DAY)),
        ...(known >= WEEK ? compare('hours of the week around it', near(HOUR, WEEK)) : []),
      ];
  // While there are few weeks, what is usual by either count is usual.
  const best = (some.length > 0 ? some : compare('all hours', past)).reduce((a, b) =>
    b.median > a.median ? b : a,
  );
  return { ...best, usual: Math.expm1(best.median), confidence: confidenceOf(known, best.samples) };
}

type Compared = Pick<Expectation, 'season' | 'samples' | 'median' | 'spread'>;

/** Grows with the time that is known; in the learning period it stays below a quarter. */
function confidenceOf(known: Micros, samples: number): number {
  const time = Math.min(1, known / FULL_CONFIDENCE);
  const few = Math.min(1, samples / FEWEST);
  return (known < LEARNING ? Math.min(0.2, time) : 0.5 + 0.5 * time) * few;
}
