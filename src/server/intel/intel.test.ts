import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Finding } from '#core/alert/index.ts';
import { createAlerts } from '#server/alert/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createQueryService } from '#server/query/index.ts';
import {
  DAY_0,
  type FlowRow,
  flowSegment,
  openFlowStore,
} from '#server/query/testdata/flow-store.ts';
import { compactOnce, duckdbMerge, type Store } from '#server/store/index.ts';
import { createIntel, type IntelOptions } from './create-intel.ts';
import type { FeedSettings } from './settings.ts';
import { openLocalWork } from './work/local-work.ts';

const DAY = 86_400_000_000;
const BAD = '198.51.100.7';

const flow = (more: FlowRow): FlowRow => ({
  SrcIp: '10.0.0.5',
  DestIp: BAD,
  SrcPort: 50000,
  DestPort: 443,
  L4Protocol: 'T',
  FlowStatus: 'Allowed',
  InitiatorKnown: true,
  BytesSrcToDest: 100,
  BytesDestToSrc: 900,
  ...more,
});

async function open(more: Partial<IntelOptions> = {}, known?: Store) {
  const store = known ?? (await openFlowStore());
  const work = await openLocalWork();
  onTestFinished(() => work.close());
  const folder = mkdtempSync(join(tmpdir(), 'weir-intel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const told: Finding[] = [];
  const clock = { now: DAY_0 + 2 * DAY };
  const path = join(folder, 'feed.txt');
  const feed: FeedSettings = {
    name: 'mine',
    kind: 'file',
    location: path,
    everyMs: 1,
    trust: 1,
    confidence: 80,
    role: 'c2',
    isWholeList: true,
    allowsPrivate: false,
  };
  let writes = 0;
  const write = (text: string) => writeFileSync(path, `${text}\n${'#'.repeat(++writes)}\n`);
  write(`${BAD}:443`);
  const intel = createIntel({
    store,
    clock: () => (clock.now += 1_000_000),
    feeds: [feed],
    warningLists: [],
    onFindings: (findings) => void told.push(...findings),
    onError: () => {},
    ask: work.ask,
    ...more,
  });
  onTestFinished(() => intel.stop());
  return { store, intel, told, clock, feed, folder, write };
}

async function rowsOf(store: Store, columns: string) {
  const files = store.segments({ table: 'ThreatIntelIndicators' }).map((s) => `'${s.path}'`);
  if (files.length === 0) return [];
  const db = await openDuckdb({ threads: 1 });
  const { rows } = await db.run(
    `SELECT ${columns} FROM read_parquet([${files.join()}]) ORDER BY ALL`,
  );
  db.close();
  return rows;
}

describe('feeds', () => {
  test('become rows of ThreatIntelIndicators, replaced at each sync', async () => {
    const { store, intel, write, clock } = await open();
    await intel.settle();
    expect(
      await rowsOf(
        store,
        '"ObservableValue", "Port", "SourceSystem", "ObservableKey", "IsActive", "Pattern"',
      ),
    ).toEqual([
      [
        BAD,
        443,
        'mine',
        'ipv4-addr:value',
        true,
        `[network-traffic:dst_ref.value = '${BAD}' AND network-traffic:dst_port = 443]`,
      ],
    ]);
    write('evil.example\n198.51.100.0/24');
    clock.now += DAY;
    await intel.settle();
    // What is missing for the first time is kept once more.
    expect(await rowsOf(store, '"ObservableValue"')).toEqual([
      ['198.51.100.0/24'],
      [BAD],
      ['evil.example'],
    ]);
    write('evil.example');
    clock.now += DAY;
    await intel.settle();
    expect(await rowsOf(store, '"ObservableValue"')).toEqual([
      ['198.51.100.0/24'],
      ['evil.example'],
    ]);
    expect(intel.feeds().find((f) => f.settings.name === 'mine')).toMatchObject({
      indicators: 2,
      problem: null,
    });
    expect(store.segments({ table: 'ThreatIntelIndicators' })).toHaveLength(1);
  });

  test('that cannot be read, or change too much, keep what they said', async () => {
    const { store, intel, write, clock, folder } = await open();
    write(Array.from({ length: 200 }, (_, i) => `198.51.100.${i}`).join('\n'));
    await intel.settle();
    expect(await rowsOf(store, 'count(*)')).toEqual([[200n]]);
    write('198.51.100.1');
    clock.now += DAY;
    await intel.settle();
    expect(intel.feeds()[1]!.problem).toMatch(/from 200 indicators to 1/);
    expect(await rowsOf(store, 'count(*)')).toEqual([[200n]]);
    await intel.sync('mine');
    expect(intel.feeds()[1]!).toMatchObject({ problem: null, totals: { indicators: 1 } });
    rmSync(join(folder, 'feed.txt'));
    clock.now += DAY;
    await intel.settle();
    expect(intel.feeds()[1]!.problem).toMatch(/cannot be read/);
    await expect(intel.sync('other')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('whose configuration is gone go with their rows', async () => {
    const { store, intel } = await open();
    await intel.settle();
    await intel.stop();
    const next = await open({ feeds: [] }, store);
    await next.intel.settle();
    expect(await rowsOf(store, '*')).toEqual([]);
  });
});

describe('matching', () => {
  test('finds an inside host that called a named address, once for each segment, through merges', async () => {
    const { store, intel, told } = await open();
    await store.commit({
      segments: [flowSegment([flow({}), flow({ DestIp: '203.0.113.9' }), flow({ DestPort: 80 })])],
    });
    await intel.settle();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      severity: 'high',
      title: `10.0.0.5 called ${BAD}, known for command and control`,
      magnitude: 1,
      finder: { kind: 'indicator', id: 'mine' },
      techniques: ['T1071'],
    });
    await intel.settle();
    expect(told).toHaveLength(1);
    const others = ['203.0.113.1', '203.0.113.2'].map((DestIp) => flow({ DestIp }));
    await store.commit({ segments: [flowSegment([flow({}), ...others])] });
    await intel.settle();
    expect(told.at(-1)).toMatchObject({ key: told[0]!.key, magnitude: 2 });
    const merge = {
      merge: duckdbMerge({}),
      policy: { maxRows: 1e6, maxBytes: 1e9, fanIn: 2, eager: new Set(['Flows']), quietMicros: 0 },
    };
    expect(await compactOnce(store, merge, Date.now() * 1000 + DAY)).toMatchObject({
      before: 2,
      after: 1,
    });
    await intel.settle();
    expect(told).toHaveLength(2);
    expect(intel.findings({ from: DAY_0, to: DAY_0 + DAY })).toMatchObject([{ magnitude: 2 }]);
  });

  test('tells answered, unanswered, denied, and inbound contacts apart', async () => {
    const { store, intel, told } = await open();
    await store.commit({
      segments: [
        flowSegment([
          flow({ SrcIp: '10.0.0.1', BytesDestToSrc: 0 }),
          flow({ SrcIp: '10.0.0.2', FlowStatus: 'Denied', BytesDestToSrc: 0 }),
          flow({ SrcIp: BAD, DestIp: '10.0.0.3', SrcPort: 50000, DestPort: 443 }),
        ]),
      ],
    });
    await intel.settle();
    expect(told.map((f) => [f.entities[0]!.identifiers['Address'], f.severity]).sort()).toEqual([
      ['10.0.0.1', 'medium'],
      ['10.0.0.2', 'medium'],
    ]);
    const seen = intel.sightings({ from: 0, to: DAY_0 + 9 * DAY, limit: 10 });
    expect(seen.map((s) => [s.asset, s.severity]).sort()).toEqual([
      ['10.0.0.1', 'medium'],
      ['10.0.0.2', 'medium'],
    ]);
  });

  test('records of one direction: what has the lower port answered', async () => {
    const { store, intel, told } = await open();
    const half = { InitiatorKnown: false, BytesSrcToDest: 300 };
    const { BytesDestToSrc: _, ...base } = flow(half);
    await store.commit({
      segments: [
        flowSegment([
          base,
          { ...base, SrcIp: BAD, DestIp: '10.0.0.5', SrcPort: 443, DestPort: 50000 },
        ]),
      ],
    });
    await intel.settle();
    expect(told).toMatchObject([{ severity: 'high', features: { flows: 1, replyBytes: 300 } }]);
  });

  test('new indicators are looked for in what was stored before, once', async () => {
    const { store, intel, told, write, clock } = await open();
    await store.commit({
      segments: [
        flowSegment([flow({ DestIp: '203.0.113.9' })]),
        flowSegment([flow({ DestIp: '203.0.113.9' })], 1),
      ],
    });
    await intel.settle();
    expect(told).toEqual([]);
    write(`${BAD}:443\n203.0.113.9:443`);
    clock.now += DAY;
    await intel.settle();
    expect(told.at(-1)).toMatchObject({ magnitude: 2, first: DAY_0 + DAY / 2, severity: 'high' });
    expect(intel.retro()).toBeUndefined();
    const before = told.length;
    await intel.settle();
    write(`${BAD}:443\n203.0.113.9:443\n203.0.113.10`);
    clock.now += DAY;
    await intel.settle();
    expect(told).toHaveLength(before);
    expect(intel.findings({ from: 0, to: DAY_0 + 9 * DAY })).toMatchObject([{ magnitude: 2 }]);
  });

  test('what a feed brings of hundreds of hosts is told of in one claim beside the gravest', async () => {
    const { store, intel, told, write, clock, folder } = await open();
    const hosts = (from: number) =>
      Array.from({ length: 120 }, (_, i) =>
        flow({ SrcIp: `10.1.${from}.${i}`, DestIp: '203.0.113.9' }),
      );
    await store.commit({ segments: [flowSegment(hosts(0)), flowSegment(hosts(1), 1)] });
    await intel.settle();
    write(`${BAD}:443\n203.0.113.9:443`);
    clock.now += DAY;
    await intel.settle();
    const summary = told.filter(({ finder }) => finder.id === 'look-back');
    expect(told).toHaveLength(200 + summary.length);
    expect(summary.at(-1)).toMatchObject({
      title: '40 more contacts of the past with indicators that are new',
      magnitude: 40,
      severity: 'medium',
      features: { feeds: ['mine'] },
    });
    // It becomes an alert like any other.
    const alerts = createAlerts({ store, clock: () => clock.now });
    onTestFinished(() => alerts.stop());
    expect(await alerts.take(summary)).toMatchObject({ raised: 1 });
    expect(intel.unevaluatedLists()).toBe(0);
    const list = join(folder, 'regex.json');
    writeFileSync(list, JSON.stringify({ name: 'x', type: 'regex', list: ['/^a/'] }));
    const next = await open({ warningLists: [{ path: list }] }, store);
    await next.intel.settle();
    expect(next.intel.unevaluatedLists()).toBe(1);
  });

  test('addresses that its source saw first much later were somebody else’s', async () => {
    const { store, intel, told, folder } = await open();
    writeFileSync(
      join(folder, 'feed.txt'),
      JSON.stringify([{ ip: BAD, port: 443, first_seen: '2026-04-01 00:00:00' }]),
    );
    await store.commit({ segments: [flowSegment([flow({})])] });
    await intel.settle();
    expect(told).toEqual([]);
  });
});

test('both tables of indicators answer KQL', { timeout: 60_000 }, async () => {
  const { store, intel } = await open();
  await intel.settle();
  const service = createQueryService({ store, clock: () => Date.now() * 1000 });
  onTestFinished(() => service.stop());
  const ask = async (text: string) => (await service.query({ text })).rows;
  expect(await ask('ThreatIntelIndicators | project ObservableValue, Port, Role')).toEqual([
    [BAD, 443, 'c2'],
  ]);
  expect(
    await ask(
      'ThreatIntelligenceIndicator | project NetworkIP, NetworkDestinationPort, ThreatType',
    ),
  ).toEqual([[BAD, 443, 'c2']]);
});

describe('by hand', () => {
  test('people add values, take them out, and declare values of feeds harmless', async () => {
    const { store, intel, told } = await open();
    await store.commit({ segments: [flowSegment([flow({}), flow({ DestIp: '203.0.113.9' })])] });
    await intel.settle();
    const entry = {
      role: 'c2',
      confidence: 90,
      description: 'seen by us',
      validUntil: null,
      who: 'ana',
    } as const;
    expect(await intel.add({ value: '203[.]0[.]113[.]9:443', ...entry })).toBe('203.0.113.9:443');
    await intel.settle();
    expect(told.map((f) => f.entities[1]!.identifiers['Address'])).toEqual([BAD, '203.0.113.9']);
    expect(await rowsOf(store, '"ObservableValue", "LastUpdateMethod"')).toEqual([
      [BAD, 'Feed'],
      ['203.0.113.9', 'Manual'],
    ]);
    await expect(intel.add({ value: '10.0.0.1', ...entry })).rejects.toMatchObject({
      code: 'bad-request',
    });
    await intel.removeByHand('203.0.113.9:443');
    expect(await rowsOf(store, '"ObservableValue"')).toEqual([[BAD]]);
    await expect(intel.removeByHand('203.0.113.9:443')).rejects.toMatchObject({
      code: 'not-found',
    });
    intel.declareHarmless(BAD, 'our CDN', 'ana');
    await store.commit({ segments: [flowSegment([flow({})])] });
    await intel.settle();
    expect(told).toHaveLength(2);
    expect(intel.terms()).toBe(0);
  });
});
