import { describe, expect, it } from 'vitest';
import { valueAt } from '#core/batch/index.ts';
import { Kernel } from '#core/kernel/index.ts';
import { CollectingSink, formatsByName } from '../index.ts';

/** A small generator of pseudo-random numbers (mulberry32), so that failures repeat. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}
type Random = ReturnType<typeof randomFrom>;
const pick = (random: Random, texts: readonly string[]) => texts[random(texts.length)]!;

const ADDRESSES = (random: Random): readonly string[] => [
  `10.${random(4)}.${random(256)}.${random(256)}`,
  `203.0.113.${random(300)}`,
  `2001:db8::${random(5000).toString(16)}`,
  `2001:0DB8:0000:0000:0000:0000:0000:${random(5000).toString(16).padStart(4, '0')}`,
  '::ffff:192.0.2.1',
  '192.0.2.01',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.4567',
  '',
  '10.0.0.1\0',
  'fe80::1%eth0',
  'x'.repeat(60),
];
const ODD_NUMBERS = [
  '',
  '-1',
  '1.5',
  '12345678',
  '123456789',
  '1'.repeat(15),
  '1e3',
  ' 1',
  '65536',
];

/** A tuple; one in `oddEvery` fields is odd. */
function tuple(random: Random, oddEvery: number): string {
  const isOdd = () => random(oddEvery) === 0;
  const address = () => {
    const all = ADDRESSES(random);
    return isOdd() ? pick(random, all) : all[random(20) === 0 ? 2 : 0]!;
  };
  const number = (below: number) => (isOdd() ? pick(random, ODD_NUMBERS) : `${random(below)}`);
  const odd = (texts: readonly string[], plain: readonly string[]) =>
    isOdd() ? pick(random, texts) : pick(random, plain);
  const fields = [
    odd(['1772618400', '0', '99999999999999', 'x', ''], [`${1772618400000 + random(60_000)}`]),
    address(),
    address(),
    number(65_536),
    number(65_536),
    odd(['256', '', 'T'], ['6', '17', '1', `${random(256)}`]),
    odd(['', 'i', 'IN'], ['I', 'O']),
    odd(['', 'b', 'F', '\u00ff'], ['B', 'C', 'E', 'D']),
    odd(['', 'nx', 'NX_NEW', 'Y'.repeat(80)], ['NX', 'X', 'NX_HW_NOT_SUPPORTED', 'NX_LOCAL_DST']),
    number(200),
    number(100_000_000),
    number(200),
    number(3_000_000),
  ];
  if (isOdd()) fields.splice(random(13), 1);
  if (isOdd()) fields.push('0');
  const text = `"${fields.join(',')}"`;
  return isOdd() ? text.slice(0, random(text.length)) : text;
}

function unit(random: Random, records: number, tuples: number, oddEvery: number): Uint8Array {
  const record = (n: number) => {
    const list = Array.from({ length: random(tuples) + 1 }, () => tuple(random, oddEvery));
    return `{"time":"t${n}","macAddress":"00224800000${n % 10}","targetResourceID":"/T","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r${n}","flowTuples":[${list.join(random(9) === 0 ? ', ' : ',')}]}]}]}}`;
  };
  return new TextEncoder().encode(Array.from({ length: records }, (_, n) => record(n)).join(',\n'));
}

const vnet = formatsByName.get('azure-vnet')!;

function reader(capacity: number, kernel?: Kernel, columns?: readonly string[]) {
  const sink = new CollectingSink(capacity, kernel);
  const decoder = vnet.open(sink);
  return (bytes: Uint8Array) => {
    decoder.decode(bytes, { object: 'o', offset: 0, context: null, ingestedAt: 1 });
    sink.flush();
    const { batches, problems } = sink;
    sink.batches = [];
    sink.problems = [];
    const rows = batches.flatMap((batch) => {
      const vectors = columns?.map((name) => batch.columns.get(name)!) ?? [
        ...batch.columns.values(),
      ];
      return Array.from({ length: batch.rows }, (_, i) =>
        vectors.map((vector) => valueAt(vector, i)).join('|'),
      );
    });
    return { rows, problems: problems.map((p) => `${p.code} ${p.offset} ${p.detail}`) };
  };
}

describe('the plain reader', { timeout: 60_000 }, () => {
  it.each([
    { records: 3, tuples: 9, oddEvery: 4, rounds: 300 },
    { records: 4, tuples: 40, oddEvery: 150, rounds: 60 },
    { records: 30, tuples: 400, oddEvery: 3000, rounds: 6 },
    { records: 2, tuples: 20_000, oddEvery: 1_000_000, rounds: 2 },
  ])('reads what the careful one reads: $records records of $tuples tuples', (size) => {
    const random = randomFrom(size.records);
    const plain = reader(1000, new Kernel(80));
    const careful = reader(1000);
    for (let round = 0; round < size.rounds; round++) {
      const bytes = unit(random, size.records, size.tuples, size.oddEvery);
      expect(plain(bytes)).toEqual(careful(bytes));
    }
  });

  it('reads on when its tables are full', () => {
    const columns = ['SrcIp', 'DestIp', 'SourceOffset'];
    const plain = reader(30_000, new Kernel(120), columns);
    const careful = reader(30_000, undefined, columns);
    const tuples = Array.from({ length: 90_000 }, (_, i) => {
      const source = `2001:db8::${(i >>> 16).toString(16)}:${(i & 0xffff).toString(16)}`;
      const dest = `10.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}`;
      return `"1772618400000,${source},${dest},1,2,6,I,B,NX,0,0,0,0"`;
    });
    const bytes = new TextEncoder().encode(
      `{"time":"t","macAddress":"m","targetResourceID":"/T","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[${tuples.join(',')}]}]}]}}`,
    );
    for (let round = 0; round < 2; round++) expect(plain(bytes)).toEqual(careful(bytes));
  });

  it('goes without when the kernel has no room', () => {
    const bytes = unit(randomFrom(1), 3, 30, 100);
    expect(reader(100, new Kernel(1))(bytes)).toEqual(reader(100)(bytes));
  });
});
