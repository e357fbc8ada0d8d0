import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import type { Finding } from '#core/alert/index.ts';
import { printDay } from '#core/base/index.ts';
import { encodeRows } from '#core/parquet/index.ts';
import { hostHours } from '#core/schema/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { openStore, type SegmentDraft, type Store } from '#server/store/index.ts';
import { createBaselines } from './create-baselines.ts';

const HOUR = 3_600_000_000;
const START = Date.UTC(2026, 1, 2) * 1000;
const DAYS = 30;
const LAST = START + DAYS * 24 * HOUR - HOUR;

interface HostHour {
  readonly at: number;
  readonly ip: string;
  readonly out: number;
}

const rowOf = ({ at, ip, out }: HostHour) => ({
  TimeGenerated: at,
  Ip: ip,
  Role: 'Initiator',
  IsInside: ip.startsWith('10.'),
  Flows: 300,
  BytesSentOutside: Math.round(out),
});

async function fill(store: Store, hours: readonly HostHour[]): Promise<void> {
  const compress = (bytes: Uint8Array) => zstdCompressSync(bytes);
  // Files of a day where nothing is judged, as few as may be.
  const fileOf = ({ at }: HostHour) => (at < LAST - 8 * 24 * HOUR ? printDay(at) : String(at));
  const segments = [...Map.groupBy(hours, fileOf).values()].map((list): SegmentDraft => {
    const { bytes, rows, ranges } = encodeRows(hostHours, list.map(rowOf), { compress });
    return {
      table: 'HostHours',
      day: printDay(list[0]!.at),
      rows,
      ranges,
      isSorted: true,
      content: { bytes },
    };
  });
  await store.commit({ segments });
}

it('finds the night at which a host sends out as it never does, once, and leaves the others alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-baseline-'));
  const clock = () => LAST + 2 * HOUR;
  const store = await openStore({ folder, clock });
  const query = createQueryService({ store, clock });
  onTestFinished(async () => {
    await query.stop();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const usual = (i: number, wobble: number) =>
    (i % 24 >= 9 && i % 24 < 17 ? 4e9 : 5e7) * (1 + 0.15 * Math.sin(i * wobble));
  const hours = Array.from({ length: DAYS * 24 }, (_, i) => START + i * HOUR).flatMap((at, i) => [
    { at, ip: '10.1.0.5', out: at === LAST ? 6e9 : usual(i, 2.3) },
    { at, ip: '10.1.0.6', out: usual(i, 3.1) },
    // A backup of every night at eleven is as usual as can be.
    { at, ip: '10.1.0.7', out: i % 24 === 23 ? 9e9 * (1 + 0.1 * Math.sin(i)) : 0 },
    // A new task since eighteen days: what it sends since is its own usual.
    {
      at,
      ip: '10.1.0.9',
      out: (at < LAST - 18 * 24 * HOUR ? 5e7 : 4e9) * (1 + 0.15 * Math.sin(i * 1.7)),
    },
    { at, ip: '203.0.113.9', out: 9e9 },
    ...(at >= LAST - 3 * 24 * HOUR ? [{ at, ip: '10.1.0.8', out: at === LAST ? 5e9 : 1e6 }] : []),
  ]);
  await fill(store, hours);

  const told: Finding[] = [];
  const baselines = createBaselines({
    store,
    query,
    clock,
    onFindings: async (findings) => told.push(...findings),
  });
  await baselines.settle();
  expect(baselines.lookedUpTo()).toBe(LAST + HOUR);
  expect(told.map((f) => [f.key, f.severity])).toEqual([['host-bytes-outside 10.1.0.5', 'medium']]);
  expect(told[0]?.reasons[0]).toMatch(
    /^6 GB sent outside; usual at this time is \d\d MB \(\d+ times as much\)$/,
  );

  const { rows } = await query.query({
    text: 'Anomalies | project TimeGenerated, SourceIpAddress, RuleStatus, Score, Confidence = todouble(AnomalyDetails.Confidence) | order by SourceIpAddress asc',
    user: 'test',
  });
  expect(rows.map((r) => [r[1], r[2]])).toEqual([
    ['10.1.0.5', 'Production'],
    ['10.1.0.8', 'Flighting'],
  ]);
  // Running again says nothing again.
  await baselines.settle();
  expect(told).toHaveLength(1);
  await baselines.stop();
}, 120_000);
