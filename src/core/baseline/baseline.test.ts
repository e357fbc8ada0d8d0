import { describe, expect, it } from 'vitest';
import { cumulate, divergence, driftStart } from './drift.ts';
import { expectAt, type Point } from './expect.ts';
import { judge, judgeSeries, type Metric } from './judge.ts';
import { robust } from './robust.ts';

const HOUR = 3_600_000_000;
const START = Date.UTC(2026, 0, 5) * 1000;
const bytes: Metric = {
  label: 'bytes sent',
  floor: 0.35,
  least: 1e8,
  print: (v) => `${Math.round(v / 1e6)} MB`,
};

/** Weekdays from nine to five are busy, nights and weekends quiet; the wobble repeats itself. */
const office = (hours: number): Point[] =>
  Array.from({ length: hours }, (_, i) => {
    const [hour, day] = [i % 24, Math.floor(i / 24) % 7];
    const isBusy = day < 5 && hour >= 9 && hour < 17;
    return { at: START + i * HOUR, value: (isBusy ? 5e9 : 2e7) * (1 + 0.1 * Math.sin(i * 2.4)) };
  });

describe('robust', () => {
  it('is not moved by wild values', () => {
    expect(robust([1, 2, 3, 4, 1000])).toEqual({ median: 3, spread: 1.4826 });
  });
});

describe('expectAt', () => {
  it('compares with the hour of the week, first with what there is', () => {
    const seasonAfter = (days: number) => expectAt(office(days * 24), START + days * 24 * HOUR);
    expect(seasonAfter(29)?.season).toBe('hour of the week');
    expect(seasonAfter(15)?.season).toBe('hour of the day');
    expect(seasonAfter(5)).toMatchObject({ season: 'hour of the day' });
    expect(seasonAfter(1)).toMatchObject({ season: 'all hours', samples: 24 });
    expect(seasonAfter(5)!.confidence).toBeLessThan(0.25);
    expect(seasonAfter(29)!.confidence).toBe(1);
    expect(expectAt([], START)).toBeUndefined();
  });

  it('takes a nightly job for usual before there are four weeks of it', () => {
    const nightly = Array.from({ length: 14 * 24 }, (_, i) => ({
      at: START + i * HOUR,
      value: i % 24 === 23 ? 9e9 : 0,
    }));
    const at = START + (14 * 24 + 23) * HOUR;
    const before = [...nightly, { at: at - HOUR, value: 0 }];
    expect(expectAt(before, at)).toMatchObject({
      season: 'hour of the day',
      usual: expect.closeTo(9e9, -3),
    });
  });

  it('knows a Monday morning from a Sunday morning', () => {
    const weeks = office(35 * 24);
    const monday = expectAt(weeks, START + 28 * 24 * HOUR + 10 * HOUR)!;
    expect(monday.usual).toBeGreaterThan(4e9);
    const sunday = expectAt(weeks, START + 34 * 24 * HOUR + 10 * HOUR)!;
    expect(sunday.usual).toBeLessThan(3e7);
  });
});

describe('judge', () => {
  const weeks = office(35 * 24);
  const night = START + 34 * 24 * HOUR + 3 * HOUR;

  it('finds a night at which as much is sent as by day, and says so in numbers', () => {
    const judged = judge(5e9, expectAt(weeks, night)!, bytes)!;
    expect(judged.score).toBeGreaterThan(0.9);
    expect(judged.reasons[0]).toMatch(
      /^5000 MB bytes sent; usual at this time is \d+ MB \(\d+ times as much\)$/,
    );
  });

  it('says nothing of the same at noon, nor of little', () => {
    const noon = START + 31 * 24 * HOUR + 12 * HOUR;
    expect(judge(5.2e9, expectAt(weeks, noon)!, bytes)?.score ?? 0).toBeLessThan(0.1);
    expect(judge(5e7, expectAt(weeks, night)!, bytes)).toBeUndefined();
  });

  it('has no false alarm in five weeks of what is usual, and finds one change of any series', () => {
    expect(judgeSeries(weeks, bytes, { from: START + 7 * 24 * HOUR })).toEqual([]);
    const changed = weeks.map((p) => (p.at === night ? { ...p, value: 3e9 } : p));
    const found = judgeSeries(changed, bytes, { from: START + 7 * 24 * HOUR });
    expect(found.map((f) => f.point.at)).toEqual([night]);
  });

  it('admits what it does not know yet', () => {
    const judged = judge(9e9, expectAt(office(30), START + 30 * HOUR)!, bytes)!;
    expect(judged.confidence).toBeLessThan(0.25);
    expect(judged.reasons.at(-1)).toContain('may well be usual');
  });
});

describe('drift', () => {
  const level = (value: number, from: number, count: number): Point[] =>
    Array.from({ length: count }, (_, i) => ({
      at: (from + i) * HOUR,
      value: value * (1 + 0.2 * Math.sin((from + i) * 1.7)),
    }));

  it('sees a rise of a third that lasts, which no single value shows', () => {
    const points = [...level(100, 0, 60), ...level(135, 60, 40)];
    const found = cumulate(points, { floor: 0.1, learn: 48 })!;
    expect(found.since / HOUR).toBeGreaterThanOrEqual(58);
    expect(found.at / HOUR).toBeLessThan(85);
    expect(cumulate(level(100, 0, 300), { floor: 0.1, learn: 48 })).toBeUndefined();
  });

  it('finds when a level began, and none where there is none', () => {
    expect(driftStart([...level(10, 0, 100), ...level(30, 100, 60)])! / HOUR).toBe(100);
    expect(driftStart(level(10, 0, 80))).toBeUndefined();
  });

  it('measures how far two distributions are apart, and what moved', () => {
    const before = new Map([
      ['443', 900],
      ['53', 100],
    ]);
    expect(divergence(before, before)?.value).toBe(0);
    expect(divergence(before, new Map([['22', 5]]))?.value).toBeCloseTo(1);
    const moved = divergence(
      before,
      new Map([
        ['443', 500],
        ['53', 100],
        ['4444', 400],
      ]),
    )!;
    expect(moved.value).toBeGreaterThan(0.1);
    expect(moved.moved[0]).toEqual({ name: '4444', before: 0, now: 0.4 });
    expect(divergence(before, new Map())).toBeUndefined();
  });
});
