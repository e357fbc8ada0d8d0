import { Buffer } from 'node:buffer';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packingOf, UNPACK_LIMITS, unpack } from './unpack.ts';

const text = (lines: number) =>
  Array.from({ length: lines }, (_, i) => `${i} flow ${(i * 2654435761) % 4294967296}\n`).join('');
const pack = { gzip: gzipSync, zstd: zstdCompressSync };
const PACKINGS = ['gzip', 'zstd'] as const;

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function all(
  packing: 'gzip' | 'zstd',
  bytes: Uint8Array,
  pieceBytes = 65_536,
  limits = UNPACK_LIMITS,
) {
  const unpacked = unpack(packing, () => pieces(bytes, pieceBytes), limits);
  const chunks: Buffer[] = [];
  for await (const chunk of unpacked) chunks.push(Buffer.from(chunk));
  return { text: Buffer.concat(chunks).toString('latin1'), problem: unpacked.problem };
}

describe.each(PACKINGS)('%s', (packing) => {
  const compress = (content: string) => pack[packing](content);

  it('is told by its first bytes', () => {
    expect(packingOf(compress('x'))).toBe(packing);
  });

  it('gives what was packed, in members of any sizes and pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 200_000 }),
        async (sizes, pieceBytes) => {
          const contents = sizes.map((size, i) => text(size + i));
          const packed = Buffer.concat(contents.map(compress));
          const step = Math.max(pieceBytes, packed.length >> 9);
          expect(await all(packing, packed, step)).toEqual({
            text: contents.join(''),
            problem: null,
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('gives what is whole of an archive that was cut anywhere, and says so', async () => {
    const content = text(4000);
    const packed = Buffer.concat([compress(content), compress(content)]);
    const border = compress(content).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: packed.length - 1 }), async (length) => {
        const got = await all(packing, packed.subarray(0, length));
        expect((content + content).startsWith(got.text)).toBe(true);
        if (length >= border) expect(got.text.length).toBeGreaterThanOrEqual(content.length);
        expect(got.problem?.code ?? null).toBe(length === border ? null : 'truncated');
      }),
      { numRuns: 25 },
    );
  });

  it('never gives less of a longer piece of an archive', async () => {
    const packed = compress(text(20_000));
    let before = 0;
    for (let length = 1000; length < packed.length; length += 20_009) {
      const got = await all(packing, packed.subarray(0, length));
      expect(got.text.length).toBeGreaterThanOrEqual(before);
      before = got.text.length;
    }
    expect(before).toBeGreaterThan(text(20_000).length / 2);
  });

  it('ends at damage, keeps what came before it, and neither throws nor hangs', async () => {
    const content = text(30_000);
    const packed = compress(content);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: packed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const bad = Buffer.from(packed);
          bad[at] = (bad[at] ?? 0) ^ flip;
          const got = await all(packing, bad);
          expect(got.text.length).toBeLessThan(content.length * 50);
          if (got.problem === null && packing === 'gzip') expect(got.text).toBe(content);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives everything before other bytes that follow the archive', async () => {
    const content = text(5000);
    const got = await all(
      packing,
      Buffer.concat([compress(content), Buffer.from('other bytes that are none')]),
    );
    expect(got).toEqual({ text: content, problem: expect.objectContaining({ code: 'damaged' }) });
  });

  it('stops at a bomb after what is allowed, without holding it', async () => {
    const limits = { ratio: 20, freeBytes: 1 << 20, maxBytes: 1 << 30 };
    const got = await all(packing, compress('0'.repeat(100 << 20)), 65_536, limits);
    expect(got.problem?.code).toBe('too-large');
    expect(got.text.length).toBeLessThan(20 << 20);
  });

  it('stops at the absolute limit', async () => {
    const limits = { ratio: 1e6, freeBytes: 0, maxBytes: 100_000 };
    const got = await all(packing, compress(text(100_000)), 65_536, limits);
    expect(got.problem?.code).toBe('too-large');
  });

  it('throws what reading throws', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield compress(text(10)).subarray(0, 20);
      throw new Error('disk');
    }
    const unpacked = unpack(packing, failing);
    await expect(
      (async () => {
        for await (const _ of unpacked);
      })(),
    ).rejects.toThrow('disk');
  });
});

describe('packingOf', () => {
  it.each([
    ['PAR1', 'parquet'],
    ['{"re', 'none'],
    ['\x1f\x8b', 'none'],
    ['', 'none'],
    ['\x50\x2a\x4d\x18', 'zstd'],
  ])('of %j is %s', (head, packing) => {
    expect(packingOf(Buffer.from(head, 'latin1'))).toBe(packing);
  });
});

it('passes over skippable frames of zstd', async () => {
  const skippable = Buffer.from('\x50\x2a\x4d\x18\x05\x00\x00\x00hello', 'latin1');
  const empty = Buffer.from('\x5f\x2a\x4d\x18\x00\x00\x00\x00', 'latin1');
  const frame = zstdCompressSync(text(10));
  const got = await all('zstd', Buffer.concat([skippable, frame, empty, frame]), 3);
  expect(got).toEqual({ text: text(10) + text(10), problem: null });
});
