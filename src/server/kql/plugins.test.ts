import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** Three people over four days: ann on the 1st and 2nd, bob on the 1st and 4th, cy twice on the 2nd. */
const VISITS = `datatable(who:string, at:datetime)[
  'ann', datetime(2026-01-01), 'bob', datetime(2026-01-01 05:00), 'ann', datetime(2026-01-02 01:00),
  'cy', datetime(2026-01-02), 'cy', datetime(2026-01-02 03:00), 'bob', datetime(2026-01-04)]`;
const SPAN = 'datetime(2026-01-01), datetime(2026-01-04)';
const day = (n: number) => `2026-01-0${n}T00:00:00Z`;

/** What follows the data, and the rows it gives. */
const OVER_VISITS: readonly (readonly [string, unknown])[] = [
  [
    `activity_counts_metrics(who, at, ${SPAN}, 1d)`,
    [
      [day(1), 2, 2, 2, 2],
      [day(2), 3, 2, 1, 3],
      [day(4), 1, 1, 0, 3],
    ],
  ],
  [
    `activity_metrics(who, at, ${SPAN}, 1d)`,
    [
      [day(1), 2, 2, 'NaN', 'NaN'],
      [day(2), 2, 1, 0.5, 0.5],
      [day(4), 1, 0, 'NaN', 'NaN'],
    ],
  ],
  [
    `activity_engagement(who, at, ${SPAN}, 1d, 2d)`,
    [
      [day(1), 2, 2, 1],
      [day(2), 2, 3, 2 / 3],
      [day(4), 1, 1, 1],
    ],
  ],
  [
    `new_activity_metrics(who, at, ${SPAN}, 1d)`,
    [
      [day(1), day(1), 2, 2, 0, 1, 0],
      [day(1), day(2), 1, 1, 1, 0.5, 0.5],
      [day(1), day(4), 0, 1, 1, 0.5, 0.5],
      [day(2), day(2), 1, 1, 0, 1, 0],
      [day(2), day(4), 0, 0, 1, 0, 1],
    ],
  ],
  [`active_users_count(who, at, ${SPAN}, 2d, 1d, 2, 1d)`, [[day(2), 1]]],
  [
    `sliding_window_counts(who, at, ${SPAN}, 2d, 1d)`,
    [
      [day(1), 2, 2],
      [day(2), 5, 3],
      [day(3), 3, 2],
      [day(4), 1, 1],
    ],
  ],
  [
    `session_count(who, at, ${SPAN}, 1d, 2h)`,
    [
      [day(1), 2],
      [day(2), 3],
      [day(4), 1],
    ],
  ],
  [
    'sequence_detect(at, 1d, 2d, one=(who == "ann"), two=(who == "cy"))',
    [
      [day(1), day(2), '1.00:00:00'],
      ['2026-01-02T01:00:00Z', '2026-01-02T03:00:00Z', '02:00:00'],
    ],
  ],
];

describe('plug-ins over time', () => {
  it.each(OVER_VISITS)('%s', async (plugin, rows) => {
    expect(await bench.rows(`${VISITS} | evaluate ${plugin}`)).toEqual(rows);
  });

  it('keep dimensions apart', async () => {
    const query = `${VISITS} | extend isAnn = who == "ann" | evaluate activity_counts_metrics(who, at, ${SPAN}, 1d, isAnn) | where isAnn`;
    expect(await bench.rows(query)).toEqual([
      [day(1), true, 1, 1, 1, 1],
      [day(2), true, 1, 1, 0, 1],
    ]);
  });

  it('follow a funnel for each period', async () => {
    const query = `${VISITS} | extend id = 7 | evaluate funnel_sequence_completion(id, at, ${SPAN}, 7d, who, dynamic(["ann", "cy", "bob"]), dynamic([1d, 3d]))`;
    expect(await bench.rows(query)).toEqual([
      [day(1), 'ann', '1.00:00:00', 1],
      [day(1), 'cy', '1.00:00:00', 1],
      [day(1), 'ann', '3.00:00:00', 1],
      [day(1), 'cy', '3.00:00:00', 1],
      [day(1), 'bob', '3.00:00:00', 1],
    ]);
  });

  it('roll a percentile over bins', async () => {
    const query =
      'range n from 1 to 6 step 1 | extend at = datetime(2026-01-01) + (n - 1) / 2 * 1d | evaluate rolling_percentile(n, 50, at, 1d, 2)';
    expect(await bench.rows(query)).toEqual([
      [day(1), 1],
      [day(2), 2],
      [day(3), 4],
    ]);
  });
});

