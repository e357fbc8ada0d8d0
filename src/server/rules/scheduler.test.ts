import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Finding } from '#core/alert/index.ts';
import { createQueryService } from '#server/query/index.ts';
import {
  DAY_0,
  type FlowRow,
  flowSegment,
  HOUR,
  openFlowStore,
} from '#server/query/testdata/flow-store.ts';
import {
  backtest,
  createLibrary,
  createRuleState,
  createScheduler,
  importRules,
  runHistory,
} from './index.ts';

const MINUTE = HOUR / 60;
const SCHEDULED =
  'id: s\nname: scheduled\nquery: Flows | where DestPort == 23\nqueryFrequency: 10m\nqueryPeriod: 10m\neventGroupingSettings: { aggregationKind: AlertPerResult }\nentityMappings: [{ entityType: IP, fieldMappings: [{ identifier: Address, columnName: SrcIp }] }]\n';
const NRT = SCHEDULED.replace('id: s', 'id: n\nkind: NRT')
  .replace('name: scheduled', 'name: arrival')
  .replaceAll(/query(?:Frequency|Period): 10m\n/g, '');

async function open(files: Readonly<Record<string, string>>) {
  const store = await openFlowStore();
  // As a server that ran here before left it.
  store.arrivals.follow('rules Flows', 'Flows');
  const folder = join(store.folder, 'rules');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let now = DAY_0 + 10 * HOUR + MINUTE;
  const clock = () => now;
  const service = createQueryService({
    store,
    clock,
    limits: { workers: 2, threads: 1, memoryBytes: 2 ** 28 },
  });
  onTestFinished(() => service.stop());
  const library = createLibrary({ folders: [folder], withPack: false });
  const state = createRuleState(store.state, clock);
  const found: Finding[] = [];
  const start = () => {
    const scheduler = createScheduler({
      store,
      service,
      library,
      state,
      clock,
      onFindings: async (f) => found.push(...f),
    });
    onTestFinished(() => scheduler.stop());
    return scheduler;
  };
  const scheduler = start();
  const flow = (at: number, more: FlowRow = {}): FlowRow => ({
    TimeGenerated: at,
    IngestionTime: at + 5e6,
    FlowEndTime: at,
    Source: 'azure-vnet',
    SrcIp: '10.0.0.1',
    DestIp: '203.0.113.9',
    DestPort: 23,
    ...more,
  });
  return {
    store,
    service,
    library,
    state,
    scheduler,
    found,
    folder,
    flow,
    restart: start,
    at: (time: number) => {
      now = time;
    },
    commit: (rows: readonly FlowRow[]) => store.commit({ segments: [flowSegment(rows)] }),
    take: () =>
      found.splice(0).map((f) => `${f.finder.name} ${f.entities[0]?.identifiers['Address']}`),
  };
}

it('runs rules on their windows, waits for the data, and runs late data again under the same key', async () => {
  const t = await open({ 's.yaml': SCHEDULED });
  const ten = DAY_0 + 10 * HOUR;
  await t.commit([t.flow(ten - 5 * MINUTE)]);
  await t.scheduler.settle();
  expect(t.take()).toEqual(['scheduled 10.0.0.1']);
  await t.scheduler.settle();
  expect(t.take(), 'a window runs once').toEqual([]);
  // The window that ends at 10:10 is not complete at 10:09.
  t.at(ten + 9 * MINUTE);
  await t.commit([t.flow(ten + 4 * MINUTE, { SrcIp: '10.0.0.2' })]);
  await t.scheduler.settle();
  expect(t.take()).toEqual([]);
  t.at(ten + 11 * MINUTE);
  await t.scheduler.settle();
  expect(t.take()).toEqual(['scheduled 10.0.0.2']);
  const before = t.state.days('s', 1)[0]?.runs ?? 0;
  // Late: five minutes past, of the window before.
  await t.commit([
    t.flow(ten - 4 * MINUTE, { SrcIp: '10.0.0.3', IngestionTime: ten + 11 * MINUTE }),
  ]);
  await t.scheduler.settle();
  expect(t.take().sort()).toEqual(['scheduled 10.0.0.1', 'scheduled 10.0.0.3']);
  expect((t.state.days('s', 1)[0]?.runs ?? 0) - before).toBe(1);
});

it('runs late windows again only where there are rows that a rule is about', async () => {
  const t = await open({ 's.yaml': SCHEDULED });
  const ten = DAY_0 + 10 * HOUR;
  await t.commit([t.flow(ten - 5 * MINUTE)]);
  await t.scheduler.settle();
  t.take();
  const before = t.state.days('s', 1)[0]?.runs ?? 0;
  // Three hours late, on another port but for one row.
  const late = (minutes: number, more: FlowRow) =>
    t.flow(ten - minutes * MINUTE, { IngestionTime: ten, ...more });
  await t.commit([
    ...Array.from({ length: 18 }, (_, i) => late(15 + i * 10, { DestPort: 443 })),
    late(95, { SrcIp: '10.0.0.3' }),
  ]);
  await t.scheduler.settle();
  expect(t.take()).toEqual(['scheduled 10.0.0.3']);
  expect((t.state.days('s', 1)[0]?.runs ?? 0) - before).toBe(1);
});

