import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Duckdb } from '#server/duckdb/index.ts';
import type { Store } from '#server/store/index.ts';
import {
  awsFlow,
  azureFlow,
  DAY,
  type FlowRow,
  HOUR,
  MINUTE,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from '../reduce/fixture.ts';
import { type ActivityOptions, activityPending, openActivityRun } from './activity-pending.ts';
import { type ActivityChild, startLocalChild } from './local-child.ts';
import { nextToTake } from './tasks.ts';
import { hostsSlowly, type PairRow, pairsSlowly } from './testing/reference.ts';

/** One engine for all stores of the file: opening one costs more than what the tests count. */
let shared: Promise<ActivityChild> | undefined;
const scratchFolder = mkdtempSync(join(tmpdir(), 'weir-activity-'));
afterAll(async () => {
  (await shared)?.kill();
  rmSync(scratchFolder, { recursive: true, force: true });
});

const optionsOf = (store: Store): ActivityOptions => ({
  store,
  enrichment: { withoutRegistries: true },
  threads: 1,
  rowsPerPart: 60,
  rowsPerJob: 100,
  smallHour: 10,
  startChild: async (setup) => {
    shared ??= startLocalChild({ ...setup, scratchFolder });
    return { ...(await shared), isAlive: true, kill() {} };
  },
});

/** Those columns of the rows that the reference knows, in one order. */
function comparable(rows: readonly PairRow[], names: readonly string[]) {
  return rows
    .map((row) => Object.fromEntries(names.filter((n) => n in row).map((n) => [n, row[n]])))
    .map((row) => JSON.stringify(row))
    .sort();
}

async function expectRight(store: Store, engine: Duckdb, rows: readonly FlowRow[]): Promise<void> {
  for (const [table, expected] of [
    ['PairHours', pairsSlowly(rows)],
    ['HostHours', hostsSlowly(rows)],
  ] as const) {
    const found = await readRows(store, engine, table);
    const names = Object.keys(expected[0] ?? {});
    expect(comparable(found, names), table).toEqual(comparable(expected, names));
  }
}

const macs = ['00-22-48-00-00-01', '00-22-48-00-00-02', '00-22-48-00-00-03'];
const address = fc
  .integer({ min: 1, max: 5 })
  .map((n) => (n < 4 ? `10.20.1.${n}` : `20.30.40.${n}`));
const counter = fc.integer({ min: 0, max: 3000 });
const time = fc
  .integer({ min: 0, max: 3 * 60 * 60 - 1 })
  .map((s) => DAY + 9 * HOUR + s * 1_000_000);

const azure = fc
  .record({
    TimeGenerated: time,
    SrcIp: address,
    DestIp: address,
    SrcPort: fc.integer({ min: 50_000, max: 50_003 }),
    DestPort: fc.constantFrom(22, 443, null),
    FlowDirection: fc.constantFrom('Inbound', 'Outbound'),
    FlowState: fc.constantFrom('B', 'C', 'E', 'D'),
    MacAddress: fc.constantFrom(...macs),
    Source: fc.constantFrom('azure-vnet', 'azure-nsg'),
    PacketsSrcToDest: counter,
    BytesSrcToDest: counter,
    PacketsDestToSrc: fc.constantFrom(0, 0, 7),
  })
  .map((r) => azureFlow({ ...r, BytesDestToSrc: r.PacketsDestToSrc * 90 }));

const aws = fc
  .record({
    TimeGenerated: time,
    ends: fc.constantFrom(
      ['10.30.1.5', '10.30.2.6'],
      ['10.30.2.6', '10.30.1.5'],
      ['10.30.1.5', '8.8.4.4'],
    ),
    SrcPort: fc.constantFrom(40_000, 443),
    DestPort: fc.constantFrom(40_001, 443),
    TcpFlags: fc.constantFrom(0, 2, 18),
    PacketsSrcToDest: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ ends, ...r }) => awsFlow({ ...r, SrcIp: ends[0]!, DestIp: ends[1]! }));

