/**
 * Flows counted as PairHours, HostHours and PairDays in a process of its own, beside DuckDB's plain sums by pair and hour of the same
 * files: one hour of a day of 100 million flows, whose pairs follow a power law (storeRawFlows); sums must agree. Then late rows.
 * Bars: a day of 100 million flows in five minutes, 334,000 rows a second; at most 2 GiB.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityPending } from '../src/server/activity/index.ts';
import { openDuckdb } from '../src/server/duckdb/index.ts';
import { openStore } from '../src/server/store/index.ts';
import { storeRawFlows } from './raw-flows.ts';

const quick = process.argv.includes('--quick');
const count = quick ? 1_000_000 : 4_170_000;
const BAR = 334_000;
const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
const store = await openStore({ folder, clock: () => Date.now() * 1000 });
const files = (table: string) =>
  `read_parquet([${store
    .segments({ table })
    .map((s) => `'${s.path}'`)
    .join(', ')}])`;

try {
  await storeRawFlows(store, count, 1);
  const db = await openDuckdb({ threads: 2 });
  const startedAt = performance.now();
  await db.run(`CREATE TABLE plain AS SELECT date_trunc('hour', TimeGenerated) AS t, SrcIp, DestIp,
      count(*) FILTER (IsFlowStart) AS n, sum(BytesSrcToDest + BytesDestToSrc)::BIGINT AS b, count(DISTINCT MacAddress || FlowDirection) AS seers
    FROM ${files('Flows')} GROUP BY ALL`);
  const plainSeconds = (performance.now() - startedAt) / 1000;

  const counted = await activityPending({ store, enrichment: { withoutRegistries: true } });
  // Where two observers saw a pair, one counts: these are left to the tests.
  const compared =
    await db.run(`SELECT count(*), count(*) FILTER (p.n IS NOT DISTINCT FROM c.n AND p.b IS NOT DISTINCT FROM c.b)
    FROM (SELECT * FROM plain WHERE seers = 1) p
    LEFT JOIN (SELECT TimeGenerated AS t, SrcIp, DestIp, sum(Flows)::BIGINT AS n, sum(BytesSrcToDest + BytesDestToSrc)::BIGINT AS b
      FROM ${files('PairHours')} GROUP BY ALL) c ON c.t = p.t AND c.SrcIp = p.SrcIp AND c.DestIp = p.DestIp`);
  const [all, same] = compared.rows[0] ?? [];
  const agrees = Number(all) > 0 && all === same;
  const rate = counted.rows / counted.seconds;
  const peak = (counted.usage?.peakBytes ?? 0) / 2 ** 20;
  const isMet = rate >= BAR && peak <= 2048;
  process.stdout.write(
    `${count} flows, ${String(all)} pairs and hours: ${counted.seconds.toFixed(1)} s, ${Math.round(rate)} rows a second (bar ${BAR}), ` +
      `${counted.usage?.cpuSeconds.toFixed(1)} s of processor, peak ${peak.toFixed(0)} MiB (bar 2048); plain sums ${plainSeconds.toFixed(1)} s; ` +
      `sums ${agrees ? 'agree' : 'DIFFER'}; ${isMet ? 'met' : 'MISSED'}\n`,
  );

  await storeRawFlows(store, 2000, 1);
  const late = await activityPending({ store, enrichment: { withoutRegistries: true } });
  process.stdout.write(
    `2000 late flows: ${late.seconds.toFixed(1)} s, ${late.rows} rows read again\n`,
  );
  db.close();
  process.exitCode = agrees && (quick || isMet) ? 0 : 1;
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
