import { expect, it } from 'vitest';
import { dueWindows, lateWindows, MAX_LATE, MAX_MISSED, windowsBetween } from './windows.ts';

const M = 60e6;
const timing = { frequency: 5 * M, period: 15 * M };

it('runs each window once it is complete, and makes up for some that were missed', () => {
  expect(dueWindows(timing, undefined, 62 * M)).toEqual([{ from: 45 * M, to: 60 * M }]);
  expect(dueWindows(timing, 60 * M, 64 * M)).toEqual([]);
  expect(dueWindows(timing, 55 * M, 65 * M).map((w) => w.to / M)).toEqual([60, 65]);
  const missed = dueWindows(timing, 0, 1000 * M);
  expect(missed).toHaveLength(MAX_MISSED);
  expect(missed.at(-1)).toEqual({ from: 985 * M, to: 1000 * M });
});

it('runs those again that late rows lie in, and no others', () => {
  const late = { from: 31 * M, to: 33 * M };
  expect(lateWindows(timing, 60 * M, late).map((w) => w.to / M)).toEqual([35, 40, 45]);
  expect(lateWindows(timing, 40 * M, late).map((w) => w.to / M)).toEqual([35, 40]);
  expect(lateWindows(timing, 30 * M, late)).toEqual([]);
  // A row at the end of a window is not in it.
  expect(lateWindows(timing, 60 * M, { from: 35 * M, to: 35 * M }).map((w) => w.to / M)).toEqual([
    40, 45, 50,
  ]);
  expect(lateWindows(timing, 10_000 * M, { from: 0, to: 9900 * M })).toHaveLength(MAX_LATE);
});

it('covers a stretch of history', () => {
  expect(windowsBetween(timing, 60 * M, 70 * M).map((w) => w.to / M)).toEqual([65, 70]);
  expect(windowsBetween(timing, 61 * M, 61 * M + 1).map((w) => w.to / M)).toEqual([65]);
});
