import type { HourState } from './day-state.ts';

/** Rows of an hour, and where they are. */
export interface HourRows {
  readonly hour: number;
  /** In segments that were not counted yet. */
  readonly fresh: number;
  /** In visible segments that were. */
  readonly taken: number;
  readonly state: HourState;
}

export type Way =
  /** From all raw rows of the hour; exact, replaces what there is. */
  | 'whole'
  /** From the fresh rows alone, beside what there is: sums are right, an observer may count twice until it is whole. */
  | 'more';

/** An hour with at most this many rows is always counted whole: that takes about a second. */
export const SMALL_HOUR = 300_000;

/**
 * How fresh rows of an hour are counted. An hour whose earlier rows are partly gone (retention) can only be added to. A
 * large hour is counted whole each time its rows have doubled, so that a row is read three times at most in all.
 */
export function wayOf({ fresh, taken, state }: HourRows, smallHour = SMALL_HOUR): Way {
  if (taken !== state.rows) return 'more';
  const rows = taken + fresh;
  return rows <= smallHour || rows >= 2 * state.whole ? 'whole' : 'more';
}

/** True of an hour that was counted in pieces and can be counted whole. */
export const isPieced = ({ rows, whole }: HourState): boolean => rows > whole;

/** Runs of hours with at most so many rows together, unless one hour alone has more. */
export function cutRuns<T extends { readonly rows: number }>(
  hours: readonly T[],
  limit: number,
): readonly (readonly T[])[] {
  const runs: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const hour of hours) {
    if (size + hour.rows > limit) {
      runs.push([]);
      size = 0;
    }
    runs.at(-1)?.push(hour);
    size += hour.rows;
  }
  return runs;
}