it('runs near-real-time rules on what was just stored and nothing else', async () => {
  const t = await open({ 'n.yaml': NRT });
  await t.commit([t.flow(DAY_0 + HOUR)]);
  await t.scheduler.settle();
  expect(t.take()).toEqual(['arrival 10.0.0.1']);
  t.at(DAY_0 + 10 * HOUR + 2 * MINUTE);
  await t.commit([t.flow(DAY_0 + HOUR, { SrcIp: '10.0.0.2', IngestionTime: DAY_0 + 2 * HOUR })]);
  await t.scheduler.settle();
  expect(t.take()).toEqual(['arrival 10.0.0.2']);
});

it('judges what was committed while no server ran, each row once, beside what is stored elsewhere', async () => {
  const t = await open({ 'n.yaml': NRT });
  await t.scheduler.stop();
  await t.commit([t.flow(DAY_0 + HOUR, { SrcIp: '10.0.0.7' })]);
  await t.commit([t.flow(DAY_0 + 2 * HOUR, { SrcIp: '10.0.0.8' })]);
  const again = t.restart();
  await again.settle();
  expect(t.take()).toEqual(['arrival 10.0.0.7', 'arrival 10.0.0.8']);
  await again.settle();
  expect(t.take()).toEqual([]);
});

it('starts by itself when something is committed', async () => {
  const t = await open({ 'n.yaml': NRT });
  t.scheduler.start();
  await t.commit([t.flow(DAY_0 + HOUR)]);
  await expect.poll(() => t.found.length, { timeout: 30_000 }).toBe(1);
});

it('says why a rule fails, and runs the others', async () => {
  const t = await open({
    'a.yaml': SCHEDULED.replace('id: s', 'id: bad').replace('DestPort', 'Nothing'),
    's.yaml': SCHEDULED,
  });
  await t.commit([t.flow(DAY_0 + 10 * HOUR - 5 * MINUTE)]);
  await t.scheduler.settle();
  expect(t.take()).toEqual(['scheduled 10.0.0.1']);
  expect(t.state.record('bad').error?.message).toContain('Nothing');
  expect(t.state.record('s').error).toBeUndefined();
});

it('rests what is suppressed or switched off, and rules whose tables are empty', async () => {
  const t = await open({
    's.yaml': `${SCHEDULED}suppressionEnabled: true\nsuppressionDuration: 1h\n`,
    'c.yaml': 'id: c\nname: cef\nquery: CommonSecurityLog | where DestinationPort == 23\n',
  });
  const ten = DAY_0 + 10 * HOUR;
  await t.commit([t.flow(ten - 5 * MINUTE), t.flow(ten + 5 * MINUTE), t.flow(ten + 65 * MINUTE)]);
  await t.scheduler.settle();
  expect(t.take()).toHaveLength(1);
  t.at(ten + 12 * MINUTE);
  await t.scheduler.settle();
  expect(t.take(), 'suppressed for an hour').toEqual([]);
  t.at(ten + 72 * MINUTE);
  await t.scheduler.settle();
  expect(t.take()).toHaveLength(1);
  const cef = t.library.current().rules.find((r) => r.id === 'c')!;
  expect(await t.scheduler.isResting(cef)).toBe(true);
  expect(t.state.days('c', 1)).toEqual([]);
  t.state.setEnabled('s', false);
  t.at(ten + 200 * MINUTE);
  await t.commit([t.flow(ten + 195 * MINUTE)]);
  await t.scheduler.settle();
  expect(t.take()).toEqual([]);
});

it('tells how often a rule would have fired', async () => {
  const t = await open({ 's.yaml': SCHEDULED });
  await t.commit([t.flow(DAY_0 + HOUR), t.flow(DAY_0 + HOUR + MINUTE), t.flow(DAY_0 + 3 * HOUR)]);
  const rule = t.library.current().rules[0]!;
  const stretch = { from: DAY_0, to: DAY_0 + 6 * HOUR };
  const told = await backtest(t.service, rule, stretch);
  expect(told).toMatchObject({ runs: 36, fired: 2, alerts: 1, isWhole: true });
  // A rule that has to run window by window says the same.
  const slow = { ...rule, query: `${rule.query} and now() > datetime(2000-01-01)` };
  const each: number[] = [];
  for await (const { window, findings } of runHistory(t.service, slow, stretch))
    if (findings.length > 0) each.push(window.to);
  expect(each).toEqual([DAY_0 + HOUR + 10 * MINUTE, DAY_0 + 3 * HOUR + 10 * MINUTE]);
});

it('takes rule files in, says what it refuses, and overwrites nothing', async () => {
  const t = await open({});
  const from = join(t.store.folder, 'from');
  mkdirSync(join(from, 'deep'), { recursive: true });
  writeFileSync(join(from, 'deep', 's.yaml'), SCHEDULED);
  writeFileSync(
    join(from, 'bad.yaml'),
    SCHEDULED.replace('id: s', 'id: bad').replace('DestPort', 'Nothing'),
  );
  const options = { from: [from], to: t.folder, service: t.service };
  const taken = await importRules(options);
  expect(taken.copied).toEqual(['deep/s.yaml']);
  expect(taken.problems.map((p) => [p.file, p.level])).toEqual([['bad.yaml', 'refused']]);
  expect(t.library.current().rules.map((r) => r.id)).toEqual(['s']);
  expect((await importRules(options)).known).toEqual(['deep/s.yaml']);
  writeFileSync(join(from, 'deep', 's.yaml'), `${SCHEDULED}severity: High\n`);
  expect(
    (await importRules(options)).problems.some((p) => p.message.includes('other content')),
  ).toBe(true);
});
