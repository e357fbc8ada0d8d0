import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Query, and the rows it gives: where values end, are absent, or are not of the kind asked for. */
const CASES: readonly (readonly [query: string, rows: unknown])[] = [
  [
    'range x from 1 to 2 step 1 | sort by x asc | project s = row_cumsum(x + 9223372036854775805)',
    [['9223372036854775806'], [-3]],
  ],
  [
    'datatable(x:long)[7, -7, -3] | project x % 9223372036854775807, x % -9223372036854775807, x % 3, x % -3',
    [
      [7, 7, 1, 1],
      ['9223372036854775800', '9223372036854775800', 2, 2],
      ['9223372036854775804', '9223372036854775804', 0, 0],
    ],
  ],
  ['print x = -9223372036854775807 | project bin(x, 3) > 0', [[true]]],
  [
    'datatable(d:dynamic)[dynamic([{"a":1}]), dynamic([]), dynamic({"a":null})] | project bag_has_key(d, "a"), bag_has_key(d, "$.[0].a")',
    [
      [false, true],
      [false, false],
      [true, false],
    ],
  ],
  [
    'datatable(a:long, s:string)[long(null), "", 4, "x"] | summarize take_any(a), take_any(s)',
    [[4, 'x']],
  ],
  [
    'datatable(a:long, s:string)[long(null), "y", 4, ""] | summarize take_any(a, s) | project isnull(a) == (s == "y")',
    [[true]],
  ],
  // NaN stands beside the nulls, on their inner side, in either direction.
  ['NAN | sort by x', [[2], [1], ['NaN'], [null]]],
  ['NAN | sort by x asc', [[null], ['NaN'], [1], [2]]],
  ['NAN | sort by x asc nulls last', [[1], [2], ['NaN'], [null]]],
  ['NAN | top 2 by x nulls first', [[null], ['NaN']]],
  ['NAN | top 2 by x * 2', [[2], [1]]],
];

const NAN = 'datatable(x:real)[real(nan), 1.0, real(null), 2.0]';

describe('edges', () => {
  it.each(CASES)('%s', async (query, rows) => {
    expect(await bench.rows(query.replace('NAN', NAN))).toEqual(rows);
  });
});
