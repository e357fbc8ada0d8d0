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
  [
    'datatable(x:long)[3, 1, 3] | sort by x asc | extend r = row_rank(x), p = prev(x, 1, 0) | project x, r, p',
    [
      [1, 1, 0],
      [3, 2, 1],
      [3, 2, 3],
    ],
  ],
  ['print sin(real(+inf)), totimespan(real(nan)), cot(real(-inf))', [['NaN', null, 'NaN']]],
  ['datatable(x:long)[1, 2] | where x in~ ("1", "3")', [[1]]],
  ['Events | summarize percentile(5, 50), percentilew("a", 1, 50)', [[5, 'a']]],
  [
    'Events | where extent_id() == guid(00000000-0000-0000-0000-000000000000) | evaluate identity() | project array_length(extent_tags()) | take 1',
    [[0]],
  ],
  // What a double cannot hold the square of, and what a timespan cannot hold.
  [
    'Events | summarize stdev(Bytes * 1e308), variance(Bytes * 1e200), stdev(Bytes), stdevif(Bytes * 1e200, Bytes > 99)',
    [['NaN', 'NaN', 14.142135623730951, 0]],
  ],
  [
    'range x from 1 to 1 step 1 | project 10675199d * x * 2, 10675199d * x + 1d * x, 3e308 > x',
    [[null, null, true]],
  ],
  // The engine cannot plan the first rows of partitions behind such a condition.
  [
    'Events | where Bytes + Bytes * 0.5 between (1 .. 20) | partition by Host (top 1 by Bytes) | project Host',
    [['web-1']],
  ],
  [
    'print d = parse_json(strcat(strrep("[", 1000), strrep("]", 1000))) | project array_length(d)',
    [[1]],
  ],
];

const NAN = 'datatable(x:real)[real(nan), 1.0, real(null), 2.0]';

const REFUSED: readonly (readonly [query: string, message: RegExp])[] = [
  ['print x = now() | where x == true', /cannot compare datetime with bool/],
  ['Events | summarize make_list(Host, Bytes)', /must be constant numbers/],
  ['Events | summarize percentiles_array(Bytes, Extra.a)', /must be constant numbers/],
  ['Events | summarize count() by bin(TimeGenerated, now())', /length of a bin, not an instant/],
  ['Events | project bin_at(TimeGenerated, now(), now())', /length of a bin, not an instant/],
  ['Events | summarize percentiles(Bytes, 5, 101)', /numbers from 0 to 100/],
  ['Events | summarize percentiles_array(Bytes, dynamic([50, -1]))', /numbers from 0 to 100/],
  ['Events | summarize percentiles_array(Bytes, dynamic([50, "x"]))', /numbers from 0 to 100/],
  [
    'Events | make-series count() on TimeGenerated from ago(1d) to now() step 0s',
    /step of make-series/,
  ],
  [`print ${'('.repeat(600)}1${')'.repeat(600)}`, /nested more than 500 deep/],
  [`print ${'1 + '.repeat(1100)}1`, /operators follow each other/],
  [`print case(${'rand() > 1, 1, '.repeat(300)}0)`, /more than 400 arguments/],
  [
    `${Array.from({ length: 30 }, (_, i) => `let v${i} = ${i > 0 ? `v${i - 1} + v${i - 1}` : 1};`).join(' ')} print v29`,
    /Variables name each other too often/,
  ],
  [
    `${Array.from({ length: 13 }, (_, i) => `let f${i} = (x:long) { ${i > 0 ? `f${i - 1}(f${i - 1}(x))` : 'x + x'} };`).join(' ')} print f12(1)`,
    /more than 200000 expressions|Variables name/,
  ],
];

describe('edges', () => {
  it.each(CASES)('%s', async (query, rows) => {
    expect(await bench.rows(query.replace('NAN', NAN))).toEqual(rows);
  });

  it.each(REFUSED)('refuses %s', (query, message) => {
    const refusal = bench.refusal(query);
    expect(refusal.message).toMatch(message);
    expect(refusal.start + refusal.length).toBeLessThanOrEqual(query.length);
  });

  it('reads variables that double at each level once', async () => {
    const lets = Array.from(
      { length: 14 },
      (_, i) => `let t${i} = ${i > 0 ? `union t${i - 1}, t${i - 1} | take 2` : 'Events'};`,
    );
    expect(await bench.rows(`${lets.join('\n')} t13 | count`)).toEqual([[2]]);
  });
});
