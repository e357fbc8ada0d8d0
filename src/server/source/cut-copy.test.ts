/** Copies that were cut short are known, wherever they were cut; other logs are not taken for them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { Ingester, ingestPaths } from '#server/pipeline/index.ts';
import { openStore, type Store } from '#server/store/index.ts';
import { createFileSource } from './file.ts';
import { createTrail, startsAlike } from './identity.ts';
import { createRecogniser } from './recognise.ts';
import { MemoryCheckpoints, memoryObject, readNew } from './testing/in-memory.ts';
import { largeLog, mend } from './testing/large-records.ts';

const LARGE = largeLog(5, 800); // Five records of 66 KB.

function trailOf(text: string) {
  const trail = createTrail();
  trail.append(Buffer.from(text));
  return trail;
}

/** Every 5 %, and around the borders of records and tuples; none of less than 600 bytes, which has no tuple. */
function cutsOf({ text, records, tuples }: typeof LARGE): [string, number][] {
  const cuts: [string, number][] = [];
  for (let percent = 5; percent < 100; percent += 5)
    cuts.push([`at ${percent} %`, Math.floor((text.length * percent) / 100)]);
  for (const [i, end] of records.entries()) {
    cuts.push([`before the brace that ends record ${i}`, end - 1]);
    cuts.push([`behind record ${i}`, end]);
    cuts.push([`behind the comma after record ${i}`, end + 1]);
    cuts.push([`in the head of record ${i + 1}`, Math.min(text.length, end + 150)]);
  }
  for (const i of [0, 1, 30, 799, 800, 801, 2000, 3998, 3999]) {
    const at = tuples[i] ?? 0;
    cuts.push([`before tuple ${i}`, at], [`behind the quote of tuple ${i}`, at + 1]);
    cuts.push([`within tuple ${i}`, at + 40]);
    cuts.push([`behind tuple ${i}`, text.indexOf('"', at + 1) + 1]);
  }
  return cuts.filter(([, at]) => at > 600);
}

const shapes: [string, (cut: string) => Uint8Array][] = [
  ['as it was cut', (cut) => Buffer.from(cut)],
  ['mended', (cut) => Buffer.from(mend(cut))],
  ['closed with ]}', (cut) => Buffer.from(`${cut}]}`)],
  ['packed', (cut) => gzipSync(cut)],
  ['mended and packed', (cut) => zstdCompressSync(mend(cut))],
];

describe.each(shapes)('a copy of a log with large records, %s', (_, shape) => {
  it.each(cutsOf(LARGE))('is known, cut %s', async (_, at) => {
    const checkpoints = new MemoryCheckpoints();
    const read = (bytes: Uint8Array, name: string) =>
      readNew(createRecogniser(checkpoints), checkpoints, memoryObject(bytes, { name }));
    await read(Buffer.from(LARGE.text), 'whole');
    expect(await read(shape(LARGE.text.slice(0, at)), 'cut')).not.toContain('flowTuples');
    expect(checkpoints.size).toBe(1);
  });
});

it('is known when it ends anywhere near where the head does', () => {
  const { text } = largeLog(1, 200);
  const mark = trailOf(text.slice(0, -2)).mark();
  for (let at = 1900; at < 4600; at++) {
    expect(startsAlike(trailOf(text.slice(0, at)), mark)).toBe(true);
    expect(startsAlike(trailOf(mend(text.slice(0, at))), mark)).toBe(true);
  }
});

describe('another log', () => {
  it.each([0, 5, 25, 60, 400, 2000, 3900])(
    'that agrees up to tuple %i is not taken for a cut copy',
    (shared) => {
      const mark = trailOf(LARGE.text.slice(0, -2)).mark();
      const other = largeLog(5, 800, 8, shared);
      const differs = other.tuples[shared] ?? 0;
      for (const at of [0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 1].map((f) => f * other.text.length)) {
        // Told apart as soon as 1/256 of the length follows the first difference.
        if (at < differs + 60 + Math.max(16, at / 256)) continue;
        for (const text of [other.text.slice(0, at), mend(other.text.slice(0, at))])
          expect(startsAlike(trailOf(text), mark)).toBe(false);
      }
    },
  );

  it('of the same length is read from its beginning', async () => {
    const checkpoints = new MemoryCheckpoints();
    const read = (text: string, name: string) =>
      readNew(
        createRecogniser(checkpoints),
        checkpoints,
        memoryObject(Buffer.from(text), { name }),
      );
    await read(LARGE.text, 'one');
    const other = largeLog(5, 800, 8, 3000).text;
    expect(other.length).toBe(LARGE.text.length);
    expect(await read(other, 'other')).toBe(other.slice(0, -2));
    expect(await read(other.slice(0, 300_000), 'cut of other')).toBe('');
    expect(await read(LARGE.text.slice(0, 300_000), 'cut of one')).toBe('');
    expect(checkpoints.size).toBe(2);
  });
});

