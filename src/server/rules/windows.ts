import type { Micros } from '#core/base/index.ts';
import type { Rule, Window } from '#core/rules/index.ts';

/** Which windows of event time a rule looks at. Their ends are multiples of its frequency. */

/** How many windows that were missed (the server was down) are made up for; older ones are left out. */
export const MAX_MISSED = 12;
/** How many windows that late data touched run in one go. */
export const MAX_LATE = 96;

export interface Timing {
  readonly frequency: Micros;
  readonly period: Micros;
}

export function timingOf(rule: Rule): Timing | undefined {
  const { schedule } = rule;
  return schedule.kind === 'every' ? schedule : undefined;
}

const endingAt = ({ period }: Timing, end: Micros): Window => ({ from: end - period, to: end });

/** The last end that has passed. */
export const lastEnd = ({ frequency }: Timing, at: Micros): Micros =>
  Math.floor(at / frequency) * frequency;

/** Windows that are complete at `watermark` (all data before it has come) and have not run, oldest first. */
export function dueWindows(
  timing: Timing,
  doneUntil: Micros | undefined,
  watermark: Micros,
): readonly Window[] {
  const last = lastEnd(timing, watermark);
  if (doneUntil === undefined) return [endingAt(timing, last)];
  const missed = Math.min(MAX_MISSED, Math.floor((last - doneUntil) / timing.frequency));
  return Array.from({ length: Math.max(0, missed) }, (_, i) =>
    endingAt(timing, last - (missed - 1 - i) * timing.frequency),
  );
}

/** Windows that ended at or before `doneUntil` and reach into the time of late rows (both ends included). The newest are kept. */
export function lateWindows(
  timing: Timing,
  doneUntil: Micros,
  late: { readonly from: Micros; readonly to: Micros },
): readonly Window[] {
  const { frequency, period } = timing;
  const first = (Math.floor(late.from / frequency) + 1) * frequency;
  const last = Math.min(lastEnd(timing, doneUntil), lastEnd(timing, late.to + period));
  const count = Math.floor((last - first) / frequency) + 1;
  const kept = Math.min(MAX_LATE, Math.max(0, count));
  return Array.from({ length: kept }, (_, i) =>
    endingAt(timing, last - (kept - 1 - i) * frequency),
  );
}

/** Every window of a stretch of history, oldest first: those whose ends lie in (from, to]. */
export function windowsBetween(timing: Timing, from: Micros, to: Micros): readonly Window[] {
  const last = Math.ceil(to / timing.frequency) * timing.frequency;
  const first = (Math.floor(from / timing.frequency) + 1) * timing.frequency;
  const count = Math.max(0, Math.floor((last - first) / timing.frequency) + 1);
  return Array.from({ length: count }, (_, i) => endingAt(timing, first + i * timing.frequency));
}
