import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { makeCertificate } from '#server/http/testdata/certificate.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { flowSegment, openFlowStore } from '#server/query/testdata/flow-store.ts';
import { COMPACTION, compactOnce, duckdbMerge, type Store } from '#server/store/index.ts';
import { createOutputs, type Outputs, type OutputsDeps } from './outputs.ts';
import type { OutputSettings, SyslogSettings, What } from './settings.ts';
import { openRsyslog, type Rsyslog } from './testing/rsyslog.ts';

const certificate = makeCertificate();

async function until(condition: () => boolean, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function openQueries(store: Store): QueryService {
  const service = createQueryService({
    store,
    clock: () => Date.now() * 1000,
    limits: { threads: 1 },
  });
  onTestFinished(() => service.stop());
  return service;
}

const siem = (server: Rsyslog, what: What): SyslogSettings => ({
  name: 'siem',
  kind: 'syslog',
  what,
  minSeverity: 'informational',
  host: 'localhost',
  port: server.port,
  transport: 'tls',
  framing: 'octet-counting',
  rfc: 5424,
  facility: 13,
  app: 'weir',
});

function start(
  store: Store,
  queries: QueryService,
  settings: readonly OutputSettings[],
  more: Partial<OutputsDeps> = {},
): Outputs {
  const outputs = createOutputs({
    settings,
    store,
    queries,
    links: { alert: () => undefined, incident: () => undefined },
    context: {
      version: '1.2.3',
      host: 'weir.example',
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
    },
    secret: () => '',
    now: Date.now,
    // Pauses of a tenth of what they would be.
    random: () => 0.1,
    ca: certificate.cert,
    ...more,
  });
  onTestFinished(() => outputs.stop());
  outputs.start();
  return outputs;
}

/** Rows that can be told apart: the n-th sends n bytes. */
const flowsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    SrcIp: '10.0.0.1',
    DestIp: '10.0.0.2',
    SrcPort: 40000,
    DestPort: 443,
    L4Protocol: 'T',
    IpProtocol: 6,
    FlowStatus: (first + i) % 2 === 0 ? 'Allowed' : 'Denied',
    BytesSrcToDest: first + i,
  }));

const numbers = (server: Rsyslog) =>
  server.lines().map((line) => Number(/ out=(\d+)/.exec(line)?.[1]));

it('flows arrive at rsyslog whole, across merges and restarts of either side', {
  timeout: 120_000,
}, async () => {
  const server = await openRsyslog(certificate);
  const store = await openFlowStore();
  const queries = openQueries(store);
  const what: What = { table: 'Flows', from: 'now' };
  await store.commit({ segments: [flowSegment(flowsFrom(1_000_000, 5))] });
  let outputs = start(store, queries, [siem(server, what)]);
  let next = 0;
  const commit = async (count: number) => {
    await store.commit({ segments: [flowSegment(flowsFrom(next, count), next % 3)] });
    next += count;
  };
  const merge = () =>
    compactOnce(
      store,
      { merge: duckdbMerge({ threads: 1 }), policy: { ...COMPACTION, fanIn: 2, quietMicros: 0 } },
      Date.now() * 1000 + 1,
    );
  const status = () => outputs.status()[0];

  for (let i = 0; i < 4; i++) await commit(700);
  await until(() => status()!.counts.sent > 0);
  await server.stop();
  for (let i = 0; i < 4; i++) await commit(700);
  expect(await merge()).toMatchObject({ table: 'Flows' });
  await until(() => status()!.health.state === 'failing');
  expect(status()!.health.failure?.message).toContain('nobody listens there');
  expect(status()!.waiting.messages).toBeGreaterThan(0);
  await server.start();
  await until(() => status()!.counts.sent > 3500);
  await outputs.stop();
  for (let i = 0; i < 3; i++) await commit(700);
  while (await merge());
  await commit(1);
  outputs = start(store, queries, [siem(server, what)]);
  await until(() => status()!.waiting.messages === 0 && status()!.health.state === 'idle');
  await server.stop();

  const received = numbers(server);
  const all = Array.from({ length: next }, (_, n) => n);
  expect(new Set(received)).toEqual(new Set(all));
  const { sent, repeated, lost, rejected } = status()!.counts;
  expect({ sent, lost, rejected }).toEqual({ sent: next, lost: 0, rejected: 0 });
  expect(received.length - next).toBeLessThanOrEqual(repeated);
  expect(server.lines()[0]).toContain('CEF:0|Weir|Weir|1.2.3|Flows|Flow ');
});

