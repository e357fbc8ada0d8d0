import { expect, test } from 'vitest';
import { columnFacts, compareCells } from './column-facts.ts';

const column = (type: 'long' | 'string' | 'int', unit: 'none' | 'bytes' | 'port' = 'none') => ({
  name: 'x',
  type,
  unit,
});

test('numbers are summed, ports are not', () => {
  const rows = [[3], [1], [null], [1], ['9007199254740993']];
  expect(columnFacts(rows, 0, column('long', 'bytes'))).toEqual({
    rows: 5,
    empty: 1,
    distinct: 3,
    least: 1,
    most: '9007199254740993',
    sum: '9007199254740998',
    common: [
      { text: '1', rows: 2 },
      { text: '3', rows: 1 },
      { text: '9007199254740993', rows: 1 },
    ],
  });
  expect(columnFacts([[443], [80]], 0, column('int', 'port')).sum).toBeUndefined();
});

test('text counts the empty string as empty and keeps five of the common values', () => {
  const rows = [...'aabbbcdefg'].map((c) => [c]).concat([['']]);
  const facts = columnFacts(rows, 0, column('string'));
  expect(facts.empty).toBe(1);
  expect(facts.distinct).toBe(7);
  expect(facts.common.map((c) => c.text)).toEqual(['b', 'a', 'c', 'd', 'e']);
  expect([facts.least, facts.most]).toEqual(['a', 'g']);
});

test.each([
  [null, 1, -1],
  [2, 10, -8],
  ['2', '10', -8],
  ['10.0.0.9', '10.0.0.10', 1],
  ['a', 'b', -1],
  ['a', 'a', 0],
])('%j against %j is %d', (a, b, order) => expect(compareCells(a, b)).toBe(order));
