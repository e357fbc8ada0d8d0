import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp } from '#core/base/index.ts';
import { type IpRange, isInRange, parseRange, printRange } from './cidr.ts';
import { RangeTable, RangeTableBuilder } from './range-table.ts';

const range = (text: string): IpRange => parseRange(text)!;

function tableOf(...texts: string[]): RangeTable {
  const builder = new RangeTableBuilder();
  for (const [i, text] of texts.entries()) builder.add(range(text), i);
  return builder.build();
}

describe('parseRange', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0-10.255.255.255'],
    ['192.0.2.7', '192.0.2.7'],
    ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
    ['2001:db8::/33', '2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff'],
    ['::ffff:10.0.0.0/104', '10.0.0.0-10.255.255.255'],
    ['192.0.2.1 - 192.0.2.9', '192.0.2.1-192.0.2.9'],
  ])('%s is %s', (text, expected) => expect(printRange(range(text))).toBe(expected));

  it.each([
    '10.0.0.0/33',
    '2001:db8::/129',
    '10.0.0/8',
    '',
    '/8',
    '10.0.0.9-10.0.0.1',
    '10.0.0.1/x',
    '10.0.0.1-::1',
  ])('refuses %j', (text) => expect(parseRange(text)).toBeUndefined());
});

describe('RangeTable', () => {
  it.each([
    ['10.1.2.3', 2],
    ['10.1.3.3', 1],
    ['10.2.0.0', 0],
    ['11.0.0.0', -1],
    ['9.255.255.255', -1],
    ['2001:db8::1', 3],
    ['2001:db9::', -1],
    ['255.255.255.255', 4],
  ])('finds the longest prefix of %s', (ip, expected) => {
    const table = tableOf(
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.0/24',
      '2001:db8::/32',
      '255.255.255.255/32',
    );
    expect(table.find(parseIp(ip)!)).toBe(expected);
  });

  it('agrees with looking at every range, and survives being taken apart', () => {
    const prefix = fc
      .tuple(
        fc.boolean(),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 32 }),
      )
      .map(([six, a, b, length]) =>
        six
          ? `20${a.toString(16)}:${b.toString(16)}::/${length + 16}`
          : `${a % 4}.${b}.0.0/${length}`,
      );
    const address = fc
      .tuple(fc.boolean(), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
      .map(([six, a, b]) =>
        six ? `20${a.toString(16)}:${b.toString(16)}::1` : `${a % 4}.${b}.0.1`,
      );
    fc.assert(
      fc.property(
        fc.array(prefix, { maxLength: 12 }),
        fc.array(address, { maxLength: 12 }),
        (prefixes, addresses) => {
          const ranges = prefixes.map(range);
          const table = new RangeTable(tableOf(...prefixes).parts);
          for (const text of addresses) {
            const words = parseIp(text)!;
            let best = -1;
            ranges.forEach((r, i) => {
              const length = (text: string) => Number(text.slice(text.indexOf('/') + 1));
              if (
                isInRange(words, r) &&
                (best < 0 || length(prefixes[i]!) >= length(prefixes[best]!))
              )
                best = i;
            });
            expect(table.find(words)).toBe(best);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
