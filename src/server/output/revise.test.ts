import { createHash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { createQueryService } from '#server/query/index.ts';
import {
  azureFlow,
  DAY,
  HOUR,
  MINUTE,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from '#server/reduce/fixture.ts';
import { reducePending } from '#server/reduce/index.ts';
import { createOutputs, type Outputs } from './outputs.ts';
import type { HecSettings, What } from './settings.ts';
import { certificate } from './testing/fake.ts';
import { type FakeHec, openHec } from './testing/hec.ts';

const ms = (micros: number) => micros / 1000;

async function open(what: What, at: number) {
  const store = await openTestStore();
  const engine = await openTestEngine();
  const queries = createQueryService({ store, clock: () => DAY, limits: { threads: 1 } });
  onTestFinished(() => queries.stop());
  const server = await openHec({ token: 'good-secret' });
  const clock = { now: ms(at) };
  const siem: HecSettings = {
    name: 'siem',
    kind: 'hec',
    what,
    format: 'json',
    minSeverity: 'informational',
    url: server.url,
    token: 'env:GOOD',
    acknowledge: false,
  };
  function start(): Outputs {
    const outputs = createOutputs({
      settings: [siem],
      store,
      queries,
      links: { alert: () => undefined, incident: () => undefined },
      context: {
        version: '1.2.3',
        host: 'weir.example',
        sha1: (bytes) => createHash('sha1').update(bytes).digest(),
      },
      secret: () => 'good-secret',
      now: () => clock.now,
      random: () => 0,
      ca: certificate.cert,
      timeoutMs: 500,
    });
    onTestFinished(() => outputs.stop());
    outputs.start();
    return outputs;
  }
  /** Lets time come, and waits until all that is due then has been sent. */
  async function until(outputs: Outputs, micros: number): Promise<void> {
    clock.now = ms(micros);
    outputs.retry('siem');
    await expect
      .poll(() => outputs.status()[0], { timeout: 20_000 })
      .toMatchObject({ health: { state: 'idle' }, waiting: { since: undefined } });
  }
  const reduce = () =>
    reducePending({
      store,
      clock: () => DAY + 24 * HOUR,
      enrichment: { withoutRegistries: true },
      threads: 1,
    });
  return { store, engine, server, clock, start, until, reduce };
}

/** What a receiver has that keeps the last revision of each row, and no row that was withdrawn. */
function held({ events }: FakeHec): readonly Record<string, unknown>[] {
  const last = new Map<unknown, Record<string, unknown>>();
  for (const { event } of events) {
    const row = event as Record<string, unknown>;
    const known = last.get(row['_id']);
    if (Number(known?.['_revision'] ?? 0) <= Number(row['_revision'])) last.set(row['_id'], row);
  }
  return [...last.values()].filter((row) => row['_withdrawn'] === false);
}

it('NTANetAnalytics ends up right at the receiver, however late its data came', {
  timeout: 120_000,
}, async () => {
  const began = DAY + 10 * HOUR;
  const { store, engine, server, clock, start, until, reduce } = await open(
    { table: 'NTANetAnalytics', from: 'now', reviseMs: ms(9 * HOUR) },
    began,
  );
  let outputs = start();
  const minute = (n: number, more: Parameters<typeof azureFlow>[0]) =>
    azureFlow({ TimeGenerated: began + n * MINUTE, PacketsSrcToDest: 1, ...more });
  const same = async () => {
    const facts = (rows: readonly Record<string, unknown>[]) =>
      rows
        .map((r) => [r['SrcIp'], r['DestIp'], r['DestPort'], r['PacketsSrcToDest']].join(' '))
        .sort();
    expect(facts(held(server))).toEqual(facts(await readRows(store, engine, 'NTANetAnalytics')));
  };

  await storeFlows(store, engine, [
    minute(1, {}),
    minute(2, { DestPort: 22 }),
    minute(11, { DestPort: 53 }),
  ]);
  await reduce();
  await until(outputs, began + 29 * MINUTE);
  expect(server.events).toEqual([]);
  await until(outputs, began + 45 * MINUTE);
  expect(server.events).toHaveLength(3);
  await same();

  // One row of the first stretch grows, another comes. Reduction writes the whole hour anew.
  await storeFlows(store, engine, [minute(3, {}), minute(4, { DestPort: 80 })]);
  await reduce();
  await until(outputs, began + 2 * HOUR);
  expect(server.events.slice(3).map(({ event }) => event)).toMatchObject([
    { DestPort: 5432, PacketsSrcToDest: 2, _revision: 2, _withdrawn: false },
    { DestPort: 80, PacketsSrcToDest: 1, _revision: 2, _withdrawn: false },
  ]);
  await same();

  // Weir is stopped while a change is under way; data comes hours late meanwhile.
  await storeFlows(store, engine, [minute(5, { DestPort: 22 })]);
  await reduce();
  server.troubles.push('hang');
  clock.now = ms(began + 5 * HOUR);
  outputs.retry('siem');
  await expect.poll(() => server.troubles, { timeout: 20_000 }).toEqual([]);
  await outputs.stop();
  await storeFlows(store, engine, [minute(6, { DestPort: 22 }), minute(12, { DestPort: 53 })]);
  await reduce();
  outputs = start();
  // The last look at each stretch of the hour; then it is final.
  await until(outputs, began + 10.5 * HOUR);
  await same();

  const { sent, rejected, lost } = outputs.status()[0]!.counts;
  expect({ rejected, lost }).toEqual({ rejected: 0, lost: 0 });
  expect(sent).toBeLessThan(12);
  expect(
    store.state.get('SELECT count(*) AS n FROM output_stretch WHERE begin < ?', ms(began + HOUR)),
  ).toEqual({ n: 0 });
});

it('what a query no longer answers is withdrawn', { timeout: 60_000 }, async () => {
  const began = DAY + 10 * HOUR;
  const { store, engine, server, start, until } = await open(
    {
      query: 'Flows | summarize Packets = sum(PacketsSrcToDest) by DestPort | where Packets < 3',
      as: 'Quiet',
      everyMs: ms(HOUR),
      settleMs: ms(MINUTE),
      reviseMs: ms(24 * HOUR),
    },
    began,
  );
  const outputs = start();
  const flow = (port: number, packets: number) =>
    azureFlow({ TimeGenerated: began + MINUTE, DestPort: port, PacketsSrcToDest: packets });
  await storeFlows(store, engine, [flow(1, 2), flow(2, 1)]);
  await until(outputs, began + HOUR + 2 * MINUTE);
  expect(held(server)).toMatchObject([{ DestPort: 1 }, { DestPort: 2 }]);
  await storeFlows(store, engine, [flow(1, 5)]);
  await until(outputs, began + 2 * HOUR);
  expect(held(server)).toMatchObject([{ DestPort: 2, Packets: 1 }]);
  expect(server.events).toHaveLength(3);
});
