// Overview over ten million raw flows of one day: how long reduction takes, and each of the page's queries, from rollups and,
// where raw rows can be asked the same, from those.
//     npm run bench -- overview [--quick], or node bench/overview.bench.ts [ROWS] [RUNS]
// Prints one line of JSON per measurement; a query's rows are checked against raw Flows before it is timed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createQueryService } from '#server/query/index.ts';
import { reducePending } from '#server/reduce/index.ts';
import { openStore } from '#server/store/index.ts';
import { storeRawFlows } from './raw-flows.ts';

const [rows, runs] = process.argv.slice(2).filter((arg) => /^\d+$/.test(arg));
const ROWS = Number(rows ?? (process.argv.includes('--quick') ? 500_000 : 10_000_000));
const RUNS = Number(runs ?? 7);
/** Milliseconds that the median of each query may take: from rollups, and from raw rows. */
const LIMIT_MS = 300;
const RAW_LIMIT_MS = 1500;

const print = (line: object) => console.log(JSON.stringify(line));

const within = `where TimeGenerated >= datetime(2026-03-04) and TimeGenerated < datetime(2026-03-05)`;
const bytes = 'sum(BytesSrcToDest) + sum(BytesDestToSrc)';

/** The page's questions: from rollups, and, where raw rows can be asked the same, from Flows. */
const QUESTIONS: readonly {
  readonly name: string;
  readonly rollup: string;
  readonly raw?: string;
}[] = [
  {
    name: 'totals',
    rollup: `TrafficByRule | ${within} | summarize Flows = sum(Flows), Denied = sum(DeniedFlows), Bytes = ${bytes}`,
    raw: `Flows | ${within} | where IsPrimary | summarize Flows = countif(IsFlowStart), Denied = countif(IsFlowStart and FlowStatus == "Denied"), Bytes = ${bytes}`,
  },
  {
    name: 'flows over time',
    rollup: `TrafficByRule | ${within} | summarize Allowed = sum(AllowedFlows), Denied = sum(DeniedFlows), Malicious = sum(MaliciousFlows) by bin(TimeGenerated, 30m) | order by TimeGenerated asc`,
  },
  {
    name: 'denied by rule',
    rollup: `TrafficByRule | ${within} | where DeniedFlows > 0 | summarize Denied = sum(DeniedFlows) by AclRule, FlowDirection | top 7 by Denied`,
  },
  {
    name: 'top talkers',
    rollup: `TrafficByHost | ${within} | summarize Bytes = ${bytes} by Ip, Host | top 7 by Bytes`,
  },
  {
    name: 'conversations',
    rollup: `TrafficByPair | ${within} | summarize Bytes = ${bytes} by SrcIp, DestIp | top 7 by Bytes`,
    raw: `Flows | ${within} | where IsPrimary | summarize Bytes = ${bytes} by SrcIp, DestIp | top 7 by Bytes`,
  },
  {
    name: 'ports',
    rollup: `TrafficByPort | ${within} | summarize Bytes = ${bytes} by DestPort, L4Protocol | top 7 by Bytes`,
    raw: `Flows | ${within} | where IsPrimary | summarize Bytes = ${bytes} by DestPort, L4Protocol | top 7 by Bytes`,
  },
  {
    name: 'countries',
    rollup: `TrafficByPlace | ${within} | where Country != "" | summarize Bytes = ${bytes} by Country | top 7 by Bytes`,
  },
  {
    name: 'unanswered',
    rollup: `TrafficByPair | ${within} | where UnansweredFlows > 0 | summarize Unanswered = sum(UnansweredFlows) by SrcIp, DestIp | top 7 by Unanswered`,
  },
  {
    name: 'answers the internet',
    rollup: `InternetExposure | ${within} | where FromInternet and FlowStatus != "Denied" and BytesDestToSrc > 0 | summarize Flows = sum(Flows) by Ip, DestPort, L7Protocol | top 7 by Flows`,
  },
  {
    name: 'reaches out',
    rollup: `InternetExposure | ${within} | where not(FromInternet) | summarize Sent = sum(BytesSrcToDest) by Ip, Host | top 7 by Sent`,
  },
];

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const folder = mkdtempSync(join(tmpdir(), 'weir-overview-'));
const clock = () => Date.now() * 1000;
const store = await openStore({ folder, clock });
let failed = 0;
try {
  await storeRawFlows(store, ROWS);
  const reduced = await reducePending({
    store,
    clock,
    enrichment: { cacheFolder: join(tmpdir(), 'weir-overview-cache') },
  });
  print({
    what: 'reduction',
    rows: reduced.rows,
    seconds: Math.round(reduced.seconds * 10) / 10,
    rowsPerSecond: Math.round(reduced.rows / reduced.seconds),
    cpuSeconds: Math.round(reduced.usage?.cpuSeconds ?? 0),
    peakMiB: Math.round((reduced.usage?.peakBytes ?? 0) / 1048576),
  });
  const tables = (await store.summary()).tables.map((t) => ({
    table: t.table,
    rows: t.rows,
    MiB: Math.round(t.sizeBytes / 1048576),
  }));
  print({ what: 'tables', tables });

  // Nothing kept between runs: each asks the engine.
  const queries = createQueryService({ store, clock, limits: { cacheBytes: 0 } });
  await queries.warm();
  const measure = async (text: string) => {
    let { rows } = await queries.query({ text });
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startedAt = performance.now();
      ({ rows } = await queries.query({ text }));
      times.push(performance.now() - startedAt);
    }
    return { rows, ms: Math.round(median(times)) };
  };
  for (const { name, rollup, raw } of QUESTIONS) {
    const { rows, ms } = await measure(rollup);
    const truth = raw === undefined ? undefined : await measure(raw);
    const equalsRaw = truth && JSON.stringify(truth.rows) === JSON.stringify(rows);
    if (ms >= LIMIT_MS || equalsRaw === false || (truth && truth.ms >= RAW_LIMIT_MS)) failed++;
    print({
      what: name,
      ms,
      limit: LIMIT_MS,
      rows: rows.length,
      ...(truth && { rawMs: truth.ms, rawLimit: RAW_LIMIT_MS, equalsRaw }),
    });
  }
  await queries.stop();
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
