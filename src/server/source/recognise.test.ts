import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecogniser } from './recognise.ts';
import {
  MemoryCheckpoints,
  type MemoryObjectOptions,
  memoryObject,
  readNew,
} from './testing/in-memory.ts';

const HEADER =
  'version account-id interface-id srcaddr dstaddr srcport dstport action log-status\n';
const lines = (from: number, to: number, tag = 'a') =>
  Array.from(
    { length: to - from },
    (_, i) => `2 1 eni-${tag} 10.0.0.1 10.0.0.2 ${from + i} 443 ACCEPT OK\n`,
  ).join('');
const packings = {
  plain: (text: string) => Buffer.from(text),
  gzip: (text: string) => gzipSync(text),
  'gzip of several members': (text: string) => {
    const half = text.length >> 1;
    return Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]);
  },
  zstd: (text: string) => zstdCompressSync(text),
};
const packs = Object.values(packings);

/** A store and a recogniser that is made anew for each reading, as after a restart. */
function reader() {
  const checkpoints = new MemoryCheckpoints();
  return {
    checkpoints,
    read: (stored: Uint8Array, options?: MemoryObjectOptions) =>
      readNew(createRecogniser(checkpoints), checkpoints, memoryObject(stored, options)),
  };
}

describe('given twice', () => {
  describe.each(Object.entries(packings))('first %s', (_, first) => {
    it.each(Object.entries(packings))('then %s: nothing is new', async (_, second) => {
      const { read } = reader();
      const text = HEADER + lines(0, 3000);
      expect(await read(first(text), { name: 'a' })).toBe(text);
      expect(await read(second(text), { name: 'b' })).toBe('');
    });
  });

  it('is known by its gzip trailer, without unpacking', async () => {
    const { read } = reader();
    const text = HEADER + lines(0, 30_000);
    await read(Buffer.from(text));
    const opened: number[] = [];
    await read(gzipSync(text), { name: 'b.gz', onOpen: (position) => opened.push(position) });
    expect(opened).toEqual([0]); // Its head.
  });

  it('is known by its stamp', async () => {
    const { read } = reader();
    const stored = zstdCompressSync(HEADER + lines(0, 30_000));
    await read(stored, { stamp: 's1' });
    const opened: number[] = [];
    await read(stored, { stamp: 's1', onOpen: (position) => opened.push(position) });
    expect(opened).toEqual([0]);
  });

  it('says the name it was read under', async () => {
    const { checkpoints, read } = reader();
    await read(Buffer.from(lines(0, 10)), { name: 'first' });
    const again = memoryObject(Buffer.from(lines(0, 10)), { name: 'second' });
    const known = await createRecogniser(checkpoints).recognise(
      again,
      new AbortController().signal,
    );
    expect(known).toMatchObject({ isKnownWhole: true, knownAs: 'first' });
    known.release();
  });
});

describe('read to its end', () => {
  it.each(Object.entries(packings))(
    'is known whole with the bytes that made no record, %s',
    async (_, pack) => {
      const { checkpoints, read } = reader();
      const records = Array.from({ length: 200 }, (_, i) => `{"time":"${i}"}`);
      const stored = pack(`{"records":[${records.join(',')}]}`);
      await read(stored);
      for (const lineage of [null, 'inode 1']) {
        const again = memoryObject(stored, { name: 'again', lineage });
        const known = await createRecogniser(checkpoints).recognise(
          again,
          new AbortController().signal,
        );
        expect(known.isKnownWhole).toBe(true);
        known.release();
      }
    },
  );
});

