import { describe, expect, test } from 'vitest';
import type { ResultColumn } from '#core/contract/index.ts';
import { type Comparison, conditionFor, expansionOf, pathCondition } from './cell-condition.ts';

const cases: readonly (readonly [unknown, string, ResultColumn['type'], Comparison, string])[] = [
  ['10.0.0.1', 'SrcIp', 'string', '==', 'SrcIp == "10.0.0.1"'],
  ['a"b\\', 'Name', 'string', '!=', 'Name != "a\\"b\\\\"'],
  ['', 'Name', 'string', '==', 'isempty(Name)'],
  ['', 'Name', 'string', '!=', 'isnotempty(Name)'],
  [null, 'Port', 'int', '==', 'isnull(Port)'],
  [-5, 'Port', 'int', '>=', 'Port >= -5'],
  ['9007199254740993', 'Bytes', 'long', '<=', 'Bytes <= 9007199254740993'],
  [
    '2026-01-02T03:04:05.1234567Z',
    'At',
    'datetime',
    '>=',
    'At >= datetime(2026-01-02T03:04:05.1234567Z)',
  ],
  ['1.02:03:04', 'For', 'timespan', '==', 'For == time(1.02:03:04)'],
  [false, 'Is', 'bool', '==', 'Is == false'],
  ['NaN', 'Ratio', 'real', '!=', 'not(isnan(Ratio))'],
  [1, 'a b', 'long', '==', '["a b"] == 1'],
];

test.each(cases)('%j in %s (%s) %s', (cell, name, type, comparison, expected) => {
  expect(conditionFor(cell, { name, type }, comparison)).toBe(expected);
});

describe('dynamic values', () => {
  const column = { name: 'Bag', type: 'dynamic' } as const;

  test('are compared as text, at any path', () => {
    expect(conditionFor({ a: 1 }, column, '==')).toBe('tostring(Bag) == "{\\"a\\":1}"');
    expect(pathCondition(['a', 0, 'b c'], 'x', column, '!=')).toBe(
      'tostring(Bag.a[0]["b c"]) != "x"',
    );
    expect(pathCondition(['a'], null, column, '==')).toBe('isnull(Bag.a)');
  });

  test('are spread out by what they hold', () => {
    expect(expansionOf('[1,2]', column)?.operator).toBe('mv-expand Bag');
    expect(expansionOf({ a: 1 }, column)?.operator).toBe('evaluate bag_unpack(Bag)');
    expect(expansionOf('[not json', column)).toBeUndefined();
    expect(expansionOf('[1]', { name: 'Bag', type: 'string' })).toBeUndefined();
  });
});
