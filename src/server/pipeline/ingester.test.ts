import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createFileSource, createRecogniser } from '#server/source/index.ts';
import { openStore, type Store } from '#server/store/index.ts';
import { createStreamObject } from '../source/stream.ts';
import { DecodePool } from './decode-pool.ts';
import { Ingester, ingestPaths, type LoadTotals } from './index.ts';

const clock = () => Date.now() * 1000;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 4, 10);

let folder: string;
let logs: string;
let store: Store;
let ingester: Ingester;
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-pipeline-'));
  logs = join(folder, 'logs');
  mkdirSync(logs);
  store = await openStore({ folder: join(folder, 'data'), clock });
  ingester = openIngester();
  said = [];
});
afterEach(async () => {
  await ingester.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

function openIngester(over: Store = store): Ingester {
  return new Ingester({ store: over, recogniser: createRecogniser(over), clock, workers: 2 });
}

async function load(path = logs, format?: string): Promise<LoadTotals> {
  return ingestPaths([createFileSource({ path })], ingester, {
    signal: new AbortController().signal,
    ...(format !== undefined && { format }),
    onObject: ({ refused }) => refused !== null && said.push(refused),
    onFailure: (object, error) => said.push(`${object.name}: ${String(error)}`),
  });
}

const tuple = (n: number, at = START + n * 100) =>
  `"${at},10.0.0.${n % 250},198.51.100.7,${1024 + (n % 60_000)},443,6,O,E,NX,1,${n},2,3"`;

function record(
  from: number,
  count: number,
  tuples?: readonly string[],
  mac = '00224880A001',
): string {
  const list = tuples ?? Array.from({ length: count }, (_, i) => tuple(from + i));
  return `{"time":"2026-03-04T10:00:00.0000000Z","flowLogVersion":4,"macAddress":"${mac}","flowLogResourceID":"/F","targetResourceID":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[${list.join(',')}]}]}]}}`;
}

const blob = (...records: readonly string[]) => `{"records":[${records.join(',')}]}`;
const write = (name: string, content: string | Uint8Array) =>
  writeFileSync(join(logs, name), content);

/** BytesSrcToDest of every stored row: each tuple's own number. */
async function storedNumbers(): Promise<number[]> {
  const files = store.segments({ table: 'Flows' }).map((s) => `'${s.path}'`);
  if (files.length === 0) return [];
  const db = await openDuckdb();
  const { rows } = await db.run(
    `select BytesSrcToDest::int from read_parquet([${files.join(',')}]) order by 1`,
  );
  db.close();
  return rows.map(([n]) => Number(n));
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const sums = () =>
  store.tallies(0, Number.MAX_SAFE_INTEGER).reduce(
    (all, t) => {
      const lost = Object.values(t.problems).reduce((a, b) => a + b, 0);
      return {
        received: all.received + t.received,
        stored: all.stored + t.stored,
        known: all.known + t.known,
        lost: all.lost + lost,
      };
    },
    { received: 0, stored: 0, known: 0, lost: 0 },
  );

describe('Ingester', () => {
  it('stores every record once, however often and however named it is given', async () => {
    write('PT1H.json', blob(record(0, 700), record(700, 300)));
    expect(await load()).toMatchObject({
      objects: 1,
      records: 1000,
      stored: 1000,
      known: 0,
      quarantined: 0,
    });
    expect(await load()).toMatchObject({ objects: 1, records: 1000, stored: 0, known: 1000 });
    renameSync(join(logs, 'PT1H.json'), join(logs, 'older.json'));
    write('copy.json.gz', gzipSync(blob(record(0, 700), record(700, 300))));
    expect(await load()).toMatchObject({ objects: 2, stored: 0, known: 2000 });
    expect(await storedNumbers()).toEqual(upTo(1000));
    expect(sums()).toEqual({ received: 4000, stored: 1000, known: 3000, lost: 0 });
  });

  it('counts of a shorter copy what it holds', async () => {
    const whole = blob(record(0, 700), record(700, 300));
    write('PT1H.json', whole);
    await load();
    rmSync(join(logs, 'PT1H.json'));
    write('one.json', blob(record(0, 700)));
    expect(await load()).toMatchObject({ records: 700, stored: 0, known: 700 });
    rmSync(join(logs, 'one.json'));
    // Cut inside the last record: 20 tuples of it, and a piece of one.
    write('cut.json', whole.slice(0, whole.indexOf(tuple(720)) + 20));
    expect(await load()).toMatchObject({ stored: 0, known: 721 });
    expect(sums()).toEqual({ received: 2421, stored: 1000, known: 1421, lost: 0 });
  });

  it('reads on where a growing file was left, over its closing brackets', async () => {
    const path = join(logs, 'PT1H.json');
    write('PT1H.json', blob(record(0, 10)));
    await load();
    for (let step = 1; step < 5; step++) {
      truncateSync(path, Buffer.byteLength(blob(...upTo(step).map((k) => record(k * 10, 10)))) - 2);
      appendFileSync(path, `,${record(step * 10, 10)}]}`);
      expect(await load()).toMatchObject({ stored: 10, known: step * 10 });
    }
    expect(await storedNumbers()).toEqual(upTo(50));
  });

  it('quarantines what is damaged and closes the sum', async () => {
    const bad = [
      '"x,10.0.0.1,10.0.0.2,1,2,6,O,B,NX,0,0,0,0"',
      '"1772618412001,10.0.0.999,10.0.0.2,1,2,6,O,B,NX,0,0,0,0"',
    ];
    write(
      'PT1H.json',
      blob(
        record(0, 5),
        record(0, 0, [tuple(5), ...bad, tuple(6)]),
        '{"time":"x","flowRecords":{"flows":[{]}}',
        record(7, 3),
      ),
    );
    expect(await load()).toMatchObject({ records: 13, stored: 10, quarantined: 3 });
    expect(await storedNumbers()).toEqual(upTo(10));
    expect(sums()).toEqual({ received: 13, stored: 10, known: 0, lost: 3 });
    const samples = store.quarantined(10);
    expect(samples.map((q) => q.code).sort()).toEqual(['bad-address', 'bad-time', 'not-json']);
    expect(samples.find((q) => q.code === 'bad-address')).toMatchObject({
      object: join(logs, 'PT1H.json'),
      excerpt: expect.stringContaining('10.0.0.999'),
    });
  });

  it('says what a file of the wrong kind looks like, counts it, and reads the others', async () => {
    write('a.pdf', '%PDF-1.7 not a log at all');
    write('b.json', blob(record(0, 3)));
    expect(await load()).toMatchObject({ objects: 2, refused: 1, stored: 3, quarantined: 1 });
    expect(said).toEqual([expect.stringMatching(/PDF.*Weir reads: .*Azure VNet flow log/)]);
    expect(store.quarantined(1)).toMatchObject([{ code: 'unknown-format' }]);
  });

  it('partitions by the day of the event', async () => {
    write(
      'days.json',
      blob(
        record(0, 0, [tuple(0, START), tuple(1, START + 24 * HOUR), tuple(2, START + 48 * HOUR)]),
      ),
    );
    await load();
    expect(store.segments({ table: 'Flows' }).map((s) => [s.day, s.rows])).toEqual([
      ['2026-03-04', 1],
      ['2026-03-05', 1],
      ['2026-03-06', 1],
    ]);
  });

  it('commits many small objects together', async () => {
    for (let i = 0; i < 200; i++)
      write(`${i}.json`, blob(record(i, 1, undefined, `0022488${String(i).padStart(5, '0')}`)));
    expect(await load()).toMatchObject({ objects: 200, stored: 200 });
    expect(store.segments({ table: 'Flows' }).length).toBeLessThan(30);
    expect(await storedNumbers()).toEqual(upTo(200));
  });

  it('loses nothing and stores nothing twice when a commit fails', async () => {
    let failures = 0;
    const failing = new Proxy(store, {
      get(target, name) {
        if (name === 'commit' && failures < 2)
          return async () => {
            failures++;
            throw new Error('disk gone');
          };
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await ingester.close();
    ingester = openIngester(failing);
    for (let i = 0; i < 4; i++) write(`${i}.json`, blob(record(i * 100, 100)));
    expect(await load()).toMatchObject({ objects: 0, failed: 4, stored: 0 });
    expect(said).toEqual(Array.from({ length: 4 }, () => expect.stringContaining('disk gone')));
    while ((await load()).failed > 0);
    expect(failures).toBe(2);
    expect(await storedNumbers()).toEqual(upTo(400));
  });

  it('goes on with fresh threads after one has died', async () => {
    const decoded: number[] = [];
    const pool = new DecodePool({ workers: 1 });
    pool.onDecoded((reply) => decoded.push(reply.stored));
    const request = (format: string) => ({
      kind: 'decode' as const,
      run: 1,
      unit: new Uint8Array(Buffer.from(blob(record(0, 4)))),
      format,
      object: 'x',
      offset: 0,
      context: null,
      ingestedAt: 0,
    });
    pool.decode(request('no-such-format'));
    await expect(pool.seal(1)).rejects.toThrow('decoding failed');
    await expect(pool.ready()).rejects.toThrow('read again');
    pool.discard();
    pool.decode(request('azure-vnet'));
    const [sealed] = await pool.seal(2);
    expect(sealed?.segments.map((s) => s.rows)).toEqual([4]);
    expect(decoded).toEqual([4]);
    await pool.close();
  });

  it('shows what trickles in on a stream within seconds, and keeps reading', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const stream = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from(`${record(0, 3)}\n`));
        await ended;
        controller.enqueue(Buffer.from(record(3, 2)));
        controller.close();
      },
    });
    const object = createStreamObject({
      source: 'stdin',
      name: '-',
      open: () => Readable.fromWeb(stream as never),
    });
    const load = ingester.ingest(object, new AbortController().signal);
    await vi.waitFor(async () => expect(await storedNumbers()).toEqual(upTo(3)), {
      timeout: 6000,
      interval: 100,
    });
    end();
    expect(await load).toMatchObject({ records: 5, stored: 5 });
    expect(await storedNumbers()).toEqual(upTo(5));
    const [first, last] = store.segments({ table: 'Flows' }).map((s) => s.ranges['IngestionTime']);
    expect(first![1]).toBeLessThan(last![0]);
  });

  it('stops when it is told to, and what was committed stays', async () => {
    write('a.json', blob(record(0, 10)));
    await load();
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    write('b.json', blob(record(10, 10)));
    await expect(
      ingestPaths([createFileSource({ path: logs })], ingester, { signal: stop.signal }),
    ).rejects.toThrow('enough');
    expect(await storedNumbers()).toEqual(upTo(10));
    await load();
    expect(await storedNumbers()).toEqual(upTo(20));
  });
});
