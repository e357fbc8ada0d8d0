import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Query, and the rows it gives, in order. */
const CASES: readonly (readonly [query: string, rows: unknown])[] = [
  ['Events | where Bytes != 10 | count', [[2]]],
  ['Events | where not(Bytes == 10) | count', [[2]]],
  ['Events | where isempty(Host) | project Host, Extra', [['', null]]],
  ['Events | sort by Bytes asc | project Bytes', [[null], [10], [30]]],
  ['Events | sort by Bytes | project Bytes', [[30], [10], [null]]],
  ['Events | summarize sum(Bytes), avg(Bytes), count(), dcount(Host)', [[40, 20, 3, 3]]],
  ['Events | summarize arg_max(TimeGenerated, Host, Bytes)', [['2026-03-04T11:30:00Z', '', 30]]],
  [
    'Events | summarize count() by bin(TimeGenerated, 1h) | sort by TimeGenerated asc',
    [
      ['2026-03-04T10:00:00Z', 1],
      ['2026-03-04T11:00:00Z', 2],
    ],
  ],
  ['Events | where Extra.b == "x" | project Extra.a, v = Extra.a + 1', [[2, 3]]],
  ['Events | top 1 by Bytes | project Host, Bytes', [['', 30]]],
  [
    'print replace(@"(\\d)x", @"\\1y", "1x 2x"), replace_regex("1x 2x", @"(\\d)x", @"\\1y")',
    [['1y 2y', '1y 2y']],
  ],
  [
    'let Lists = print dynamic([1, 3]) | union (print dynamic([4])); range n from 1 to 5 step 1 | where n in (Lists)',
    [[1], [3], [4]],
  ],
  [
    'let Lists = print dynamic(["a", "b"]); datatable(x:string)["A", "c"] | where x !in~ (Lists)',
    [['c']],
  ],
  [
    'let Lists = print dynamic(["a", "b"]); print x = dynamic({"v": "a"}) | where x.v in (Lists) | count',
    [[1]],
  ],
  [
    'Events | sort by TimeGenerated asc | extend p = prev(Host), n = row_number() | project n, p',
    [
      [1, ''],
      [2, 'web-1'],
      [3, 'web-2'],
    ],
  ],
  [
    'Events | sort by TimeGenerated asc | serialize c = row_cumsum(coalesce(Bytes, 1), Host == "web-2") | project c',
    [[10], [1], [31]],
  ],
  [
    'Events | evaluate bag_unpack(Extra) | where isnotnull(a) | sort by a asc | project a, b',
    [
      [1, ''],
      [2, 'x'],
    ],
  ],
  [
    'Events | mv-expand k = bag_keys(Extra) to typeof(string) | summarize make_list_if(k, k != "") by Host | sort by Host asc',
    [
      ['', []],
      ['web-1', ['a']],
      ['web-2', ['a', 'b']],
    ],
  ],
  ['Events | parse Host with "web-" n:long | project n | sort by n asc', [[null], [1], [2]]],
  [
    'Events | extend t = "a" | join kind=leftouter (Events | where Bytes > 10 | project Host, B = Bytes) on Host | project Host, Host1, B | sort by Host asc',
    [
      ['', '', 30],
      ['web-1', '', null],
      ['web-2', '', null],
    ],
  ],
  [
    'Events | join kind=leftanti (Events | where Bytes > 10) on Host | project Host | sort by Host asc',
    [['web-1'], ['web-2']],
  ],
  ['let n = toscalar(Events | count); Events | where Bytes > n | count', [[2]]],
  [
    'Events | make-series n = count() on TimeGenerated from datetime(2026-03-04 10:00) to datetime(2026-03-04 12:00) step 1h | project n',
    [[[1, 2]]],
  ],
  ['Open_CL | where Zone_s has "x" and toint(Code_d) > 1 | project Zone_s', []],
  [
    'print 1h + 30m, 1d / 1h, datetime(2026-01-02) - datetime(2026-01-01), 7 / 2, -7 / 2, 7.0 / 2',
    [['01:30:00', 24, '1.00:00:00', 3, -3, 3.5]],
  ],
  [
    'print 9223372036854775807, tolong("12x"), toint(2147483647) + toint(1), tostring(dynamic({"a":1.50}))',
    [['9223372036854775807', null, 2147483648, '{"a":1.5}']],
  ],
  [
    'print "Some-Text here" has "text", "Some-Texts" has "text", "a_b" has "b", "x" has_any ("y", "X"), "ab" startswith "A", "ab" startswith_cs "A"',
    [[true, false, true, true, true, false]],
  ],
  [
    'print ipv4_is_in_range("10.1.2.3", "10.0.0.0/8"), ipv4_is_private("8.8.8.8"), parse_ipv4("1.0.0.0")',
    [[true, false, 16777216]],
  ],
  [
    'range x from 1 to 3 step 1 | summarize percentile(x, 50), stdev(x), make_set(x)',
    [[2, 1, [1, 2, 3]]],
  ],
  [
    'datatable(g:string, v:long)["a", 1, "a", 3, "b", 2] | summarize s = sum(v), c = countif(v > 1) by g',
    [
      ['a', 4, 1],
      ['b', 2, 1],
    ],
  ],
  [
    'union (print a = 1), (print a = "x") | project a_long, a_string',
    [
      [1, ''],
      [null, 'x'],
    ],
  ],
];