it('a condition chooses rows, a slow receiver holds up nobody, and a table can be sent from its beginning', {
  timeout: 120_000,
}, async () => {
  const server = await openRsyslog(certificate);
  const store = await openFlowStore();
  await store.commit({ segments: [flowSegment(flowsFrom(0, 50))] });
  const what: What = {
    table: 'Flows',
    where: 'FlowStatus == "Denied" // only these',
    from: 'start',
  };
  const hanging: OutputSettings = { ...siem(server, what), name: 'hanging', port: 9 };
  const outputs = start(store, openQueries(store), [hanging, siem(server, what)]);
  await until(() => outputs.status()[1]!.health.state === 'idle' && numbers(server).length === 25);
  expect(numbers(server).every((n) => n % 2 === 1)).toBe(true);
  expect(outputs.status().map((o) => o.health.state)).toEqual(['failing', 'idle']);
});

it('answers of a query are sent once their time is over', { timeout: 120_000 }, async () => {
  const server = await openRsyslog(certificate);
  const store = await openFlowStore();
  let now = Date.UTC(2026, 2, 4, 12, 0, 0);
  const what: What = {
    query: 'Flows | summarize Bytes = sum(BytesSrcToDest) by FlowStatus',
    as: 'Totals',
    everyMs: 3_600_000,
    settleMs: 60_000,
    reviseMs: 86_400_000,
  };
  const json: OutputSettings = { ...siem(server, what), format: 'json' };
  const outputs = start(store, openQueries(store), [json], { now: () => now });
  await until(() => outputs.status()[0]!.health.state === 'idle');
  await store.commit({ segments: [flowSegment(flowsFrom(0, 10))] });
  now += 3_600_000 + 59_000;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(server.lines()).toEqual([]);
  now += 2000;
  outputs.retry('siem');
  await until(() => server.lines().length === 2);
  expect(
    server
      .lines()
      .map((line) => JSON.parse(line.slice(line.indexOf('{'))))
      .map(({ _table, FlowStatus, Bytes }) => ({ _table, FlowStatus, Bytes })),
  ).toEqual(
    expect.arrayContaining([
      { _table: 'Totals', FlowStatus: 'Allowed', Bytes: 20 },
      { _table: 'Totals', FlowStatus: 'Denied', Bytes: 25 },
    ]),
  );
});

it('rows are written to a lake as Parquet, by day, with the types of their table', {
  timeout: 120_000,
}, async () => {
  const store = await openFlowStore();
  const folder = mkdtempSync(join(tmpdir(), 'weir-lake-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await store.commit({
    segments: [flowSegment(flowsFrom(0, 20), 0), flowSegment(flowsFrom(30, 20), 1)],
  });
  await store.commit({ segments: [flowSegment(flowsFrom(20, 10), 0)] });
  const lake: OutputSettings = {
    name: 'lake',
    kind: 'parquet',
    what: { table: 'Flows', from: 'start' },
    minSeverity: 'informational',
    folder,
  };
  const outputs = start(store, openQueries(store), [lake]);
  // Rows of several segments make one file for a day; they are gathered until somebody asks, or for minutes.
  await until(() => outputs.status()[0]!.health.state === 'idle');
  expect(readdirSync(folder)).toEqual([]);
  expect(outputs.status()[0]!.waiting.messages).toBe(50);
  outputs.retry('lake');
  await until(() => outputs.status()[0]!.counts.sent === 50);
  expect(readdirSync(join(folder, 'Flows', 'day=2026-03-04'))).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}\.parquet$/),
  ]);
  expect(readdirSync(join(folder, 'Flows')).sort()).toEqual(['day=2026-03-04', 'day=2026-03-05']);
  const db = await openDuckdb({ threads: 1 });
  onTestFinished(() => db.close());
  const { rows } = await db.run(
    `SELECT day::VARCHAR, count(*)::INTEGER, sum(BytesSrcToDest)::INTEGER, typeof(min(TimeGenerated))
     FROM read_parquet('${folder}/Flows/*/*.parquet', hive_partitioning = true) GROUP BY day ORDER BY day`,
  );
  expect(rows).toEqual([
    ['2026-03-04', 30, 435, 'TIMESTAMP'],
    ['2026-03-05', 20, 790, 'TIMESTAMP'],
  ]);
});
