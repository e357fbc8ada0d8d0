import { expect, test } from 'vitest';
import { parseDuration, parseTimespan } from './iso-timespan.ts';

test.each([
  ['PT1H', 3_600_000],
  ['P1D', 86_400_000],
  ['P1DT2H30M1.5S', 95_401_500],
  ['P2W', 1_209_600_000],
  ['P1M', 2_592_000_000],
  ['PT0S', 0],
  ['P', undefined],
  ['PT', undefined],
  ['1h', undefined],
  ['P1H', undefined],
])('the duration %s is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

const NOON = Date.UTC(2026, 2, 1, 12);
test.each([
  ['PT1H', '2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z'],
  ['2026-02-01/2026-02-02', '2026-02-01T00:00:00.000Z', '2026-02-02T00:00:00.000Z'],
  ['2026-02-01T06:00:00/PT1H', '2026-02-01T06:00:00.000Z', '2026-02-01T07:00:00.000Z'],
  ['P1D/2026-02-02T00:00:00+02:00', '2026-01-31T22:00:00.000Z', '2026-02-01T22:00:00.000Z'],
])('the timespan %s', (text, from, to) => {
  expect(parseTimespan(text, NOON)).toEqual({ from, to });
});
test.each(['', 'x', 'PT1H/PT2H', '2026-02-01', '2026-02-01/', 'a/b', '2026-02-01/2026-02-02/PT1H'])(
  'the timespan %j is refused',
  (text) => {
    expect(() => parseTimespan(text, NOON)).toThrow('ISO 8601');
  },
);
