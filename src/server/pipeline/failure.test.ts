import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createRecogniser, type InputObject, type Source } from '#server/source/index.ts';
import { openStore, type Store } from '#server/store/index.ts';
import { openContent } from '../source/content.ts';
import { DecodePool } from './decode-pool.ts';
import { Gate } from './gate.ts';
import { Ingester, type IngesterOptions, ingestPaths } from './index.ts';

const clock = () => Date.now() * 1000;
const START = Date.UTC(2026, 2, 4, 10);

let folder: string;
let store: Store;
let ingesters: Ingester[];
const signal = new AbortController().signal;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-failure-'));
  store = await openStore({ folder, clock });
  ingesters = [];
});
afterEach(async () => {
  for (const ingester of ingesters) await ingester.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

function openIngester(options: Partial<IngesterOptions> = {}): Ingester {
  const over = options.store ?? store;
  const recogniser = createRecogniser(over);
  const ingester = new Ingester({ store: over, recogniser, clock, workers: 2, ...options });
  ingesters.push(ingester);
  return ingester;
}

/** A store whose commits wait for `before`, which may throw. */
function storeWith(before: () => Promise<void>): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'commit')
        return async (change: Parameters<Store['commit']>[0]) => {
          await before();
          return target.commit(change);
        };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Half a MiB of tuples, numbered from `from`. */
const TUPLES = 8000;
function record(from: number, mac = '00224880A001', count = TUPLES): string {
  const tuples = Array.from(
    { length: count },
    (_, i) =>
      `"${START + from + i},10.0.${(i >> 8) % 250}.${i % 250},198.51.100.7,${1024 + (i % 60_000)},443,6,O,E,NX,1,${from + i},2,3"`,
  );
  return `{"time":"2026-03-04T10:00:00Z","macAddress":"${mac}","flowLogResourceID":"/F","targetResourceID":"/T","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[${tuples.join(',')}]}]}]}}`;
}

/** So much that a part of it is handed out before more comes; to be followed by a record. */
const LOT = 3 * TUPLES;
function lot(from: number, mac?: string): string {
  return [0, 1, 2].map((k) => `${record(from + k * TUPLES, mac)},`).join('');
}

/** An object whose content stands still at each promise among its parts, when it is read from its beginning for good. */
function objectOf(
  name: string,
  parts: readonly (string | (() => Promise<void>))[],
  isFinal = true,
): InputObject {
  const whole = Buffer.from(parts.filter((part) => typeof part === 'string').join(''));
  let isPaced = true;
  return {
    source: 'test',
    name,
    sizeBytes: whole.length,
    modifiedAt: null,
    hasIdentity: true,
    isFinal,
    stamp: null,
    lineage: null,
    extent: async () => null,
    open: (from, _signal, limit) => ({
      problem: null,
      stateAt: () => null,
      async *[Symbol.asyncIterator]() {
        if (limit !== undefined) {
          yield new Uint8Array(whole.subarray(from.position, from.position + limit));
          return;
        }
        if (from.position > 0 || !isPaced) {
          yield new Uint8Array(whole.subarray(from.position));
          return;
        }
        isPaced = false;
        for (const part of parts)
          if (typeof part === 'string') yield new Uint8Array(Buffer.from(part));
          else await part();
      },
    }),
  };
}

async function storedNumbers(): Promise<{ rows: number; distinct: number }> {
  const files = store.segments({ table: 'Flows' }).map((s) => `'${s.path}'`);
  if (files.length === 0) return { rows: 0, distinct: 0 };
  const db = await openDuckdb();
  const { rows } = await db.run(
    `select count(*)::int, count(distinct BytesSrcToDest)::int from read_parquet([${files.join(',')}])`,
  );
  db.close();
  const [[all, distinct] = []] = rows;
  return { rows: Number(all), distinct: Number(distinct) };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('Ingester, when things fail', () => {
  it('loses nothing of an object that goes on after the epoch with its beginning was given up', async () => {
    const commitFails = Promise.withResolvers<void>();
    let commits = 0;
    const ingester = openIngester({
      store: storeWith(async () => {
        if (commits++ > 0) return;
        await commitFails.promise;
        throw new Error('disk full');
      }),
    });
    // One object is being committed while another is in the middle of its reading.
    const first = ingester.ingest(objectOf('first', [record(0, '00224880A001', 10)]), signal);
    while (commits === 0) await pause(5);
    const resume = Promise.withResolvers<void>();
    const isRead = Promise.withResolvers<void>();
    const tail = lot(2_000_000, '00224880A002') + record(3_000_000, '00224880A002');
    const large = objectOf('large', [
      lot(1_000_000, '00224880A002'),
      async () => {
        isRead.resolve();
        await resume.promise;
      },
      tail,
    ]);
    const second = ingester.ingest(large, signal);
    await isRead.promise;
    commitFails.resolve();
    await expect(first).rejects.toThrow('disk full');
    resume.resolve();
    await expect(second).rejects.toThrow('disk full');
    await ingester.ingest(objectOf('first', [record(0, '00224880A001', 10)]), signal);
    await ingester.ingest(large, signal);
    expect(await storedNumbers()).toEqual({
      rows: 10 + 2 * LOT + TUPLES,
      distinct: 10 + 2 * LOT + TUPLES,
    });
  });

  it('holds an object that failed until what was read of it is committed', async () => {
    const ingester = openIngester({ epochMs: 300 });
    const resume = Promise.withResolvers<void>();
    // Keeps the epoch open.
    const other = ingester.ingest(
      objectOf('other', [lot(0), () => resume.promise, record(1_000_000)]),
      signal,
    );
    const text = lot(2_000_000, '00224880A002');
    const broken = objectOf('broken', [
      text,
      async () => {
        throw new Error('connection lost');
      },
    ]);
    await expect(ingester.ingest(broken, signal)).rejects.toThrow('connection lost');
    const again = ingester.ingest(broken, signal);
    setTimeout(() => resume.resolve(), 400);
    expect(await again).toMatchObject({ readProblem: null });
    expect(await other).toMatchObject({ stored: LOT + TUPLES });
    const all = 2 * LOT + TUPLES;
    expect(await storedNumbers()).toEqual({ rows: all, distinct: all });
  });

  it('gives up what is still being read when it is closed', async () => {
    const ingester = openIngester();
    const resume = Promise.withResolvers<void>();
    const isRead = Promise.withResolvers<void>();
    const object = objectOf('large', [
      lot(0),
      async () => {
        isRead.resolve();
        await resume.promise;
      },
      lot(1_000_000),
      () => pause(5),
      record(2_000_000),
    ]);
    const load = ingester.ingest(object, signal);
    load.catch(() => undefined);
    await isRead.promise;
    const closed = ingester.close();
    resume.resolve();
    await closed;
    await expect(load).rejects.toThrow('closed');
    await pause(50);
    await openIngester().ingest(object, signal);
    const all = 2 * LOT + TUPLES;
    expect(await storedNumbers()).toEqual({ rows: all, distinct: all });
  });

  it('goes on when threads die while they hold nothing', async () => {
    const threads: Worker[] = [];
    const note = (thread: Worker) => threads.push(thread);
    process.on('worker', note);
    const ingester = openIngester();
    const first = record(0, '00224880A001', 10);
    await ingester.ingest(objectOf('a', [first]), signal);
    for (const thread of threads) await thread.terminate();
    process.off('worker', note);
    expect(threads.length).toBeGreaterThan(0);
    const next = objectOf('b', [record(100, '00224880A002', 10)]);
    expect(await ingester.ingest(next, signal)).toMatchObject({ stored: 10 });
    expect(await storedNumbers()).toEqual({ rows: 20, distinct: 20 });
  });

  it('lets every load end before it says that listing failed', async () => {
    const ingester = openIngester();
    const resume = Promise.withResolvers<void>();
    const done: string[] = [];
    const source: Source = {
      name: 'test',
      kind: 'file',
      health: () => ({}) as ReturnType<Source['health']>,
      follow: async () => undefined,
      async *list() {
        yield objectOf('slow', [() => resume.promise, record(0, '00224880A001', 10)]);
        throw new Error('the second page cannot be listed');
      },
    };
    const load = ingestPaths([source], ingester, {
      signal,
      onObject: ({ object }) => done.push(object),
    });
    setTimeout(() => resume.resolve(), 50);
    await expect(load).rejects.toThrow('second page');
    expect(done).toEqual(['slow']);
  });

  it('takes no half line of an archive that breaks off for a record, and goes on once it is whole', async () => {
    const line = (n: number) =>
      `10.0.0.1 198.51.100.7 ${1024 + n} 443 6 10 1772618400 1772618460 ACCEPT 123456789${n % 10}\n`;
    const text = Buffer.from(
      `srcaddr dstaddr srcport dstport protocol packets start end action bytes\n${Array.from({ length: 500 }, (_, n) => line(n)).join('')}`,
    );
    // Members apart, so that the archive can break off at a byte of our choice.
    const cut = text.length - 5;
    const whole = Buffer.concat([gzipSync(text.subarray(0, cut)), gzipSync(text.subarray(cut))]);
    const archive = (bytes: Uint8Array): InputObject => ({
      ...objectOf('flows.gz', []),
      sizeBytes: bytes.length,
      open: (from, stop, limit) =>
        openContent(
          async () => ({
            size: bytes.length,
            path: null,
            problem: null,
            magic: async () => bytes.subarray(0, 16),
            async *read(position) {
              yield new Uint8Array(bytes.subarray(position));
            },
            stateAt: () => null,
            close: async () => undefined,
          }),
          from,
          stop,
          limit,
        ),
    });
    const ingester = openIngester();
    const broken = archive(whole.subarray(0, whole.length - 20));
    expect(await ingester.ingest(broken, signal, { isLoad: true })).toMatchObject({
      stored: 499,
      quarantined: 1,
      readProblem: expect.any(String),
    });
    expect(await ingester.ingest(broken, signal, { isLoad: true })).toMatchObject({
      records: 500,
      known: 500,
      quarantined: 0,
    });
    expect(await ingester.ingest(archive(whole), signal)).toMatchObject({
      stored: 1,
      quarantined: 0,
      readProblem: null,
    });
    expect((await storedNumbers()).rows).toBe(500);
  });
});

describe('Ingester, when everything fails now and then', () => {
  it('stores every record once', { timeout: 60_000 }, async () => {
    const random = randomOf(1);
    const threads = new Set<Worker>();
    const note = (thread: Worker) => {
      threads.add(thread);
      thread.once('exit', () => threads.delete(thread));
    };
    process.on('worker', note);
    let isCalm = false;
    const flaky = storeWith(async () => {
      await pause(random() * 20);
      if (!isCalm && random() < 0.25) throw new Error('disk full');
    });
    const ingester = openIngester({ store: flaky, epochMs: 30, epochBytes: 800_000 });
    // Some are the beginnings of others, and all begin alike for a while.
    const texts = Array.from({ length: 6 }, (_, file) =>
      Array.from({ length: 5 + (file % 3) }, (_, r) =>
        record((Math.floor(file / 2) * 10 + r) * TUPLES, `00224880A00${Math.floor(file / 2)}`),
      ).join(','),
    );
    const expected = new Set(
      texts.flatMap((_, file) =>
        Array.from({ length: 5 + (file % 3) }, (_, r) => Math.floor(file / 2) * 10 + r),
      ),
    ).size;
    let killing = setTimeout(() => undefined, 0);
    const kill = () => {
      const [thread] = [...threads].sort(() => random() - 0.5);
      if (!isCalm && thread) void thread.terminate();
      killing = setTimeout(kill, 150 + random() * 300);
    };
    kill();
    const attempt = async (file: number) => {
      for (let n = 0; ; n++) {
        if (n === 6) isCalm = true;
        const text = texts[file] ?? '';
        const cut = Math.floor(random() * text.length);
        const stumble = async () => {
          await pause(random() * 30);
          if (!isCalm && random() < 0.3) throw new Error('connection lost');
        };
        const parts = [text.slice(0, cut), stumble, text.slice(cut), stumble];
        try {
          await ingester.ingest(objectOf(`file ${file}`, parts), signal);
          return;
        } catch {
          await pause(random() * 60);
        }
      }
    };
    await Promise.all(texts.map((_, file) => attempt(file)));
    clearTimeout(killing);
    process.off('worker', note);
    const rows = expected * TUPLES;
    expect(await storedNumbers()).toEqual({ rows, distinct: rows });
    const tallies = store.tallies(0, Number.MAX_SAFE_INTEGER);
    expect(tallies.reduce((sum, t) => sum + t.stored, 0)).toBe(rows);
  });
});

/** Numbers in [0, 1); how they fall on what happens at once differs from run to run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('DecodePool', () => {
  it('lets threads go that were started and not needed', async () => {
    const threads: Worker[] = [];
    const note = (thread: Worker) => threads.push(thread);
    process.on('worker', note);
    const pool = new DecodePool({ workers: 2, idleMs: 100 });
    pool.warm();
    await pause(0);
    process.off('worker', note);
    expect(threads.length).toBe(2);
    const ended = Promise.all(
      threads.map((thread) => new Promise((resolve) => thread.once('exit', resolve))),
    );
    await Promise.race([ended, pause(5000).then(() => Promise.reject(new Error('still there')))]);
    await pool.close();
  });
});

describe('Gate', () => {
  it('leaves nothing behind at the signal of those who waited', async () => {
    const gate = new Gate(1);
    const stop = new AbortController();
    let inside = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const leave = await gate.enter(stop.signal);
        expect(++inside).toBe(1);
        await pause(0);
        inside--;
        leave();
      }),
    );
    expect(getEventListeners(stop.signal, 'abort').length).toBe(0);
  });
});
