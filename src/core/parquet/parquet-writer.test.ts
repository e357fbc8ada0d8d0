import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { type Batch, splitByDay, TableBuilder, valueAt } from '#core/batch/index.ts';
import { defineColumns, defineTable } from '#core/schema/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { ParquetWriter } from './index.ts';

const table = defineTable({
  name: 'T',
  kind: 'stored',
  row: 'A row.',
  origin: 'test',
  timeColumn: 't',
  columns: defineColumns([
    ['t', 'datetime', 'Time.'],
    ['s', 'string', 'Text.'],
    ['j', 'dynamic', 'JSON.'],
    ['l', 'long', 'Long.'],
    ['i', 'int', 'Int.'],
    ['r', 'real', 'Real.'],
    ['b', 'bool', 'Bool.'],
    ['d', 'timespan', 'Timespan.'],
  ]),
});

type Cell = string | number | boolean | null;
type Row = readonly [
  t: number | null,
  s: string,
  j: string,
  l: number | null,
  i: number | null,
  r: number | null,
  b: boolean | null,
  d: number | null,
];

const folder = mkdtempSync(join(tmpdir(), 'weir-parquet-'));
let db: Duckdb;
beforeAll(async () => {
  db = await openDuckdb({});
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function encode(rows: readonly Row[], groupRows: number): { bytes: Uint8Array; ranges: unknown } {
  const writer = new ParquetWriter(table, { compress: (bytes) => zstdCompressSync(bytes) });
  const builder = new TableBuilder(table, (batch: Batch) => writer.add(batch), {
    capacity: groupRows,
    isLending: true,
  });
  for (const [t, s, j, l, i, r, b, d] of rows) {
    const row = builder.begin();
    for (const [name, value] of Object.entries({ t, l, i, r, d }))
      if (value !== null) builder.number(name).set(row, value);
    builder.text('s').set(row, s);
    builder.text('j').set(row, j);
    if (b !== null) builder.bool('b').set(row, b);
  }
  builder.flush();
  const { bytes, ranges } = writer.finish();
  return { bytes, ranges };
}

let files = 0;
async function readBack(bytes: Uint8Array): Promise<Cell[][]> {
  const file = join(folder, `${++files}.parquet`);
  writeFileSync(file, bytes);
  const { rows } = await db.run(
    `select epoch_us(t)::varchar, s, j, l::varchar, i::varchar, r::varchar, b, d::varchar from read_parquet('${file}', file_row_number = true) order by file_row_number`,
  );
  return rows.map((row) =>
    row.map((cell, k) =>
      typeof cell === 'string' && k !== 1 && k !== 2
        ? Number(cell.replace('inf', 'Infinity'))
        : (cell as Cell),
    ),
  );
}

const whole = (bits: number) => fc.maxSafeInteger().map((n) => Math.trunc(n / 2 ** (53 - bits)));
const row = fc.tuple(
  fc.option(whole(52)),
  fc
    .oneof(
      fc.constantFrom('', 'a', '10.0.0.1', 'é', '\u0000'),
      fc.string({ unit: 'binary', maxLength: 80 }),
    )
    .map((s) => s.toWellFormed()),
  fc.constantFrom('', '{}', '{"a":1}'),
  fc.option(fc.oneof(fc.constantFrom(0, 1, -1), whole(52), whole(20), whole(33))),
  fc.option(fc.integer()),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.boolean()),
  fc.option(whole(40)),
);

describe('ParquetWriter', () => {
  it('writes what DuckDB reads back: any rows, in any row groups', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 5, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        async (rows, groupRows, repeat) => {
          const all = rows.flatMap((r) =>
            Array.from({ length: repeat }, () => r),
          ) as unknown as Row[];
          const got = await readBack(encode(all, groupRows).bytes);
          expect(got.map((r) => r.map((v) => (v === 0 ? 0 : v)))).toEqual(
            all.map((r) => r.map((v) => (v === 0 ? 0 : v))),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([1, 7, 8, 9, 31, 32, 33, 127, 128, 129, 1000, 20_000])(
    'writes %i rows of every shape of numbers',
    async (count) => {
      const rows = Array.from(
        { length: count },
        (_, n): Row => [
          1_700_000_000_000_000 + n * 977_000,
          `host-${n % 5000}`,
          n % 3 === 0 ? '{"a":1}' : '',
          n % 2 === 0 ? null : (n * 2_654_435_761) % 2 ** 50,
          (n * 7919) % 65_536,
          n / 3,
          n % 4 === 0 ? null : n % 4 === 1,
          Math.floor(n / 100),
        ],
      );
      expect(await readBack(encode(rows, 131_072).bytes)).toEqual(rows);
    },
  );

  it('tells the range of each datetime column, and nothing of one that is all null', () => {
    const at = (t: number | null): Row => [t, '', '', null, null, null, null, null];
    expect(encode([at(5), at(null), at(-7)], 2).ranges).toEqual({ t: [-7, 5] });
    expect(encode([at(null)], 2).ranges).toEqual({});
  });

  it('is pruned by DuckDB from its statistics', async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, n): Row => [n * 1_000_000, 'x', '', n, n, n, true, n],
    );
    const file = join(folder, 'pruned.parquet');
    writeFileSync(file, encode(rows, 500).bytes);
    const { rows: stats } = await db.run(
      `select count(*)::int from parquet_metadata('${file}') where path_in_schema = 't' and stats_min_value <= '1970-01-01 00:10:00' and stats_max_value >= '1970-01-01 00:10:00'`,
    );
    expect(stats).toEqual([[1]]);
  });

  it.each([1, 7, 8, 9, 24, 25, 26, 31, 32, 33, 40, 50, 51, 52])(
    'writes numbers up to 2^%i apart, as large as they may be',
    async (bits) => {
      const span = 2 ** bits - 1;
      const top = Number.MAX_SAFE_INTEGER;
      const rows = Array.from({ length: 300 }, (_, n): Row => {
        const value = n % 97 === 0 ? span : n % 89 === 0 ? 0 : Math.floor(((n * 0.618) % 1) * span);
        const small = Math.min(value, 2 ** 31 - 1);
        return [value, '', '', top - value, -small, value, null, -value];
      });
      const got = await readBack(encode(rows, 1000).bytes);
      expect(got.map((r) => r.map((v) => (v === 0 ? 0 : v)))).toEqual(
        rows.map((r) => r.map((v) => (v === 0 ? 0 : v))),
      );
    },
  );

  it('writes columns that are null on one of the days of a batch', async () => {
    const files = new Map<string, ParquetWriter>();
    const builder = new TableBuilder(table, (batch: Batch) => {
      for (const { day, batch: rows } of splitByDay(batch, 't')) {
        const writer = new ParquetWriter(table, { compress: (bytes) => zstdCompressSync(bytes) });
        writer.add(rows);
        files.set(day, writer);
      }
    });
    for (let n = 0; n < 40; n++) {
      const row = builder.begin();
      builder.number('t').set(row, (n % 2) * MICROS_PER_DAY + n);
      if (n !== 2) builder.number('r').set(row, n / 3 + 0.1);
      if (n % 2 === 1) {
        for (const name of ['l', 'i', 'd']) builder.number(name).set(row, n % 7);
        builder.bool('b').set(row, n % 3 === 0);
      }
    }
    builder.flush();
    const first = files.get('1970-01-01')!.finish();
    expect(first.ranges).toEqual({ t: [0, 38] });
    expect(await readBack(first.bytes)).toEqual(
      Array.from({ length: 20 }, (_, n) => [
        n * 2,
        '',
        '',
        null,
        null,
        n === 1 ? null : (n * 2) / 3 + 0.1,
        null,
        null,
      ]),
    );
    const file = join(folder, 'nulls.parquet');
    writeFileSync(file, first.bytes);
    const { rows: stats } = await db.run(
      `select path_in_schema, stats_min_value from parquet_metadata('${file}') where path_in_schema in ('l', 'i', 'd')`,
    );
    expect(stats.map(([, min]) => min)).toEqual([null, null, null]);
    const [row] = await readBack(files.get('1970-01-02')!.finish().bytes);
    expect(row).toEqual([MICROS_PER_DAY + 1, '', '', 1, 1, 1 / 3 + 0.1, false, 1]);
  });

  it('gives no range where a value is not a number', async () => {
    const file = join(folder, 'nan.parquet');
    writeFileSync(file, encode([[0, '', '', null, null, Number.NaN, null, null]], 10).bytes);
    const { rows: stats } = await db.run(
      `select stats_min_value, stats_max_value from parquet_metadata('${file}') where path_in_schema = 'r'`,
    );
    expect(stats).toEqual([[null, null]]);
    expect((await db.run(`select isnan(r) from read_parquet('${file}')`)).rows).toEqual([[true]]);
  });

  it('keeps a batch of the builder whole for those who keep it', () => {
    const kept: Batch[] = [];
    const builder = new TableBuilder(table, (batch) => kept.push(batch), { capacity: 2 });
    for (let n = 0; n < 5; n++) builder.text('s').set(builder.begin(), `v${n}`);
    builder.flush();
    expect(
      kept.flatMap((b) =>
        Array.from({ length: b.rows }, (_, i) => valueAt(b.columns.get('s')!, i)),
      ),
    ).toEqual(['v0', 'v1', 'v2', 'v3', 'v4']);
  });
});
