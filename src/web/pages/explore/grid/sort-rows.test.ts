import { expect, test } from 'vitest';
import { sortRows } from './sort-rows.ts';

const sorted = (cells: readonly unknown[], isDown = false) =>
  sortRows(
    cells.map((cell) => [cell]),
    0,
    isDown,
  ).map((row) => row[0]);

test.each([
  [
    [3, null, 20, 1],
    [null, 1, 3, 20],
  ],
  [
    ['10', '9', 8],
    [8, '9', '10'],
  ],
  [
    ['b', 'a', 'B', ''],
    ['', 'B', 'a', 'b'],
  ],
  [
    ['10.0.0.9', '10.0.0.10'],
    ['10.0.0.10', '10.0.0.9'],
  ],
  [
    ['x', 2, null, '9007199254740993'],
    [null, 2, '9007199254740993', 'x'],
  ],
  [
    [true, false],
    [false, true],
  ],
  [
    [{ b: 1 }, { a: 1 }],
    [{ a: 1 }, { b: 1 }],
  ],
])('%j', (cells, expected) => {
  expect(sorted(cells)).toEqual(expected);
  expect(sorted(cells, true)).toEqual([...expected].reverse());
});

test('equal rows keep their order, both ways', () => {
  const rows = [
    [1, 'a'],
    [0, 'b'],
    [1, 'c'],
  ];
  expect(sortRows(rows, 0, false).map((r) => r[1])).toEqual(['b', 'a', 'c']);
  expect(sortRows(rows, 0, true).map((r) => r[1])).toEqual(['a', 'c', 'b']);
});
