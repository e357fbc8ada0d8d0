import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import type { Store } from '#server/store/index.ts';
import { createQueryService, type QueryLimits, type QueryService } from './index.ts';
import { DAY_0, flowSegment, HOUR, openFlowStore } from './testdata/flow-store.ts';

/** Runs until it is stopped. */
const ENDLESS = 'range x from 1 to 1000000000000 step 1 | summarize sum(x % 7)';

const clock = () => Date.now() * 1000;

/** Without data; shared, because the parser takes a moment to start. */
const bare = createQueryService({ store: undefined, clock, limits: { threads: 1 } });
afterAll(() => bare.stop());

function open(store: Store | undefined, limits: Partial<QueryLimits> = {}): QueryService {
  const service = createQueryService({ store, clock, limits: { threads: 1, ...limits } });
  onTestFinished(() => service.stop());
  return service;
}

async function openWithDays(days: number): Promise<Store> {
  const store = await openFlowStore();
  const segments = Array.from({ length: days }, (_, day) =>
    flowSegment(
      [1, 2].map((n) => ({ SrcIp: `10.0.${day}.${n}`, BytesSrcToDest: n })),
      day,
    ),
  );
  await store.commit({ segments });
  return store;
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(condition()).toBe(true);
}

describe('the query service', { timeout: 60_000 }, () => {
  it('answers with types and units, and opens only the segments that can hold rows', async () => {
    const service = open(await openWithDays(3));
    const all = await service.query({
      text: 'Flows | summarize Bytes = sum(BytesSrcToDest), max(TimeGenerated) by SrcIp | order by SrcIp asc | take 1',
    });
    expect(all.columns).toEqual([
      { name: 'SrcIp', type: 'string', unit: 'address' },
      { name: 'Bytes', type: 'long', unit: 'bytes' },
      { name: 'max_TimeGenerated', type: 'datetime', unit: 'none' },
    ]);
    expect(all.rows).toEqual([['10.0.0.1', 1, '2026-03-04T12:00:00Z']]);
    expect(all.stats).toMatchObject({ segments: 3, rowsRead: 6, isCached: false });
    expect(all.stats.bytesRead).toBeGreaterThan(0);
    const one = await service.query({
      text: 'Flows | where TimeGenerated between (datetime(2026-03-05) .. datetime(2026-03-05 23:00)) | count',
    });
    expect([one.rows, one.stats.segments]).toEqual([[[2]], 1]);
    const day = { from: DAY_0 + 2 * MICROS_PER_DAY, to: DAY_0 + 2 * MICROS_PER_DAY + 13 * HOUR };
    const spanned = await service.query({
      text: 'Flows | distinct SrcIp | sort by SrcIp asc',
      timespan: day,
    });
    expect([spanned.rows, spanned.stats.segments]).toEqual([[['10.0.2.1'], ['10.0.2.2']], 1]);
    const chart = await service.query({
      text: 'Flows | summarize count() by bin(TimeGenerated, 1d) | render timechart',
    });
    expect(chart.render?.visualization).toBe('timechart');
  });

  it('gives every now() of a query the same instant', async () => {
    const { rows } = await bare.query({
      text: 'range x from 1 to 3 step 1 | extend a = now() | summarize dcount(a), min(a - ago(1h))',
    });
    expect(rows).toEqual([[1, '01:00:00']]);
  });

  it('keeps answers until their data changes', async () => {
    const store = await openWithDays(1);
    const service = open(store);
    const ask = async () => {
      const { rows, stats } = await service.query({ text: 'Flows | count' });
      return [rows[0]?.[0], stats.isCached];
    };
    expect([await ask(), await ask()]).toEqual([
      [2, false],
      [2, true],
    ]);
    await store.commit({ segments: [flowSegment([{ SrcIp: '192.0.2.1' }])] });
    expect([await ask(), await ask()]).toEqual([
      [3, false],
      [3, true],
    ]);
    for (const text of ['print now()', 'print rand()', 'Flows | sample 1']) {
      await service.query({ text });
      expect([text, (await service.query({ text })).stats.isCached]).toEqual([text, false]);
    }
  });

  it('cuts long answers and says so', async () => {
    const service = open(undefined, { maxRows: 1000, maxBytes: 5000 });
    const rows = await service.query({
      text: 'range x from 1 to 5000 step 1',
      limits: { maxRows: 10 },
    });
    expect([rows.rows.length, rows.truncated]).toEqual([10, { by: 'rows', limit: 10 }]);
    const wider = await service.query({
      text: 'range x from 1 to 50 step 1',
      limits: { maxRows: 50 },
    });
    expect([wider.rows.length, wider.truncated]).toEqual([50, undefined]);
    const bytes = await service.query({
      text: 'range x from 1 to 900 step 1 | project strcat("a long text to count ", x)',
    });
    expect(bytes.truncated).toEqual({ by: 'bytes', limit: 5000 });
    expect(bytes.rows.length).toBeLessThan(500);
  });

  it('obeys what a query sets, within its limits', async () => {
    const service = open(undefined, { maxRows: 20 });
    const rows = 'range x from 1 to 50 step 1';
    const few = await service.query({ text: `set truncationmaxrecords = 3; ${rows}` });
    expect([few.rows.length, few.truncated]).toEqual([3, { by: 'rows', limit: 3 }]);
    const many = await service.query({
      text: `set truncationmaxrecords = 40; set notruncation; ${rows}`,
    });
    expect([many.rows.length, many.truncated]).toEqual([20, { by: 'rows', limit: 20 }]);
    expect(many.warnings.map((w) => w.code)).toEqual(['setting-ignored']);
    const late = service.query({ text: `set servertimeout = 300ms; ${ENDLESS}` });
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
  });

  it('refuses what it cannot answer, with the place', async () => {
    await expect(bare.query({ text: 'print 1 |\n where y > 1' })).rejects.toMatchObject({
      code: 'semantic',
      line: 2,
      column: 8,
    });
    await expect(bare.query({ text: 'print (' })).rejects.toMatchObject({
      code: 'syntax',
      line: 1,
    });
    await expect(
      bare.query({ text: 'externaldata(a:string)["https://example.com/x"]' }),
    ).rejects.toMatchObject({ code: 'external-refused' });
  });

  it('stops a query at its time-out and when it is cancelled, and goes on', async () => {
    await expect(bare.query({ text: ENDLESS, limits: { timeoutMs: 300 } })).rejects.toMatchObject({
      code: 'timeout',
    });
    const cancel = new AbortController();
    const running = bare.query({ text: ENDLESS, signal: cancel.signal });
    const stopped = expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await until(() => bare.load().running === 1);
    cancel.abort();
    await stopped;
    expect((await bare.query({ text: 'print 1' })).rows).toEqual([[1]]);
    expect(bare.load()).toMatchObject({ running: 0, queued: 0 });
  });

  it('survives the death of a worker and of the parser', async () => {
    const service = open(undefined);
    await service.warm();
    const running = service.query({ text: ENDLESS });
    const lost = expect(running).rejects.toMatchObject({ code: 'worker-lost' });
    await until(() => service.load().running === 1);
    for (const pid of service.load().workers) process.kill(pid, 'SIGKILL');
    await lost;
    process.kill(service.load().parser!, 'SIGKILL');
    await until(() => service.load().parser === undefined);
    expect((await service.query({ text: 'print 2' })).rows).toEqual([[2]]);
  });

  it('refuses more than may wait', async () => {
    const service = open(undefined, { maxQueued: 1 });
    const cancel = new AbortController();
    const endless = [1, 2].map(() => service.query({ text: ENDLESS, signal: cancel.signal }));
    const settled = Promise.allSettled(endless);
    await until(() => service.load().running === 2);
    const waiting = service.query({ text: 'print 3' });
    await until(() => service.load().queued === 1);
    await expect(service.query({ text: 'print 4' })).rejects.toMatchObject({ code: 'too-busy' });
    cancel.abort();
    expect((await waiting).rows).toEqual([[3]]);
    expect((await settled).map((s) => s.status)).toEqual(['rejected', 'rejected']);
  });

  it('bounds the memory of a query', async () => {
    const service = open(undefined, { memoryBytes: 32 * 2 ** 20, spillBytes: 2 ** 20 });
    const text =
      'range x from 1 to 6000000 step 1 | extend s = strcat("some text ", x) | summarize count() by s | summarize max(s)';
    await expect(service.query({ text })).rejects.toMatchObject({
      code: expect.stringMatching(/^(out-of-memory|disk-full)$/),
      advice: expect.stringContaining('time range'),
    });
    expect((await service.query({ text: 'print 5' })).rows).toEqual([[5]]);
  });

  it('answers without the segments that it cannot read, and says which', async () => {
    const store = await openWithDays(2);
    const service = open(store);
    const [first] = store.segments({ table: 'Flows' });
    rmSync(first!.path);
    const { rows, warnings } = await service.query({ text: 'Flows | count' });
    expect(rows).toEqual([[2]]);
    expect(warnings).toMatchObject([
      { code: 'segment-unreadable', message: expect.stringContaining(first!.path) },
    ]);
    expect((await service.query({ text: 'Flows | count' })).stats.isCached).toBe(false);
    expect([
      ...(await service.inspect(store.segments({ table: 'Flows' }).map((s) => s.path))).keys(),
    ]).toEqual([first!.path]);
  });

  it('gives answers of any length in bounded memory, and keeps none of them', async () => {
    const store = await openWithDays(1);
    const service = open(store, { memoryBytes: 2 ** 28 });
    await service.query({ text: 'print 1' });
    const text =
      'range x from 1 to 100000 step 1 | extend s = strcat("a long text of which there are many ", x, strrep("=", 700))';
    const before = process.memoryUsage().rss;
    const answer = await service.answer({ text }, 'csv');
    expect([answer.rows, answer.truncated, answer.body.held]).toEqual([
      100_000,
      undefined,
      undefined,
    ]);
    expect(answer.body.sizeBytes).toBeGreaterThan(70e6);
    expect(readdirSync(join(store.folder, 'spill')).filter((name) => /answer/.test(name))).toEqual(
      [],
    );
    let size = 0;
    let most = 0;
    let tail = '';
    for await (const chunk of answer.body.stream()) {
      size += chunk.byteLength;
      tail = Buffer.from(chunk).subarray(-20).toString();
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(size).toBe(answer.body.sizeBytes);
    expect(tail).toMatch(/=\r\n$/);
    expect(most).toBeLessThan(50e6);
    const unread = await service.answer({ text: `${text} | take 10000` }, 'ndjson');
    await unread.body.discard();
    await unread.body.discard();
  });

  it('prints the same rows in every form, short or long', async () => {
    for (const count of [3, 60_000]) {
      const text = `range x from 1 to ${count} step 1 | project x, s = strcat("text ", x, strrep("-", 100))`;
      const read = async (form: 'rows' | 'csv' | 'ndjson' | 'json') =>
        Buffer.from(await (await bare.answer({ text }, form)).body.bytes()).toString();
      const rows: unknown[][] = JSON.parse(`[${await read('rows')}]`);
      expect(rows).toHaveLength(count);
      expect(rows.at(-1)).toEqual([count, `text ${count}${'-'.repeat(100)}`]);
      const objects: Record<string, unknown>[] = JSON.parse(await read('json'));
      expect(objects.map((o) => [o['x'], o['s']])).toEqual(rows);
      const lines = (await read('ndjson')).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(objects);
      expect((await read('csv')).split('\r\n').slice(1, -1)).toEqual(rows.map((r) => r.join(',')));
      const parquet = await bare.answer({ text }, 'parquet');
      expect(
        Buffer.from(await parquet.body.bytes())
          .subarray(0, 4)
          .toString(),
      ).toBe('PAR1');
    }
  });

  it('answers one user while another keeps every worker busy', async () => {
    const service = open(undefined);
    const cancel = new AbortController();
    const runaway = [1, 2, 3].map(() =>
      service.query({ text: ENDLESS, user: 'runaway', signal: cancel.signal }),
    );
    const settled = Promise.allSettled(runaway);
    await until(() => service.load().running === 2 && service.load().queued === 1);
    expect((await service.query({ text: 'print 6', user: 'other' })).rows).toEqual([[6]]);
    expect((await service.query({ text: 'print 7', user: 'other' })).rows).toEqual([[7]]);
    cancel.abort();
    expect((await settled).map((s) => s.status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('has each of several results', async () => {
    const text = 'let a = 5; print uno = a; range x from 1 to 2 step 1 | extend y = a';
    const one = await bare.answer({ text, result: 0 }, 'rows');
    expect([one.results, one.columns.map((c) => c.name)]).toEqual([2, ['uno']]);
    expect((await bare.query({ text, result: 1 })).rows).toEqual([
      [1, 5],
      [2, 5],
    ]);
    const last = await bare.query({ text });
    expect([last.columns.map((c) => c.name), last.warnings]).toEqual([
      ['x', 'y'],
      [{ code: 'several-results', message: expect.stringContaining('2 results') }],
    ]);
    const forked = 'range x from 1 to 2 step 1 | fork (count) (project y = x)';
    expect((await bare.query({ text: forked, result: 0 })).rows).toEqual([[2]]);
    expect((await bare.query({ text: forked, result: 1 })).warnings).toEqual([]);
  });

  it('leaves no temporary files behind', async () => {
    const store = await openWithDays(1);
    const service = open(store);
    await service.query({ text: 'Flows | count' });
    const file = await service.writeParquet({
      columns: [{ name: 'a', type: 'long', unit: 'none' }],
      rows: [[1]],
    });
    expect(existsSync(file)).toBe(true);
    await service.stop();
    expect(readdirSync(join(store.folder, 'spill'))).toEqual([]);
  });

  it('checks, completes and explains', async () => {
    expect(await bare.check('Flows | take 5')).toEqual([]);
    expect(await bare.check('Flows\n| where Src == 1')).toMatchObject([
      { severity: 'error', line: 2, column: 9, start: 14, length: 3 },
    ]);
    const { items, start, length } = await bare.complete('Flows | where SrcI', 18);
    expect(items).toContainEqual(expect.objectContaining({ label: 'SrcIp', kind: 'column' }));
    expect([start, length]).toEqual([14, 4]);
    expect(await bare.hover('Flows | count', 2)).toMatchObject({
      start: 0,
      length: 5,
      title: expect.stringContaining('Flows'),
    });
    expect(await bare.hover('  ', 1)).toBeNull();
    expect(await bare.signature('print strlen(', 13)).toMatchObject({ name: 'strlen', active: 0 });
    expect(await bare.format('Flows|count')).toBe('Flows\n| count');
    const { sql } = await bare.explain({ text: 'Flows | where SrcIp == "a" | count' });
    expect(sql.join()).toContain('SELECT');
  });
});