const pings = fc
  .record({
    TimeGenerated: time,
    ends: fc.constantFrom(['10.30.1.5', '8.8.4.4'], ['8.8.4.4', '10.30.1.5']),
    PacketsSrcToDest: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ ends, ...r }) =>
    awsFlow({
      ...r,
      SrcIp: ends[0]!,
      DestIp: ends[1]!,
      SrcPort: null,
      DestPort: null,
      L4Protocol: 'ICMP',
    }),
  );

describe('activity', () => {
  it('is the same whatever order rows come in, and is what the definition says', async () => {
    const engine = await openTestEngine();
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            rows: fc.array(fc.oneof(azure, aws, pings), { minLength: 1, maxLength: 40 }),
            isCounted: fc.boolean(),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (commits) => {
          const store = await openTestStore();
          for (const { rows, isCounted } of commits) {
            await storeFlows(store, engine, rows);
            if (!isCounted) continue;
            const run = await openActivityRun(optionsOf(store));
            await run.do(nextToTake(store, 1e9)!);
            run.close();
          }
          const summary = await activityPending(optionsOf(store));
          expect(summary.rows).toBeGreaterThanOrEqual(0);
          await expectRight(
            store,
            engine,
            commits.flatMap((c) => c.rows),
          );
          expect(await activityPending(optionsOf(store))).toEqual({ rows: 0, seconds: 0 });
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  }, 120_000);

  it('counts started flows of both ends once, and remembers what is new', async () => {
    const engine = await openTestEngine();
    const store = await openTestStore();
    const flow = (day: number, DestIp: string) =>
      azureFlow({ TimeGenerated: DAY + day * 24 * HOUR + 10 * HOUR, DestIp });
    await storeFlows(store, engine, [
      flow(0, '10.20.2.9'),
      flow(1, '10.20.2.9'),
      flow(1, '10.20.2.10'),
    ]);
    await storeFlows(store, engine, [
      {
        ...flow(1, '10.20.2.9'),
        FlowDirection: 'Inbound',
        MacAddress: macs[0]!,
        Observer: macs[0]!,
      },
    ]);
    await activityPending(optionsOf(store));
    const hosts = await readRows(store, engine, 'HostHours');
    const initiator = hosts.filter((h) => h['Role'] === 'Initiator');
    expect(initiator.map((h) => [h['Flows'], h['InsidePeers'], h['NewPeers']]).sort()).toEqual([
      [1, 1, 1],
      [2, 2, 1],
    ]);
    const days = await readRows(store, engine, 'PairDays');
    expect(days.map((d) => [d['DestIp'], d['Flows'], d['Hours'], d['IsAnswered']]).sort()).toEqual([
      ['10.20.2.10', 1, 1, false],
      ['10.20.2.9', 1, 1, false],
      ['10.20.2.9', 1, 1, false],
    ]);
  });

  it('adds late rows to hours whose raw rows are gone', async () => {
    const engine = await openTestEngine();
    const store = await openTestStore();
    const flow = (minute: number) =>
      azureFlow({ TimeGenerated: DAY + 10 * HOUR + minute * MINUTE });
    await storeFlows(store, engine, [flow(1), flow(2)]);
    await activityPending(optionsOf(store));
    store.expire(
      store.segments({ table: 'Flows' }).map((s) => s.id),
      'age',
    );
    await storeFlows(store, engine, [flow(3)]);
    await activityPending(optionsOf(store));
    const pairs = await readRows(store, engine, 'PairHours');
    expect(pairs.reduce((sum, p) => sum + Number(p['Flows']), 0)).toBe(3);
    const hosts = await readRows(store, engine, 'HostHours');
    expect(hosts.map((h) => [h['Role'], h['Flows'], h['InsidePeers']]).sort()).toEqual([
      ['Initiator', 3, 1],
      ['Responder', 3, 1],
    ]);
    expect(await activityPending(optionsOf(store))).toEqual({ rows: 0, seconds: 0 });
  });

  it.each([
    ['aws-vpc', { sampling: 1, unanswered: 1, oneWay: 0 }],
    ['gcp-vpc', { sampling: 30, unanswered: 0, oneWay: 1 }],
  ])(
    '%s: what was not answered is told of a source that sees all packets',
    async (Source, told) => {
      const engine = await openTestEngine();
      const store = await openTestStore();
      const [SrcIp, answers, silent] = ['10.20.1.4', '10.20.2.9', '10.20.2.10'];
      await storeFlows(store, engine, [
        awsFlow({ Source, SrcIp, DestIp: answers, SrcPort: 50_001, DestPort: 443 }),
        awsFlow({ Source, SrcIp: answers, DestIp: SrcIp, SrcPort: 443, DestPort: 50_001 }),
        awsFlow({ Source, SrcIp, DestIp: silent, SrcPort: 50_002, DestPort: 443 }),
      ]);
      await activityPending(optionsOf(store));
      const pair = (await readRows(store, engine, 'PairHours')).find((p) => p['DestIp'] === silent);
      expect({
        sampling: pair?.['SamplingRate'],
        unanswered: Number(pair?.['UnansweredFlows']),
        oneWay: Number(pair?.['OneWayFlows']),
      }).toEqual(told);
    },
  );

  it('cuts a pair that floods, whose rows then add up to what it did', async () => {
    const engine = await openTestEngine();
    const store = await openTestStore();
    const rows = Array.from({ length: 3000 }, (_, i) =>
      azureFlow({
        TimeGenerated: DAY + 9 * HOUR + i * 1_000_000,
        FlowState: i % 3 === 0 ? 'B' : 'E',
        SrcPort: 40_000 + (i % 1000),
        DestPort: i % 7 === 0 ? 22 : 443,
        PacketsSrcToDest: i % 5,
        BytesSrcToDest: i,
      }),
    );
    await storeFlows(store, engine, rows);
    await activityPending({ ...optionsOf(store), rowsPerPart: 4000, mostPerPart: 500 });
    const sums = ['Flows', 'AllowedFlows', 'BytesSrcToDest', 'PacketsSrcToDest', 'RecordCount'];
    const byPort = (found: readonly PairRow[]) =>
      [...Map.groupBy(found, (row) => Number(row['DestPort']))]
        .sort(([a], [b]) => a - b)
        .map(([port, of]) => [
          port,
          ...sums.map((name) => of.reduce((sum, row) => sum + Number(row[name]), 0)),
        ]);
    const found = await readRows(store, engine, 'PairHours');
    expect(found.length).toBeGreaterThan(2);
    expect(byPort(found)).toEqual(byPort(pairsSlowly(rows)));
    const hosts = await readRows(store, engine, 'HostHours');
    const expected = hostsSlowly(rows);
    const names = Object.keys(expected[0] ?? {});
    expect(comparable(hosts, names)).toEqual(comparable(expected, names));
  });

  it('bounds the rows of a scan, and still counts all of it', async () => {
    const engine = await openTestEngine();
    const store = await openTestStore();
    const ports = Array.from({ length: 10_400 }, (_, i) => i + 1);
    const rows = ports.map((DestPort) =>
      azureFlow({ FlowState: 'D', DestPort, SrcPort: 50_000, SrcIp: '20.30.40.50' }),
    );
    rows.push(
      azureFlow({
        SrcIp: '20.30.40.50',
        DestPort: 10_500,
        PacketsDestToSrc: 3,
        BytesDestToSrc: 200,
      }),
    );
    await storeFlows(store, engine, rows);
    await activityPending({ ...optionsOf(store), rowsPerPart: 4000 });
    const pairs = await readRows(store, engine, 'PairHours');
    expect(pairs).toHaveLength(10_001);
    const [rest] = pairs.filter((p) => p['DestIp'] === '');
    expect([rest?.['Pairs'], rest?.['DeniedFlows'], rest?.['DestIsInside']]).toEqual([
      401,
      401,
      true,
    ]);
    expect(pairs.some((p) => p['DestPort'] === 10_500)).toBe(true);
    const [host] = (await readRows(store, engine, 'HostHours')).filter(
      (h) => h['Role'] === 'Initiator',
    );
    expect([host?.['Flows'], host?.['Ports'], host?.['Services'], host?.['InsidePeers']]).toEqual([
      10_401, 10_401, 10_401, 1,
    ]);
    // Denied and from outside: noise that no day remembers.
    expect(await readRows(store, engine, 'PairDays')).toHaveLength(1);
  }, 30_000);
});
