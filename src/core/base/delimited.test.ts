import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDelimited } from './delimited.ts';

const rows = (text: string, delimiter?: string) =>
  parseDelimited(text, delimiter).records.map((r) => r.fields);

test.each([
  ['', []],
  [
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a\rb', [['a'], ['b']]],
  ['\uFEFFa,b', [['a', 'b']]],
  [
    'a,,\n\n,b',
    [
      ['a', '', ''],
      ['', 'b'],
    ],
  ],
  [
    '"a,1","b ""x"""\n"",',
    [
      ['a,1', 'b "x"'],
      ['', ''],
    ],
  ],
  ['"two\r\nlines",b\nc', [['two\r\nlines', 'b'], ['c']]],
  ['a "quoted" word', [['a "quoted" word']]],
])('%j', (text, expected) => {
  expect(rows(text)).toEqual(expected);
});

test('another delimiter', () => {
  expect(rows('a;b,c', ';')).toEqual([['a', 'b,c']]);
});

test('says on which line a record begins, and what is wrong where', () => {
  expect(parseDelimited('a\n"x\ny"\n\nb').records.map((r) => r.line)).toEqual([1, 2, 5]);
  expect(parseDelimited('a\n"open')).toMatchObject({
    records: [{ line: 1 }],
    problem: { line: 2, message: 'a quote is not closed' },
  });
  expect(parseDelimited('a\n"x"y').problem).toMatchObject({ line: 2 });
});

test('reads back what was written', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ü') });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 4 })), (table) => {
      const text = table.map((row) => row.map(quote).join(',')).join('\n');
      expect(rows(text)).toEqual(table);
    }),
  );
});
