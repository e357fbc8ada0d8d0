import { expect, test } from 'vitest';
import { findRise } from './change-point.ts';

const flat = (n: number, value: number) => new Array<number>(n).fill(value);

test('a level that rises and stays is found where it begins', () => {
  expect(findRise([...flat(20, 3), ...flat(8, 21)], 2)).toEqual({ at: 20, before: 3, after: 21 });
  expect(findRise([...flat(20, 0), ...flat(8, 5)], 2)).toEqual({ at: 20, before: 0, after: 5 });
});

test('noise does not move it', () => {
  const noisy = [...flat(30, 10), ...flat(12, 40)].map((v, i) => v + ((i * 7) % 5) - 2);
  expect(findRise(noisy, 2)?.at).toBe(30);
});

test.each([
  ['a flat series', flat(30, 5)],
  ['a fall', [...flat(15, 9), ...flat(15, 1)]],
  ['one spike', [...flat(20, 2), 500, ...flat(20, 2)]],
  ['a rise that is too small', [...flat(15, 10), ...flat(15, 14)]],
  ['too few values', [1, 1, 9]],
  ['nothing at all', []],
])('%s is no rise', (_, series) => expect(findRise(series, 2)).toBeUndefined());
