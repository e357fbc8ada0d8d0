import { expect, test } from 'vitest';
import { kqlName, kqlSpan, kqlString, kqlTime, kqlWithin } from './kql.ts';
import {
  bucketMs,
  nameBefore,
  nameSpan,
  parseRange,
  presetOf,
  previousOf,
  printRange,
  resolveAligned,
  resolveRange,
} from './range.ts';

const HOUR = 3_600_000;

test.each([
  '30m',
  '1h',
  '24h',
  '7d',
  '90m',
  '2026-03-03T00:00Z..2026-03-04T00:00Z',
  '2026-03-03T10:00:01Z..2026-03-03T10:00:02.500Z',
])('%s survives parsing and printing', (text) => {
  const range = parseRange(text);
  expect(range && printRange(range)).toBe(text);
});

test.each([
  '',
  '24',
  'h',
  '0h',
  '99999999d',
  'yesterday',
  '2026-03-04..2026-03-03',
  '2026-03-03..',
  'a..b',
  '2026..2027..2028',
])('%j is no range', (text) => expect(parseRange(text)).toBeUndefined());

test('a preset has a name', () => {
  expect(presetOf({ kind: 'last', spanMs: 24 * HOUR })?.text).toBe('Last 24 hours');
  expect(presetOf({ kind: 'last', spanMs: 5 * HOUR })).toBeUndefined();
});

test('an open end reaches to the end of the minute', () => {
  const at = Date.parse('2026-03-03T10:40:12Z');
  expect(resolveRange({ kind: 'last', spanMs: HOUR }, at)).toEqual({
    from: Date.parse('2026-03-03T09:41Z'),
    to: Date.parse('2026-03-03T10:41Z'),
  });
});

test('the period before is named by its length', () => {
  expect(nameBefore({ kind: 'last', spanMs: 24 * HOUR })).toBe('the day before');
  expect(nameBefore({ kind: 'last', spanMs: 4 * HOUR })).toBe('the 4 hours before');
  expect(nameBefore({ kind: 'fixed', from: 0, to: 90 * 60_000 })).toBe('the 90 minutes before');
});

test('panels begin where rollups begin, and compare with the same stretch a range earlier', () => {
  const range = { kind: 'last', spanMs: 24 * HOUR } as const;
  const interval = resolveAligned(range, Date.parse('2026-03-03T10:40:12Z'));
  expect(interval).toEqual({
    from: Date.parse('2026-03-02T10:00Z'),
    to: Date.parse('2026-03-03T10:41Z'),
  });
  expect(previousOf(range, interval)).toEqual({
    from: Date.parse('2026-03-01T10:00Z'),
    to: Date.parse('2026-03-02T10:41Z'),
  });
  const fixed = { kind: 'fixed', from: 100, to: 150 } as const;
  expect(resolveAligned(fixed, 0)).toEqual({ from: 100, to: 150 });
  expect(previousOf(fixed, fixed)).toEqual({ from: 50, to: 100 });
});

test.each([
  [24 * HOUR, 600_000],
  [HOUR, 30_000],
  [30 * 24 * HOUR, 12 * HOUR],
  [1000, 1000],
])('an interval of %d ms is cut into buckets of %d ms', (span, size) => {
  expect(bucketMs({ from: 0, to: span })).toBe(size);
});

test('buckets are named and never finer than asked', () => {
  expect(bucketMs({ from: 0, to: HOUR }, 150, 600_000)).toBe(600_000);
  expect(nameSpan(600_000)).toBe('10 minutes');
  expect(nameSpan(HOUR)).toBe('hour');
  expect(nameSpan(30_000)).toBe('30 seconds');
});

test.each([
  ['plain', '"plain"'],
  ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
  ['two\nlines', '"two\\nlines"'],
  ['\u0000', '"\\u0000"'],
])('%j is written as a KQL string', (text, literal) => expect(kqlString(text)).toBe(literal));

test('times, spans and names of KQL', () => {
  expect(kqlTime(Date.parse('2026-03-03T10:40Z'))).toBe('datetime(2026-03-03T10:40Z)');
  expect(kqlTime(Date.parse('2026-03-03T10:40:01.5Z'))).toBe('datetime(2026-03-03T10:40:01.500Z)');
  expect(kqlSpan(600_000)).toBe('10m');
  expect(kqlSpan(1500)).toBe('1500ms');
  expect(kqlWithin('T', { from: 0, to: 60_000 })).toBe(
    'T >= datetime(1970-01-01T00:00Z) and T < datetime(1970-01-01T00:01Z)',
  );
  expect(kqlName('DestIp')).toBe('DestIp');
  expect(kqlName('a b')).toBe('["a b"]');
});
