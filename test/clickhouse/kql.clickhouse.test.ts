/** Queries that both engines must answer alike, over stored segments and over rows of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoFiles } from '../../src/core/demo/index.ts';
import { Ingester, ingestPaths } from '../../src/server/pipeline/index.ts';
import {
  createQueryService,
  QueryError,
  type QueryResult,
  type QueryService,
} from '../../src/server/query/index.ts';
import { createFileSource, createRecogniser } from '../../src/server/source/index.ts';
import { openStore, type Store } from '../../src/server/store/index.ts';

const clock = () => Date.UTC(2026, 2, 4, 12) * 1000;
const folder = mkdtempSync(join(tmpdir(), 'weir-clickhouse-kql-'));
let store: Store;
const services = new Map<string, QueryService>();

beforeAll(async () => {
  const logs = join(folder, 'logs');
  for (const { path, text } of demoFiles(Date.UTC(2026, 2, 4, 10))) {
    mkdirSync(join(logs, path, '..'), { recursive: true });
    writeFileSync(join(logs, path), text);
  }
  store = await openStore({ folder: join(folder, 'data'), clock });
  const ingester = new Ingester({ store, recogniser: createRecogniser(store), clock });
  await ingestPaths([createFileSource({ path: logs })], ingester, {
    signal: new AbortController().signal,
  });
  await ingester.close();
  for (const engine of ['duckdb', 'clickhouse'] as const)
    services.set(engine, createQueryService({ engine, store, clock, limits: { workers: 1 } }));
});
afterAll(async () => {
  for (const service of services.values()) await service.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

const ask = (engine: string, text: string): Promise<QueryResult> =>
  services.get(engine)!.query({ text });

/** Rows are in an order where the query gives them one; sorted by their text otherwise. */
async function answer(engine: string, text: string) {
  const { columns, rows, warnings } = await ask(engine, text);
  const isOrdered = /\b(sort|order|top)\b/.test(text);
  const lines = rows.map((r) => JSON.stringify(r));
  return { columns, warnings, rows: isOrdered ? lines : lines.sort() };
}

const STORED = [
  'Flows | count',
  'Flows | summarize Bytes = sum(BytesSrcToDest), n = count(), dcount(DestIp) by L4Protocol, FlowStatus',
  'Flows | where IsPrimary | summarize count() by bin(TimeGenerated, 1h)',
  'Flows | where TimeGenerated between (datetime(2026-03-04 09:00) .. 10m) | summarize min(TimeGenerated), max(TimeGenerated), count()',
  'Flows | where SrcIp startswith "10." and DestPort in (22, 443) | summarize percentile(BytesSrcToDest, 95) by DestPort',
  'Flows | extend h = hash_md5(DestIp), p = ipv4_is_private(SrcIp) | summarize count() by h, p',
  'Flows | where isnotempty(AdditionalFields.reporter) | extend r = tostring(AdditionalFields.reporter), vm = tostring(AdditionalFields.src_instance.vm_name) | summarize count() by r, vm',
  'Flows | sort by BytesSrcToDest desc, TimeGenerated asc | take 5 | project TimeGenerated, SrcIp, DestIp, BytesSrcToDest',
  'Flows | make-series n = count() on TimeGenerated from datetime(2026-03-04) to datetime(2026-03-04 10:00) step 1h by L4Protocol',
  'let big = Flows | summarize b = sum(BytesSrcToDest) by SrcIp | where b > 1000000; Flows | join kind=inner big on SrcIp | summarize count() by SrcIp',
  '_Im_NetworkSession(eventresult="Failure") | summarize count() by EventProduct',
];

const ROADS =
  'let cities = datatable(name: string, size: long)["a", 1, "b", 2, "c", 3, "d", 4]; datatable(f: string, t: string, km: long)["a", "b", 5, "b", "c", 7, "a", "c", 9, "c", "d", 1, "d", "a", 2] | make-graph f --> t with cities on name';

const OF_GRAPHS = [
  `${ROADS} | graph-match (x)-[e]->(y)<--(z) where e.km > 1 and x.size < y.size project x.name, y.name, z.name, e.km, node_degree_in(y)`,
  `${ROADS} | graph-match (x)-[e*1..4]->(y)-[f]->(z) where x.name == "a" and all(inner_nodes(e), size != 2) project y.name, z.name, map(e, km), map(inner_nodes(e), name), any(e, km > 8)`,
  `${ROADS} | graph-match cycles=none (x)-[e*2..3]-(y) project x.name, y.name, e.km`,
  `${ROADS} | graph-shortest-paths output=all (x)-[e*1..4]->(y) project x.name, y.name, map(e, t)`,
  `${ROADS} | graph-where-nodes size < 4 | graph-mark-components kind=strong | graph-to-table nodes with_node_id=id`,
];