describe('grown', () => {
  it('reads only what is new, in any packing, under any name, from any state', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 });
    const how = fc.array(fc.nat(3), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(sizes, how, fc.boolean(), async (steps, ways, isSamePlace) => {
        const { read } = reader();
        let total = 0;
        let had = '';
        for (const [i, step] of steps.entries()) {
          total += step;
          const text = HEADER + lines(0, total);
          const pack = packs[ways[i] ?? 0] ?? packings.plain;
          const place = isSamePlace ? { lineage: 'inode 1' } : { name: `copy ${i}` };
          expect(await read(pack(text), place)).toBe(text.slice(had.length));
          had = text;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the identity of a file that was shorter than the head', async () => {
    const { checkpoints, read } = reader();
    for (const count of [1, 2, 3, 40, 41, 500, 5000]) await read(Buffer.from(lines(0, count)));
    expect(checkpoints.size).toBe(1);
  });

  it('does not read what came before when the file is the same one', async () => {
    const { read } = reader();
    await read(Buffer.from(lines(0, 20_000)), { lineage: 'inode 1' });
    const opened: number[] = [];
    await read(Buffer.from(lines(0, 20_001)), {
      lineage: 'inode 1',
      onOpen: (position) => opened.push(position),
    });
    const end = lines(0, 20_000).length;
    expect(opened).toEqual([0, end - 4096, end]);
  });

  it('goes on where the closing brackets were overwritten', async () => {
    const { checkpoints, read } = reader();
    const records = (n: number) =>
      `{"records":[${Array.from({ length: n }, (_, i) => `{"time":"${i}","flows":["${'x'.repeat(i)}"]}`).join(',')}]}`;
    const seen: string[] = [];
    for (const n of [1, 2, 3, 60, 61]) {
      for (const pack of [packings.plain, packings.gzip, packings.zstd])
        seen.push(await read(pack(records(n))));
    }
    expect(`${seen.join('')}]}`).toBe(records(61));
    expect(seen.filter((text) => text !== '').length).toBe(5);
    expect(checkpoints.size).toBe(1);
  });
});

describe('cut short', () => {
  it('is known wherever it is cut, and so is the whole one afterwards', async () => {
    const text = HEADER + lines(0, 500);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: HEADER.length + 45, max: text.length }),
        fc.nat(3),
        async (length, way) => {
          const { read } = reader();
          await read(Buffer.from(text));
          const pack = packs[way] ?? packings.plain;
          expect(await read(pack(text.slice(0, length)), { name: 'cut' })).toBe('');
          expect(await read(Buffer.from(text), { name: 'whole' })).toBe('');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is known when the end of the archive is missing', async () => {
    const { read } = reader();
    const text = HEADER + lines(0, 50_000);
    await read(Buffer.from(text));
    const archive = gzipSync(text);
    expect(await read(archive.subarray(0, archive.length >> 1), { name: 'cut.gz' })).toBe('');
  });

  it('reads the rest when the archive is given whole later', async () => {
    const { read } = reader();
    const text = HEADER + lines(0, 50_000);
    const archive = gzipSync(text);
    const first = await read(archive.subarray(0, archive.length >> 1));
    expect(first.length).toBeGreaterThan(1000);
    expect(first + (await read(archive))).toBe(text);
  });
});

describe('another one', () => {
  it('with the same head but another tail is new', async () => {
    const head = HEADER + lines(0, 100); // More than 4 KiB.
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300),
        fc.nat(300),
        fc.nat(3),
        fc.boolean(),
        async (a, b, way, isSamePlace) => {
          const { read } = reader();
          const first = head + lines(100, 101 + a, 'b');
          const second = head + lines(100, 101 + b, 'c');
          const pack = packs[way] ?? packings.plain;
          const place = isSamePlace ? { lineage: 'inode 1' } : {};
          await read(Buffer.from(first), place);
          expect(await read(pack(second), place)).toBe(second);
          // And both are known from now on.
          expect(await read(Buffer.from(first), { name: 'x' })).toBe('');
          expect(await read(Buffer.from(second), { name: 'y' })).toBe('');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with the same head and the same end, but another middle, is new', async () => {
    const { read } = reader();
    const make = (tag: string) => HEADER + lines(0, 100) + lines(100, 101, tag) + lines(200, 400);
    await read(Buffer.from(make('b')));
    expect(await read(Buffer.from(make('c')), { name: 'c' })).toBe(make('c'));
    expect(await read(gzipSync(make('b')), { name: 'b.gz' })).toBe('');
    expect(await read(gzipSync(make('c')), { name: 'c.gz' })).toBe('');
  });

  it('with nothing but the header line is told from all that have records', async () => {
    const { read } = reader();
    expect(await read(Buffer.from(HEADER), { name: 'a' })).toBe(HEADER);
    expect(await read(Buffer.from(HEADER), { name: 'b' })).toBe('');
    // Both begin to grow.
    expect(await read(Buffer.from(HEADER + lines(0, 1, 'a')), { name: 'a' })).toBe(
      lines(0, 1, 'a'),
    );
    expect(await read(Buffer.from(HEADER + lines(0, 1, 'b')), { name: 'b' })).toBe(
      HEADER + lines(0, 1, 'b'),
    );
    expect(await read(Buffer.from(HEADER + lines(0, 2, 'a')), { name: 'a' })).toBe(
      lines(1, 2, 'a'),
    );
    expect(await read(Buffer.from(HEADER + lines(0, 2, 'b')), { name: 'b' })).toBe(
      lines(1, 2, 'b'),
    );
  });

  it('of a thousand small files with one header line stays known, and finding it stays cheap', async () => {
    const { checkpoints, read } = reader();
    const file = (i: number) =>
      `${HEADER}2 1 eni-a - - - - - - - ${1_772_618_400 + 60 * i} - NODATA\n`;
    for (let i = 0; i < 1000; i++) expect(await read(Buffer.from(file(i)))).toBe(file(i));
    expect(checkpoints.size).toBe(1000);
    for (let i = 0; i < 1000; i += 97) expect(await read(gzipSync(file(i)))).toBe('');
    const chains = Map.groupBy(checkpoints.checkpoints(), ({ identity }) => identity.split('.')[0]);
    expect(Math.max(...[...chains.values()].map((chain) => chain.length))).toBe(1);
  });
});