describe('other plug-ins', () => {
  it('ipv6_lookup finds the network of an address', async () => {
    const query =
      'datatable(a:string)["fd00::1", "fd01::1", "x"] | evaluate ipv6_lookup(datatable(n:string, w:string)["fd00::/16", "ours"], a, n, true) | project a, w | sort by a asc';
    expect(await bench.rows(query)).toEqual([
      ['fd00::1', 'ours'],
      ['fd01::1', ''],
      ['x', ''],
    ]);
  });

  it('dcount_intersect counts what sketches share', async () => {
    const query =
      'datatable(a:long, b:long)[1, 2, 2, 3, 3, 9] | summarize x = hll(a), y = hll(b) | evaluate dcount_intersect(x, y) | project s0, s1';
    expect(await bench.rows(query)).toEqual([[3, 2]]);
  });

  it('diffpatterns tells two sets apart', async () => {
    const query =
      'datatable(s:string, a:string)["A", "x", "A", "x", "A", "y", "B", "y", "B", "y"] | evaluate diffpatterns(s, "A", "B") | project CountA, CountB, a';
    expect(await bench.rows(query)).toEqual([
      [2, 0, 'x'],
      [1, 2, 'y'],
    ]);
  });

  it('diffpatterns counts rows by their weight', async () => {
    const query =
      'datatable(s:string, a:string, w:long)["A", "x", 10, "A", "y", 1, "B", "y", 5, "B", "y", 1] | evaluate diffpatterns(s, "A", "B", w)';
    expect(await bench.columns(query)).not.toContain('w:long');
    expect(await bench.rows(`${query} | project CountA, CountB, a`)).toEqual([
      [10, 0, 'x'],
      [1, 6, 'y'],
    ]);
  });

  it('bag_unpack takes arguments by name', async () => {
    const query =
      'print d = dynamic({"a": 1, "b": 2}), a = 5 | evaluate bag_unpack(d, columnsConflict="replace_source", ignoredProperties=dynamic(["b"]))';
    expect(await bench.columns(query)).toEqual(['a:long']);
    expect(await bench.rows(query)).toEqual([[1]]);
  });

  it.each([
    ['print 1 | evaluate sql_request("x", "y")', 'external-refused'],
    ['print 1 | evaluate python(typeof(*), "")', 'unsupported'],
  ])('%s is refused', (query, code) => {
    expect(bench.refusal(query).code).toBe(code);
  });
});

describe('scan with several steps', () => {
  const numbers = 'range n from 1 to 9 step 1 | sort by n asc';

  it('numbers its matches', async () => {
    const query = `${numbers} | scan with_match_id=id with (step a: n % 4 == 1; step b: n - a.n <= 2;)`;
    expect(await bench.rows(query)).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [5, 1],
      [6, 1],
      [7, 1],
      [9, 2],
    ]);
  });

  it('carries values from step to step, and puts out what it is told to', async () => {
    const query = `${numbers} | scan declare (from:long, sum:long = 0) with (step a output=none: n % 4 == 1 => from = n; step b output=last: n % 4 > 1 => from = a.from, sum = b.sum + n;)`;
    expect(await bench.rows(query)).toEqual([
      [3, 1, 5],
      [7, 5, 13],
    ]);
  });

  it('goes through each partition by itself', async () => {
    const query = `range n from 1 to 8 step 1 | extend g = n % 2 | partition by g (sort by n asc | scan declare (s:long) with (step a output=none: n < 3 => s = n; step b: n > 5 => s = a.s * 10 + n;)) | sort by n asc`;
    expect(await bench.rows(query)).toEqual([
      [6, 0, 26],
      [7, 1, 17],
      [8, 0, 28],
    ]);
  });
});
