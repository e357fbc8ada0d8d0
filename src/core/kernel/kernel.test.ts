import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { committedKernel, compileKernel, home } from '../../../tools/kernel.ts';
import { Kernel } from './index.ts';

const kernel = new Kernel(16);

describe('the module', () => {
  it.skipIf(!existsSync(join(home, 'node_modules', 'assemblyscript')))(
    'is what its sources give (skipped where AssemblyScript is not installed)',
    () => {
      expect(compileKernel().equals(committedKernel())).toBe(true);
    },
    60_000,
  );
});

describe('memory', () => {
  it('gives arrays that do not overlap, all zero, until it is used up', () => {
    const small = new Kernel(1);
    const arrays = [small.float64(100), small.uint32(7), small.uint8(1), small.int32(1000)];
    let end = 65_536;
    for (const array of arrays) {
      expect(small.holds(array)).toBe(true);
      expect(array.every((value) => value === 0)).toBe(true);
      expect(array.byteOffset).toBeGreaterThanOrEqual(end);
      end = array.byteOffset + array.byteLength;
    }
    expect(small.hasRoom(1 << 20)).toBe(false);
    expect(() => small.allocate(1 << 20)).toThrow(RangeError);
    expect(small.holds(new Uint8Array(1))).toBe(false);
  });
});

describe('fields', () => {
  const work = new Kernel(64);
  const at = work.allocate(64);
  const place = (text: string) => {
    work.bytes.fill(0, at, at + 64);
    work.bytes.set(new TextEncoder().encode(text).subarray(0, 64), at);
  };
  const open = (mostLog: number) => {
    const table = work.allocate(44);
    const parts = [work.allocate(16 << mostLog), work.allocate(8 << mostLog)] as const;
    const entries = work.allocate(32 << mostLog);
    work.words.set(
      [10, parts[0], parts[0], 0, mostLog, 10, parts[1], parts[1], 0, mostLog, entries],
      table / 4,
    );
    work.call.forgetFields(table);
    return table;
  };
  const find = (table: number, text: string) => {
    place(`${text},`);
    return work.call.findField(table, at) - 1;
  };
  const learn = (table: number, text: string, code: number) => {
    place(`${text},`);
    return work.call.learnField(table, at, code) === 1;
  };

  it('finds what it learnt and nothing else, growing as it learns', () => {
    const table = open(16);
    const v4 = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    const text = (i: number) => `2001:db8::${i.toString(16)}${':0'.repeat(i % 12)}`;
    const most = 1 << 15;
    for (let i = 0; i < most; i++) {
      expect(find(table, v4(i))).toBe(-1);
      expect(learn(table, v4(i), i)).toBe(true);
      expect(learn(table, text(i), i + 7)).toBe(true);
    }
    for (let i = 0; i < most; i++) {
      expect(find(table, v4(i))).toBe(i);
      expect(find(table, text(i))).toBe(i + 7);
    }
    expect(find(table, v4(most))).toBe(-1);
    expect(learn(table, v4(most), 1)).toBe(false);
    expect(learn(table, text(most), 1)).toBe(false);
    work.call.forgetFields(table);
    expect(find(table, v4(0))).toBe(-1);
    expect(find(table, text(0))).toBe(-1);
    expect(learn(table, text(0), 3)).toBe(true);
    expect(find(table, text(0))).toBe(3);
  });

  it('tells texts apart by every byte and by their length', () => {
    const table = open(12);
    const texts = [
      '',
      'a',
      'a\0',
      'a\0\0',
      '1.2.3.4',
      '1.2.3.4\0',
      '01.2.3.4',
      '1.2.3.04',
      '1.2.3.256',
    ];
    texts.push(
      '1.2.3',
      '1.2.3.4.5',
      '1..3.4',
      '1.2.3.',
      '0001.2.3.4',
      'x'.repeat(16),
      'x'.repeat(47),
    );
    texts.push(`${'x'.repeat(46)}y`, `${'x'.repeat(16)}y`, 'a.b.c.d', '1.2.3.4 ', ':.:.:.:');
    for (const [i, text] of texts.entries()) {
      expect(find(table, text), text).toBe(-1);
      expect(learn(table, text, i), text).toBe(true);
    }
    for (const [i, text] of texts.entries()) expect(find(table, text), text).toBe(i);
    expect(learn(table, 'x'.repeat(48), 1)).toBe(false);
    expect(find(table, 'x'.repeat(48))).toBe(-1);
  });

  it('knows every octet', () => {
    const table = open(12);
    for (let i = 0; i < 256; i++) learn(table, `${i}.${255 - i}.0.${i}`, i);
    for (let i = 0; i < 256; i++) expect(find(table, `${i}.${255 - i}.0.${i}`)).toBe(i);
  });
});

describe('columns', () => {
  const values = kernel.float64(5000);
  const words = kernel.uint32(5000);
  const out = kernel.float64(5000);
  const flags = kernel.uint8(5000);
  const result = kernel.allocate(32);

  it('sees whether values are equal', () => {
    for (const count of [1, 2, 3, 4, 5, 31, 32, 33]) {
      words.fill(7);
      values.fill(7);
      expect(kernel.call.isUniform32(words.byteOffset, count)).toBe(1);
      expect(kernel.call.isUniform64(values.byteOffset, count)).toBe(1);
      for (let i = 1; i < count; i++) {
        words[i] = 8;
        values[i] = 8;
        expect(kernel.call.isUniform32(words.byteOffset, count)).toBe(0);
        expect(kernel.call.isUniform64(values.byteOffset, count)).toBe(0);
        words[i] = 7;
        values[i] = 7;
      }
    }
  });

  it('leaves nulls out, and measures what is left', () => {
    const cell = fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 100 }), (cells) => {
        for (const [i, value] of cells.entries()) {
          values[i] = value ?? 99;
          flags[i] = value === null ? 1 : 0;
        }
        const rest = cells.filter((value) => value !== null);
        const { byteOffset: at } = values;
        const count = kernel.call.compact(at, flags.byteOffset, cells.length, out.byteOffset);
        expect([...out.subarray(0, count)]).toEqual(rest);
        if (count === 0) return;
        kernel.call.measure(out.byteOffset, count, result);
        const [least, most] = new Float64Array(kernel.bytes.buffer, result, 2);
        expect(least).toBe(Math.min(...rest) + 0);
        expect(most).toBe(Math.max(...rest) + 0);
        const changes = rest.filter((value, i) => i > 0 && value !== rest[i - 1]).length;
        expect(kernel.words[result / 4 + 4]).toBe(changes + 1);
      }),
    );
  });
});
