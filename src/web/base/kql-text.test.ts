import { describe, expect, test } from 'vitest';
import { addOperator, queryAt, splitQueries } from './kql-text.ts';

const texts = (text: string) => splitQueries(text).map((query) => query.text);

describe('queries of one text', () => {
  test.each([
    ['nothing', ' \n\n ', []],
    ['one', 'Flows\n| count', ['Flows\n| count']],
    ['two', '\nFlows\n| count\n\n\n  print 1  \n', ['Flows\n| count', 'print 1']],
    ['a blank line of spaces', 'A\n \t\nB', ['A', 'B']],
    ['line ends of Windows', 'A\r\n\r\nB', ['A', 'B']],
    ['let statements', 'let a = 1;\n\nprint a', ['let a = 1;\n\nprint a']],
    ['an operator below a blank line', 'Flows\n\n| count', ['Flows\n\n| count']],
    ['a pipe above one', 'Flows |\n\ncount', ['Flows |\n\ncount']],
    ['brackets', 'let f = () {\n\n  Flows\n\n};\nf', ['let f = () {\n\n  Flows\n\n};\nf']],
    ['a string over lines', 'print ```a\n\nb```\n\nprint 2', ['print ```a\n\nb```', 'print 2']],
    ['what only looks like brackets', 'print "(" // (\n\nprint 2', ['print "(" // (', 'print 2']],
    ['a comment as a headline', '// Denied\n\nFlows\n\nprint 1', ['// Denied\n\nFlows', 'print 1']],
    ['comments alone', '// nothing yet', []],
    ['more brackets closed than opened', 'print 1)\n\nprint 2', ['print 1)', 'print 2']],
  ])('%s', (_, text, queries) => expect(texts(text)).toEqual(queries));

  test('offsets are those of the text', () => {
    const text = '\n\nFlows | count\n\n// second\nprint 1\n\n';
    for (const query of splitQueries(text))
      expect(text.slice(query.start, query.end)).toBe(query.text);
  });

  test('the cursor chooses the query it is in or behind', () => {
    const queries = splitQueries('\nA1\n\n\nB2');
    expect([0, 1, 3, 4, 6, 9].map((at) => queryAt(queries, at)?.text)).toEqual([
      'A1',
      'A1',
      'A1',
      'A1',
      'B2',
      'B2',
    ]);
    expect(queryAt([], 0)).toBeUndefined();
  });
});

test.each([
  ['Flows', 'Flows\n| where a'],
  ['Flows\n| take 5;\n', 'Flows\n| take 5\n| where a'],
  [
    'Flows | summarize count() by x\n| render timechart with (title="| take")',
    'Flows | summarize count() by x\n| where a\n| render timechart with (title="| take")',
  ],
  ['let r = T | render x; Flows', 'let r = T | render x; Flows\n| where a'],
  ['union (A | render table)', 'union (A | render table)\n| where a'],
])('an operator goes to the end of %j', (query, expected) => {
  expect(addOperator(query, 'where a')).toBe(expected);
});
