import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kernel } from '#core/kernel/index.ts';
import { ByteSink } from './byte-sink.ts';
import * as plain from './testing/plain-encodings.ts';

const kernel = new Kernel(16);
const values = kernel.float64(5000);
const words = kernel.uint32(5000);
const flags = kernel.uint8(5000);
const out = kernel.allocate(64_000);

const written = (end: number) => [...kernel.bytes.subarray(out, end)];
const plainly = (encode: (sink: ByteSink) => void) => {
  const sink = new ByteSink();
  encode(sink);
  return [...sink.view()];
};

/** Lists of numbers with runs of every length. */
const listsOf = (value: fc.Arbitrary<number>) =>
  fc
    .array(fc.tuple(value, fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 }))), {
      minLength: 1,
      maxLength: 50,
    })
    .map((runs) => runs.flatMap(([v, length]) => Array.from({ length }, () => v)));

describe('the kernel encodes as plain JavaScript does', () => {
  it.each([0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 25, 26, 31, 32])('indices of %i bits', (width) => {
    const value = fc.integer({ min: 0, max: 2 ** width - 1 });
    fc.assert(
      fc.property(listsOf(value), (list) => {
        words.set(list);
        const runs = list.filter((v, i) => v !== list[i - 1]).length;
        const count = list.length;
        const end = kernel.call.encodeHybrid(words.byteOffset, count, width, runs, out);
        const expected = plainly((s) => plain.encodeHybrid(s, words, count, width, runs));
        expect(written(end)).toEqual(expected);
      }),
    );
  });

  it.each([1, 2 ** 8, 2 ** 20, 2 ** 31, 2 ** 33, 2 ** 45, 2 ** 51])(
    'whole numbers up to %d apart',
    (span) => {
      const value = fc.oneof(
        fc.integer({ min: 0, max: span }),
        fc.constant(0),
        fc.constant(span),
        fc.nat(2),
      );
      fc.assert(
        fc.property(listsOf(value), fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (list, base) => {
          values.set(list.map((v) => v + base));
          const end = kernel.call.encodeDeltas(values.byteOffset, list.length, out);
          const expected = plainly((s) => plain.encodeDeltas(s, values, list.length));
          expect(written(end)).toEqual(expected);
        }),
      );
    },
  );

  it('which rows are null', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { minLength: 1, maxLength: 300 }), (list) => {
        flags.fill(9);
        flags.set(list);
        const end = kernel.call.encodeLevels(flags.byteOffset, list.length, out);
        const expected = plainly((s) => plain.encodeDefinitionLevels(s, flags, list.length));
        expect(written(end)).toEqual(expected);
      }),
    );
  });
});