const SCAN =
  'range x from 1 to 4 step 1 | sort by x asc | scan declare (total:long = 0) with (step s: x != 2 => total = s.total + x;)';
const LOOKUP =
  'datatable(ip:string)["10.1.2.3", "8.8.8.8"] | evaluate ipv4_lookup(datatable(net:string, name:string)["10.0.0.0/8", "inside"], ip, net, true) | sort by ip asc';

describe('operators of several steps', () => {
  it('scan sees what the last matching row left', async () => {
    expect(await bench.rows(SCAN)).toEqual([
      [1, 1],
      [3, 4],
      [4, 8],
    ]);
  });

  it('ipv4_lookup finds the network of an address', async () => {
    expect(await bench.rows(LOOKUP)).toEqual([
      ['10.1.2.3', '10.0.0.0/8', 'inside'],
      ['8.8.8.8', '', ''],
    ]);
  });

  it('pivot makes a column per value', async () => {
    const query = 'datatable(g:string, k:string)["a", "x", "a", "y", "b", "x"] | evaluate pivot(k)';
    expect(await bench.columns(query)).toEqual(['g:string', 'x:long', 'y:long']);
    expect(await bench.rows(`${query} | sort by g asc`)).toEqual([
      ['a', 1, 1],
      ['b', 1, 0],
    ]);
  });

  it('wraps whole numbers around at 64 bits, as the engine does', async () => {
    expect(
      await bench.rows('range x from 1 to 1 step 1 | project y = x + 9223372036854775807'),
    ).toEqual([['-9223372036854775808']]);
  });

  it('counts a join of which no column is asked', async () => {
    expect(await bench.rows('Events | join kind=inner (Events) on Host | count')).toEqual([[3]]);
  });
});

describe('rows', () => {
  it.each(CASES)('%s', async (query, rows) => {
    expect(await bench.rows(query)).toEqual(rows);
  });

  it('names columns as the language does', async () => {
    expect(
      await bench.columns(
        'Events | summarize count(), max(Bytes), make_set(Host) by bin(TimeGenerated, 1h), toupper(Host)',
      ),
    ).toEqual([
      'TimeGenerated:datetime',
      'Column1:string',
      'count_:long',
      'max_Bytes:long',
      'set_Host:dynamic',
    ]);
  });

  it('drops the temporary tables of a plan', async () => {
    const query = 'Events | evaluate bag_unpack(Extra) | count';
    expect(await bench.rows(query)).toEqual([[3]]);
    expect(await bench.rows(query)).toEqual([[3]]);
  });
});
