import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Query, and the rows it gives, in order. */
type Cases = readonly (readonly [query: string, rows: unknown])[];

function cases(name: string, list: Cases): void {
  describe(name, () => {
    it.each(list)('%s', async (query, rows) => {
      expect(await bench.rows(query)).toEqual(rows);
    });
  });
}

cases('several tables', [
  [
    'find in (Events) where Host == "web-1" project Host, Bytes, pack(*)',
    [['Events', 'web-1', 10, { TimeGenerated: '2026-03-04T10:00:00.0000000Z', Extra: { a: 1 } }]],
  ],
  ['find withsource=From in (Events) where Bytes > 20 project Bytes', [['Events', 30]]],
  [
    'let Small = view () { range n from 1 to 3 step 1 }; search n == 2 | project $table, n',
    [['Small', 2]],
  ],
  ['let V = view () { Events }; union V, (Events) | count', [[6]]],
]);

const SALES =
  'datatable(c:string, s:string, v:long)["a","x",10, "a","y",20, "a","z",1, "b","x",30, "b","y",2, "c","q",5, "d","q",6]';

cases('top-nested with others', [
  [
    `${SALES} | top-nested 2 of c with others="rest" by sum(v) | sort by aggregated_c`,
    [
      ['b', 32],
      ['a', 31],
      ['rest', 11],
    ],
  ],
  [
    `${SALES} | top-nested 2 of c with others="rest" by sum(v), top-nested 1 of s with others="more" by n = count() | sort by c asc, n asc, s asc`,
    [
      ['a', 31, expect.any(String), 1],
      ['a', 31, 'more', 2],
      ['b', 32, 'more', 1],
      ['b', 32, expect.any(String), 1],
      ['rest', 11, 'more', 2],
    ],
  ],
  // A level without others shows nothing for what it leaves out, where one below it counts that.
  [
    `${SALES} | top-nested 2 of c with others="rest" by sum(v), top-nested 1 of s by sum(v), top-nested 1 of v with others=-1 by max(v) | where v == -1 | sort by c asc`,
    [
      ['a', 31, '', null, -1, 10],
      ['b', 32, '', null, -1, 2],
      ['rest', 11, '', null, -1, 6],
    ],
  ],
  [`${SALES} | where v > 99 | top-nested 1 of c with others="rest" by sum(v)`, []],
  [`${SALES} | top-nested 9 of c with others="rest" by sum(v) | count`, [[4]]],
]);

const LOGINS =
  'range n from 1 to 5 step 1 | extend s = iff(n < 5, strcat("login of user", n, " from ", n * 7), "boom")';

cases('reduce', [
  [
    `${LOGINS} | reduce by s with characters=" "`,
    [
      ['login of*from*', 4, 'login of user1 from 7'],
      ['others', 1, ''],
    ],
  ],
  [
    `${LOGINS} | where n > 3 or n == 1 | reduce kind=source by s with characters=" " | sort by n asc | project n, Pattern, Count, Representative`,
    [
      [1, 'login of*from*', 2, 'login of user1 from 7'],
      [4, 'login of*from*', 2, 'login of user1 from 7'],
      [5, 'others', 1, ''],
    ],
  ],
  [`${LOGINS} | where n > 9 | reduce kind=source by s | count`, [[0]]],
]);

cases('statements before a query', [
  ['declare query_parameters(least:long = 20); Events | where Bytes > least | count', [[1]]],
  [
    'declare pattern hostOf = (zone:string)[part:string] { ("a").["x"] = { print h = "one" }; ("b").["x"] = { print h = "two" }; }; hostOf("b").x',
    [['two']],
  ],
  ['declare pattern p = (n:string) { ("only") = { Events | count }; }; p("only")', [[3]]],
  [
    'let which=*;\nlet f = (which:string="*", n:long=1) { print iff(which == "*", "any", which) };\nf(which)',
    [['any']],
  ],
]);

cases('constant instants', [
  ['print endofday(datetime(2026-01-01)) - startofday(datetime(2026-01-01)) < 1d', [[true]]],
  ['print (endofday(datetime(2026-01-01)) - datetime(2026-01-01)) / 1tick', [[863999999999]]],
  ['print format_datetime(datetime(2026-01-01 00:00:00.0000004), "fffffff")', [['0000004']]],
  ['print isnull(datetime(0001-01-01) - 1s)', [[true]]],
  [
    'print datetime_local_to_utc(datetime(2025-03-30 02:30), "Europe/Madrid")',
    [['2025-03-30T00:30:00Z']],
  ],
]);

cases('names of sources, settings and old spellings', [
  ['Events | take 1 | union withsource=S (print a = 1) | project S', [['Events'], ['union_arg1']]],
  ['Events | search "web-1" | project $table', [['Events']]],
  [
    'set query_now = datetime(2026-01-01); print now() - ago(1d), now()',
    [['1.00:00:00', '2026-01-01T00:00:00Z']],
  ],
  [
    'set query_datetimescope_from = datetime(2026-03-04T10:30:00Z); set query_datetimescope_to = datetime(2026-03-04T11:30:00Z); Events | count',
    [[1]],
  ],
  [
    'set query_datetimescope_to = datetime(2026-03-04T10:01:00Z); set query_datetimescope_column = "Extra"; Events | count',
    [[3]],
  ],
  ['print a = 1, b = "x" | project v = pack_array(*)', [[[1, 'x']]]],
  [
    'datatable(n:long, w:long)[1, 1, 2, 3] | summarize percentilesw_array(n, w, dynamic([20, 50]))',
    [[[1, 2]]],
  ],
  [
    'datatable(n:long)[7, 7, 9] | sort by n asc | extend r = row_rank(n) | project r',
    [[1], [1], [2]],
  ],
]);

