// Overview over ten million raw flows of one day: how long reduction takes, and each of the page's queries from rollups.
// 10,000 hosts and 300,000 pairs; how often a pair talks follows a power law, ports and sizes are random.
//     npm run bench -- overview [--quick], or node bench/overview.bench.ts [ROWS] [RUNS]
// Prints one line of JSON per measurement; a query's rows are checked against raw Flows before it is timed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { reducePending } from '#server/reduce/index.ts';
import { openStore, type Store } from '#server/store/index.ts';

const [rows, runs] = process.argv.slice(2).filter((arg) => /^\d+$/.test(arg));
const ROWS = Number(rows ?? (process.argv.includes('--quick') ? 500_000 : 10_000_000));
const RUNS = Number(runs ?? 7);
const CHUNK = 1_000_000;
const PAIRS = 300_000;
const DAY = Date.UTC(2026, 2, 4);
/** Milliseconds that the median of each query may take. */
const LIMIT_MS = 300;

const print = (line: object) => console.log(JSON.stringify(line));

/** Writes the raw rows as segments of Flows, without a decoder: only what reads them is measured. */
async function fill(store: Store): Promise<void> {
  const engine = await openDuckdb({ threads: 2, memoryLimitBytes: 1e9 });
  await engine.run(`CREATE TABLE pairs AS SELECT i,
    '10.' || host % 4 || '.' || (host // 4) % 40 || '.' || 1 + host // 160 AS src,
    CASE WHEN i % 3 = 0 THEN 20 + hash(i * 3) % 60 || '.' || hash(i * 5) % 256 || '.' || hash(i * 7) % 256 || '.' || 1 + hash(i * 11) % 254
      ELSE '10.' || peer % 4 || '.' || (peer // 4) % 40 || '.' || 1 + peer // 160 END AS dest,
    [443, 443, 443, 80, 53, 22, 3389, 445, 1433, 8080, 5432, 25][1 + (hash(i * 13) % 12)::INT] AS port, i % 11 = 0 AS inbound,
    '00-22-48-00-' || lpad((host // 100)::VARCHAR, 2, '0') || '-' || lpad((host % 100)::VARCHAR, 2, '0') AS mac
    FROM (SELECT i, (hash(i * 17) % 10000)::BIGINT AS host, (hash(i * 19) % 10000)::BIGINT AS peer FROM range(${PAIRS}) t(i))`);
  for (let from = 0; from < ROWS; from += CHUNK) {
    const rows = Math.min(CHUNK, ROWS - from);
    const file = store.temporaryFile();
    const random = (salt: number) => `((hash(j * 31 + ${salt}) >> 11) / 9007199254740992.0)`;
    const size = (salt: number, most: number) =>
      `CASE WHEN state IN ('C', 'E') THEN (${random(salt)} * ${most})::BIGINT ELSE 0 END`;
    await engine.run(`COPY (SELECT
      make_timestamp(${DAY * 1000} + (j * (86400e6 / ${ROWS}))::BIGINT) AS TimeGenerated,
      CASE WHEN inbound THEN dest ELSE src END AS SrcIp, CASE WHEN inbound THEN src ELSE dest END AS DestIp,
      (1024 + ${random(1)} * 60000)::INT AS SrcPort, port AS DestPort, CASE port WHEN 53 THEN 'U' ELSE 'T' END AS L4Protocol,
      CASE WHEN inbound THEN 'Inbound' ELSE 'Outbound' END AS FlowDirection,
      CASE state WHEN 'D' THEN 'Denied' ELSE 'Allowed' END AS FlowStatus, state AS FlowState, 'Unencrypted' AS FlowEncryption,
      'acl-' || i % 5 AS AclGroup, CASE state WHEN 'D' THEN 'DefaultRule_DenyAllInBound' ELSE 'UserRule_allow-' || port END AS AclRule,
      mac AS MacAddress, mac AS Observer, 'azure-vnet' AS "Source",
      '/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.Network/virtualNetworks/vnet' || i % 4 AS TargetResourceId,
      's1' AS "Scope", 'westeurope' AS Region, 'rg1/vnet' || i % 4 AS Network, '' AS Subnet, '' AS FlowLogResourceId,
      ${size(2, 100)} AS PacketsSrcToDest, ${size(3, 50000)} AS BytesSrcToDest,
      ${size(4, 100)} AS PacketsDestToSrc, ${size(5, 90000)} AS BytesDestToSrc,
      true AS InitiatorKnown, state IN ('B', 'D') AS IsFlowStart, NULL::INT AS TcpFlags
      FROM (SELECT j, floor(pow(${random(6)}, 4) * ${PAIRS})::BIGINT AS pick, ['B', 'C', 'E', 'E', 'D'][1 + (hash(j * 37) % 5)::INT] AS state
            FROM range(${from}, ${from + rows}) t(j)) JOIN pairs ON i = pick ORDER BY TimeGenerated)
      TO '${file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`);
    const at = (j: number) => DAY * 1000 + Math.floor((j * 86_400e6) / ROWS);
    await store.commit({
      segments: [
        {
          table: 'Flows',
          day: '2026-03-04',
          rows,
          ranges: { TimeGenerated: [at(from), at(from + rows) - 1] },
          isSorted: true,
          content: { file },
        },
      ],
    });
  }
  engine.close();
}

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
  await fill(store);
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
  for (const { name, rollup, raw } of QUESTIONS) {
    const times: number[] = [];
    let answer = await queries.query({ text: rollup });
    for (let run = 0; run < RUNS; run++) {
      const startedAt = performance.now();
      answer = await queries.query({ text: rollup });
      times.push(performance.now() - startedAt);
    }
    let equals: boolean | undefined;
    let rawMs: number | undefined;
    if (raw !== undefined) {
      const startedAt = performance.now();
      const truth = await queries.query({ text: raw });
      rawMs = Math.round(performance.now() - startedAt);
      equals = JSON.stringify(truth.rows) === JSON.stringify(answer.rows);
    }
    const ms = Math.round(median(times));
    if (ms >= LIMIT_MS || equals === false) failed++;
    print({
      what: name,
      ms,
      limit: LIMIT_MS,
      rows: answer.rows.length,
      ...(raw !== undefined && { rawMs, equalsRaw: equals }),
    });
  }
  await queries.stop();
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