describe('truncated and written anew (copytruncate)', () => {
  it('is new, and the copy is known', async () => {
    const { read } = reader();
    const place = { name: 'app.log', lineage: 'inode 1' };
    const first = lines(0, 300);
    await read(Buffer.from(first), place);
    expect(await read(Buffer.from(first), { name: 'app.log.1', lineage: 'inode 2' })).toBe('');
    expect(await read(Buffer.alloc(0), place)).toBe('');
    for (const count of [1, 2, 300, 301, 1000]) {
      const text = lines(5000, 5000 + count);
      const before = count === 1 ? '' : null;
      const got = await read(Buffer.from(text), place);
      expect(text.endsWith(got) && got.length > 0 && (before === null || got === text)).toBe(true);
    }
    expect(await read(gzipSync(lines(5000, 6000)), { name: 'app.log.2.gz' })).toBe('');
  });
});

describe('at the same time', () => {
  it('reads the same content once', async () => {
    const checkpoints = new MemoryCheckpoints();
    const recogniser = createRecogniser(checkpoints);
    const text = HEADER + lines(0, 2000);
    const all = await Promise.all(
      [...packs, ...packs].map((pack, i) =>
        readNew(recogniser, checkpoints, memoryObject(pack(text), { name: `copy ${i}` })),
      ),
    );
    expect(all.filter((got) => got !== '')).toEqual([text]);
  });

  it('lets different content pass at once', async () => {
    const recogniser = createRecogniser(new MemoryCheckpoints());
    const signal = new AbortController().signal;
    const a = await recogniser.recognise(memoryObject(Buffer.from(lines(0, 9, 'a'))), signal);
    const b = await recogniser.recognise(memoryObject(Buffer.from(lines(0, 9, 'b'))), signal);
    a.release();
    b.release();
  });

  it('gives up waiting when aborted', async () => {
    const recogniser = createRecogniser(new MemoryCheckpoints());
    const object = memoryObject(Buffer.from(lines(0, 9)));
    const held = await recogniser.recognise(object, new AbortController().signal);
    const stop = new AbortController();
    const waiting = recogniser.recognise(object, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    held.release();
    (await recogniser.recognise(object, new AbortController().signal)).release();
  });
});

describe('nothing', () => {
  it.each([
    ['an empty object', Buffer.alloc(0), null],
    ['an archive of nothing', gzipSync(''), null],
    [
      'an archive that ends before its content',
      gzipSync(lines(0, 99)).subarray(0, 12),
      'truncated',
    ],
    [
      'an archive that is damaged from the start',
      Buffer.from('\x1f\x8b\x08\0\0\0\0\0\0\0\xff\xff\xff', 'latin1'),
      'damaged',
    ],
  ])('is not taken for known: %s', async (_, stored, code) => {
    const signal = new AbortController().signal;
    const object = memoryObject(stored);
    for (let i = 0; i < 2; i++) {
      const known = await createRecogniser(new MemoryCheckpoints()).recognise(object, signal);
      expect(known).toMatchObject({ isKnownWhole: false, from: { position: 0 }, identity: null });
      const reading = object.open(known.from, signal);
      for await (const chunk of reading) expect(chunk.length).toBeGreaterThan(0);
      expect(reading.problem?.code ?? null).toBe(code);
      expect(known.advance(known.trail.mark(), { source: null, reader: null })).toBeNull();
      known.release();
    }
  });
});

describe('untouched', () => {
  it('tells names whose stamp is that of a whole reading', async () => {
    const { checkpoints, read } = reader();
    await read(Buffer.from(lines(0, 9)), { name: 'a', stamp: '1' });
    const isUntouched = createRecogniser(checkpoints).untouched('memory');
    expect([isUntouched('a', '1'), isUntouched('a', '2'), isUntouched('b', '1')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