cases('numbers', [
  ['print decimal(0.7) + decimal(0.1) == decimal(0.8)', [[true]]],
  ['print isnan(min_of(1.5, real(nan))), isnan(max_of(real(nan), 1.5))', [[true, true]]],
  [
    'datatable(k:string, v:real)["a", 2.0, "b", real(nan)] | summarize arg_min(v, k)',
    [['NaN', 'b']],
  ],
  [
    'print toint(dynamic(1e300)), toint(dynamic(3000000000)), tobool(dynamic("0x2"))',
    [[2147483647, -1294967296, true]],
  ],
]);

cases('order and series', [
  [
    'datatable(g:long, n:string)[1, "c", 2, "a", 1, "b"] | sort by g asc | project n',
    [['c'], ['b'], ['a']],
  ],
  [
    'Events | where false | make-series kind=nonempty n = sum(Bytes) default=7 on TimeGenerated from datetime(2026-01-01) to datetime(2026-01-03) step 1d | project n',
    [[[7, 7]]],
  ],
  ['print indexof("ab-ab-ab", "ab", 0, 6, 2), indexof("ab-ab", "ab", 1, 3)', [[3, -1]]],
  [
    'print s = "  a  =  1   b=2" | parse-kv s as (a:long, b:long) with (pair_delimiter=" ", kv_delimiter="=") | project a, b',
    [[1, 2]],
  ],
]);

cases('operators inside partitions', [
  [
    'datatable(g:string, k:long)["a", 1, "a", 2, "b", 1] | partition by g (join kind=inner (datatable(k:long, v:string)[1, "one", 2, "two"]) on k | top 1 by k | project g, v) | sort by g asc',
    [
      ['a', 'two'],
      ['b', 'one'],
    ],
  ],
  [
    'datatable(g:string, k:long)["a", 1, "a", 2, "b", 1] | partition by g (lookup (datatable(k:long, v:string)[1, "one"]) on k | top 1 by k | project g, v) | sort by g asc',
    [
      ['a', ''],
      ['b', 'one'],
    ],
  ],
  [
    'print a = dynamic([1, 2, 3]) | mv-apply a to typeof(long) on (join kind=inner (datatable(a:long, v:string)[1, "one", 3, "three"]) on a | summarize make_list(v))',
    [[['one', 'three']]],
  ],
]);

cases('patterns of texts', [
  [
    'datatable(c:string)["link up eth0", "link up eth1", "link down eth2", "reboot"] | reduce by c with threshold=0.3',
    [
      ['link up *', 2, 'link up eth0'],
      ['others', 2, ''],
    ],
  ],
  [
    'range x from 1 to 4 step 1 | project s = strcat("node", "-", tostring(x), "_a") | reduce by s with characters="-"',
    [['node*', 4, 'node-1_a']],
  ],
]);

cases('settings and sketches', [
  [
    'set query_bin_auto_size = 1h; Events | summarize count() by bin_auto(TimeGenerated) | project count_ | sort by count_ asc',
    [[1], [2]],
  ],
  [
    'datatable(a:long, g:string)[1, "x", 5, "x", 9, "y"] | summarize t = tdigest(a), h = hll(a) by g | summarize t = merge_tdigest(t), h = hll_merge(h) | project percentile_tdigest(t, 50), dcount_hll(h)',
    [[5, 3]],
  ],
  ['print assert(1 < 2, "never")', [[true]]],
  ['Events | where false | summarize buildschema(Extra)', [[null]]],
]);

cases('series', [
  [
    'print series_fit_2lines(dynamic([1, 2, 3, 4, 10, 8, 6, 4])) | project series_fit_2lines__split_idx, series_fit_2lines__left_slope, series_fit_2lines__right_slope, series_fit_2lines__rsquare',
    [[4, 1, -2, 1]],
  ],
  [
    'print series_decompose_forecast(dynamic([5, 5, 5, 5, 5, 5, 0, 0]), 2, 0) | project series_decompose_forecast__baseline',
    [[[5, 5, 5, 5, 5, 5, 5, 5]]],
  ],
  ['print series_seasonal(dynamic([1, 3, 5, 2, 4, 6, 1, 3, 5, 2, 4, 6]))[0]', [[0]]],
]);

describe('query parameters', () => {
  it('take values by the types that the query declares', async () => {
    const query =
      'declare query_parameters(n:long, at:datetime, s:string, d:dynamic); print n, at, s, d[0]';
    const given = { n: '7', at: 'datetime(2026-01-02)', s: 'long(1)', d: 'dynamic([3])' };
    expect(await bench.rows(query, given)).toEqual([[7, '2026-01-02T00:00:00Z', 'long(1)', 3]]);
  });

  it('refuse values of other types, and missing ones', () => {
    const query = 'declare query_parameters(n:long); print n';
    expect(bench.refusal(query, { n: 'many' }).code).toBe('semantic');
    expect(bench.refusal(query).code).toBe('unsupported');
  });
});

describe('scans of later stages', () => {
  it('stand in the plan beside those of the first', () => {
    const { scans } = bench.plan(
      'Events | join kind=inner (Events | project Host, Extra | evaluate bag_unpack(Extra)) on Host | summarize max(Bytes) by Host, a',
    );
    expect(scans.map((s) => [s.name, s.columns.map((c) => c.name).sort()])).toEqual([
      ['s1', ['Extra', 'Host']],
      ['r1_s1', ['Bytes', 'Host']],
    ]);
  });

  it('find rows of their own', async () => {
    const query =
      'Events | join kind=inner (Events | project Host, Extra | evaluate bag_unpack(Extra)) on Host | where isnotnull(a) | sort by a asc | project Bytes, a';
    expect(await bench.rows(query)).toEqual([
      [10, 1],
      [null, 2],
    ]);
  });
});
