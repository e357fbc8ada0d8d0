import { expect, it } from 'vitest';
import { counted, printBytes, printMoment, printSeconds } from './print.ts';

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [999.6, '1 kB'],
  [1_819_502, '1.8 MB'],
  [340_000, '340 kB'],
  [2.1e15, '2.1 PB'],
])('%d bytes', (bytes, text) => expect(printBytes(bytes)).toBe(text));

it.each([
  [45, '45 s'],
  [720, '12 min'],
  [12_600, '3.5 h'],
  [172_800, '2 days'],
])('%d seconds', (seconds, text) => expect(printSeconds(seconds)).toBe(text));

it('counts one of something in the singular', () => {
  expect([counted(1, 'address', 'addresses'), counted(1200, 'address', 'addresses')]).toEqual([
    '1 address',
    '1,200 addresses',
  ]);
});

it('prints an instant for a sentence, to the second', () =>
  expect(printMoment(Date.UTC(2026, 2, 4, 5, 6, 7, 890) * 1000)).toBe('2026-03-04 05:06:07 UTC'));