describe('in a store', () => {
  async function inStore(
    work: (
      load: (
        files: Record<string, string | Uint8Array>,
        format?: string,
      ) => ReturnType<typeof ingestPaths>,
      rows: () => Promise<number>,
    ) => Promise<void>,
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'weir-cut-'));
    const clock = () => Date.now() * 1000;
    const store = await openStore({ folder: join(folder, 'data'), clock });
    const recogniser = createRecogniser(store);
    const ingester = new Ingester({ store, recogniser, clock, workers: 1 });
    let loads = 0;
    try {
      await work(
        (files, format) => {
          const path = join(folder, `logs ${loads++}`);
          mkdirSync(path);
          for (const [name, content] of Object.entries(files))
            writeFileSync(join(path, name), content);
          return ingestPaths([createFileSource({ path })], ingester, {
            signal: new AbortController().signal,
            ...(format !== undefined && { format }),
          });
        },
        () => rowsOf(store),
      );
    } finally {
      await ingester.close();
      await store.close();
      rmSync(folder, { recursive: true });
    }
  }

  async function rowsOf(store: Store): Promise<number> {
    const files = store.segments({ table: 'Flows' }).map((s) => `'${s.path}'`);
    if (files.length === 0) return 0;
    const db = await openDuckdb();
    const { rows } = await db.run(`select count(*)::int from read_parquet([${files.join(',')}])`);
    db.close();
    return Number(rows[0]?.[0]);
  }

  it('cut copies of a log with large records add no row', async () => {
    await inStore(async (load, rows) => {
      expect(await load({ 'PT1H.json': LARGE.text })).toMatchObject({ stored: 4000 });
      const copies = cutsOf(LARGE).flatMap(([name, at], i): [string, string | Uint8Array][] => {
        const cut = LARGE.text.slice(0, at);
        if (i % 3 === 0) return [[`${name}.json.gz`, gzipSync(cut)]];
        return [[`${name}.json`, i % 3 === 1 ? cut : mend(cut)]];
      });
      const totals = await load(Object.fromEntries(copies));
      expect(totals).toMatchObject({ objects: copies.length, stored: 0, failed: 0 });
      expect(totals.known).toBeGreaterThan(4000);
      expect(await rows()).toBe(4000);
    });
  });

  it('cut copies of a text log add no row', async () => {
    const line = (i: number) =>
      `2 123456789010 eni-0a1b2c3d4e5f60718 10.0.0.${i % 250} 198.51.100.7 ${1024 + i} 443 6 5 ${i} ${1_772_618_400 + i} ${1_772_618_460 + i} ACCEPT OK\n`;
    const header =
      'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n';
    const whole = header + Array.from({ length: 3000 }, (_, i) => line(i)).join('');
    await inStore(async (load, rows) => {
      expect(await load({ 'a.log': whole })).toMatchObject({ stored: 3000 });
      const copies: Record<string, string | Uint8Array> = {};
      for (let percent = 1; percent < 100; percent += 3) {
        const cut = whole.slice(0, (whole.length * percent) / 100);
        copies[`${percent}.log`] = cut;
        copies[`${percent}.log.gz`] = gzipSync(cut.slice(0, cut.lastIndexOf('\n') + (percent % 2)));
      }
      expect(await load(copies)).toMatchObject({ stored: 0, quarantined: 0, failed: 0 });
      expect(await rows()).toBe(3000);
    });
  });

  it('the whole log adds the records that its copy lacked', async () => {
    await inStore(async (load, rows) => {
      const at = LARGE.records[2];
      await load({ 'cut.json': LARGE.text.slice(0, at) });
      await load({ 'PT1H.json': LARGE.text });
      expect(await rows()).toBe(4000);
    });
  });

  it('a log that was read as the wrong format is read as the right one later, once', async () => {
    for (const right of [undefined, 'azure-vnet'])
      await inStore(async (load, rows) => {
        const wrong = await load({ 'a.json': LARGE.text }, 'aws-vpc');
        expect(wrong).toMatchObject({ stored: 0 });
        expect(wrong.quarantined).toBeGreaterThan(0);
        expect(await load({ 'a.json': LARGE.text }, 'aws-vpc')).toMatchObject({
          records: wrong.quarantined,
          stored: 0,
        });
        expect(await load({ 'a.json': LARGE.text }, right)).toMatchObject({ stored: 4000 });
        for (const format of [undefined, 'azure-vnet'])
          expect(await load({ 'b.json': LARGE.text }, format)).toMatchObject({
            stored: 0,
            known: 4000,
          });
        expect(await load({ 'c.json': LARGE.text.slice(0, 200_000) })).toMatchObject({ stored: 0 });
        expect(await rows()).toBe(4000);
      });
  });
});
