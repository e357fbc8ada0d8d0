import { expect, test } from 'vitest';
import {
  exactNumber,
  formatAgo,
  formatBytes,
  formatByUnit,
  formatChange,
  formatCount,
  formatDuration,
  formatPoints,
  formatShare,
  plural,
} from './format.ts';

/** Reads like the page: narrow no-break spaces and the minus sign as plain characters. */
const plain = (text: string) => text.replaceAll('\u202f', ' ').replaceAll('\u2212', '-');

test.each([
  [0, '0'],
  [7, '7'],
  [999, '999'],
  [1000, '1.00 k'],
  [999_499, '999 k'],
  [999_500, '1.00 M'],
  [48_201_377, '48.2 M'],
  [-1_234, '-1.23 k'],
  [0.5, '0.50'],
])('count %d reads %s', (value, text) => expect(plain(formatCount(value))).toBe(text));

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [6_310_000_000_000, '6.31 TB'],
  [801e9, '801 GB'],
  [1e21, '1000 EB'],
])('bytes %d read %s', (value, text) => expect(plain(formatBytes(value))).toBe(text));

test.each([
  [0, '0 %'],
  [1, '100 %'],
  [0.039, '3.9 %'],
  [0.5, '50 %'],
  [0.99998, '99.998 %'],
  [0.00001, '0.001 %'],
  [1 - 1e-12, '99.999999 %'],
  [Number.NaN, '–'],
])('share %d reads %s', (value, text) => expect(plain(formatShare(value))).toBe(text));

test.each([
  [104, 100, '+4 %'],
  [97, 100, '-3 %'],
  [700, 100, '7.0×'],
  [6400, 100, '64×'],
  [5, 0, 'new'],
  [0, 0, 'same'],
  [100, 100, 'same'],
  [0, 9, '-100 %'],
])('from %2$d to %1$d reads %3$s', (now, before, text) =>
  expect(plain(formatChange(now, before))).toBe(text),
);

test('points are differences of shares', () => {
  expect(plain(formatPoints(0.039, 0.023))).toBe('+1.6 points');
  expect(plain(formatPoints(0.01, 0.02))).toBe('-1 points');
  expect(formatPoints(0.5, 0.5)).toBe('same');
});

test.each([
  [0, '0 ms'],
  [0.25, '0.3 ms'],
  [250, '250 ms'],
  [4200, '4.2 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [3 * 3_600_000 + 5, '3 h'],
  [49 * 3_600_000, '2 d'],
])('%d ms read %s', (ms, text) => expect(plain(formatDuration(ms))).toBe(text));

test('ago looks both ways', () => {
  expect(plain(formatAgo(0, 4_400))).toBe('4 s ago');
  expect(plain(formatAgo(10_000, 0))).toBe('in 10 s');
  expect(formatAgo(5, 6)).toBe('now');
});

test('units decide the text, hover keeps the exact number', () => {
  expect(plain(formatByUnit(6_310_000_000_000, 'bytes').text)).toBe('6.31 TB');
  expect(formatByUnit(6_310_000_000_000, 'bytes').exact).toBe('6,310,000,000,000 bytes');
  expect(formatByUnit(443, 'port').text).toBe('443');
  expect(formatByUnit(12345678901234567890n, 'none').text).toBe('12,345,678,901,234,567,890');
  expect(formatByUnit(1 / 3, 'none').text).toBe('0.333333');
  expect(formatByUnit(Number.NaN, 'none').text).toBe('NaN');
  expect(exactNumber(1234.5)).toBe('1,234.5');
});

test('nouns follow their number', () => {
  expect(plural(1, 'file')).toBe('1 file');
  expect(plural(2, 'file')).toBe('2 files');
  expect(plural(0, 'reply', 'replies')).toBe('0 replies');
});