const OF_THEIR_OWN = [
  ...OF_GRAPHS,
  'range n from 1 to 5 step 1 | extend s = iff(n < 5, strcat("login of user", n, " from ", n * 7), "boom") | reduce kind=source by s with characters=" "',
  'print extent_id() == guid(00000000-0000-0000-0000-000000000000), extent_tags(), x = 1d * 3 + 2h, y = 10675199d + 10675199d, z = 3 * 10675199d',
  'datatable(c:string, s:string, v:long)["a","x",10, "a","y",20, "a","z",1, "b","x",30, "b","y",2, "c","q",5, "d","q",6] | top-nested 2 of c with others="rest" by sum(v), top-nested 1 of s with others="more" by sum(v) | sort by c asc, aggregated_s asc',
  'print a = 7 / 2, b = -7 % 3, c = 1h / 7, d = 9223372036854775807 + 1, e = 1.0 / 0, n = 0.0 / 0, f = tostring(1e20)',
  'print datetime(2024-02-29 23:59:59.123456) + 1d, startofmonth(datetime(0001-02-03)), datetime_diff("week", datetime(2024-03-03), datetime(2024-03-02))',
  'datatable(t: string)["a.b,c", "", "x/y\\"z", "é\\n"] | extend s = split(t, ","), u = strcat_array(split(t, "."), "-"), n = strlen(t)',
  'datatable(t: string)["10.0.0.1/8", "8.8.8.8", "010.1.1.1", "1.2.3", "0.0.0.0", "1.1.1.1/33"] | extend p = ipv4_is_private(t), n = parse_ipv4(t), m = ipv4_is_match(t, "8.8.0.0/16"), r = ipv4_is_in_range(t, "10.0.0.0/9")',
  'datatable(d: dynamic)[dynamic({"a": [1, {"b": null}]}), dynamic([1.5, "x"]), dynamic("t"), dynamic(null)] | extend t = gettype(d), s = tostring(d), e = d.a[1], z = d[0], k = bag_keys(d)',
  'datatable(k: long, v: real)[1, 2.5, 1, real(null), 2, real(nan), 3, 1e300] | summarize make_list(v), make_set(k), arg_max(v, k), max(v), take_any(v) by k | sort by k asc',
  'range x from 1 to 20 step 1 | extend g = x % 3 | serialize c = row_cumsum(x, g == 0), p = prev(x, 2), r = row_number() | project x, c, p, r | sort by x asc',
  'datatable(t: string)["id=7;name=x", "id=;name=", "none"] | parse t with "id=" id: long ";name=" name | project id, name',
  'print t = "The quick brown fox" | project t has "quick", t has "qui", t hasprefix "qui", t contains "ROWN", t matches regex @"q\\w+k", extract(@"(\\w+) fox", 1, t), replace_regex(t, @"(\\w)o", @"<\\1>")',
  'datatable(a: string, n: long)["x", 1, "y", long(null)] | join kind=fullouter (datatable(n: long, b: string)[1, "p", long(null), "q"]) on n | project a, n, b, n1',
  'datatable(b: dynamic)[dynamic({"x": 1}), dynamic({"y": "z"})] | evaluate bag_unpack(b)',
  'datatable(g: string, v: long)["a", 1, "b", 2, "a", 3] | evaluate pivot(g, sum(v))',
  'range n from 0 to 3 step 1 | mv-expand m = range(0, n, 1) to typeof(long) | summarize sum(m) by n | sort by n asc',
  'datatable(t: datetime, v: long)[datetime(2024-01-01 00:00), 1, datetime(2024-01-01 02:00), 5] | make-series avg(v) default = 0.0 on t step 30m',
  'print g = url_decode("a%20b"), h = base64_encode_tostring("x"), p = parse_url("https://h:8/p?q=1").Host, j = parse_json("{bad"), u = toupper("garçon")',
  'range x from 1 to 5 step 1 | scan declare (s: long = 0) with (step a: true => s = x + iff(isnull(a.s), 0, a.s);) | sort by x asc',
];

describe('both engines answer alike', () => {
  it.each([...STORED, ...OF_THEIR_OWN])('%s', async (text) => {
    const [mine, theirs] = [await answer('duckdb', text), await answer('clickhouse', text)];
    expect(mine.rows.length).toBeGreaterThan(0);
    expect(theirs).toEqual(mine);
  });
});

describe('ClickHouse', () => {
  it('names what it cannot run, and where', async () => {
    const text = 'range x from 1 to 3 step 1\n| extend who = current_principal()';
    const refused = await ask('clickhouse', text).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(QueryError);
    expect(refused).toMatchObject({ code: 'unsupported', line: 2 });
    expect(String(refused)).toContain('current_principal()');
  });

  it('says which segment is gone, and answers with the others', async () => {
    const gone = createQueryService({
      engine: 'clickhouse',
      clock,
      store: {
        ...store,
        segments: (q) =>
          store.segments(q).map((s, i) => (i === 0 ? { ...s, path: `${s.path}.gone` } : s)),
      },
    });
    const { rows, warnings } = await gone.query({ text: 'Flows | count' });
    await gone.stop();
    expect(warnings.map((w) => w.code)).toEqual(['segment-unreadable']);
    const all = await ask('clickhouse', 'Flows | count');
    expect(Number(rows[0]![0])).toBeLessThan(Number(all.rows[0]![0]));
    expect(Number(rows[0]![0])).toBeGreaterThan(0);
  });

  it('cuts long answers and says so', async () => {
    const { rows, truncated } = await services
      .get('clickhouse')!
      .query({ text: 'range x from 1 to 1000 step 1', limits: { maxRows: 10 } });
    expect(rows).toHaveLength(10);
    expect(truncated).toEqual({ by: 'rows', limit: 10 });
  });
});
