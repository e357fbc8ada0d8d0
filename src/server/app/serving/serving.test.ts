import { expect, it } from 'vitest';
import { ACTIVITY_AGES } from '#server/activity/index.ts';
import { createGlance } from './glance.ts';
import { parseMicros } from './queries.ts';
import { readRetention } from './upkeep.ts';

it.each([
  ['2026-03-04T05:06:07Z', Date.UTC(2026, 2, 4, 5, 6, 7) * 1000],
  ['2026-03-04T05:06:07.1234567Z', Date.UTC(2026, 2, 4, 5, 6, 7) * 1000 + 123_456],
  ['2026-03-04T05:06:07.5+01:00', Date.UTC(2026, 2, 4, 4, 6, 7) * 1000 + 500_000],
  ['1969-12-31T23:59:59.25Z', -750_000],
])('reads %s in microseconds', (text, micros) => {
  expect(parseMicros(text)).toBe(micros);
});

it('hands retention over in the units of the store', () => {
  const tables = { Flows: { maxAge: 86_400_000 }, NTANetAnalytics: {}, PairDays: { maxAge: 1 } };
  expect(readRetention({ minFree: 5, budget: 7, tables })).toEqual({
    maxAge: { ...ACTIVITY_AGES, Flows: 86_400_000_000, PairDays: 1000 },
    reserveBytes: 5,
    budgetBytes: 7,
  });
});

it('a glance tells what was seen last, and looks again when there is something new', async () => {
  let version = 1;
  let at = 0;
  let looks = 0;
  const errors: unknown[] = [];
  const glance = createGlance({
    look: async () => {
      looks += 1;
      if (looks === 2) throw new Error('not now');
      return `look ${looks}`;
    },
    version: () => version,
    initial: 'nothing yet',
    now: () => at,
    everyMs: 1000,
    onError: (error) => errors.push(error),
  });
  expect(await glance()).toBe('look 1');
  at = 5000;
  expect(await glance()).toBe('look 1');
  version = 2;
  expect([await glance(), errors.length]).toEqual(['look 1', 1]);
  expect([await glance(), looks]).toEqual(['look 1', 2]);
  at = 6000;
  expect(await glance()).toBe('look 3');
});
