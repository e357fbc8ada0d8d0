import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createParquetSink, parseTimespan } from './parquet-file.ts';
import { literal } from './relation.ts';
import { temporaryFolder } from './testdata/flow-store.ts';

it('writes every type of an answer, nulls and repeated names', async () => {
  const engine = await openDuckdb({ threads: 1 });
  try {
    const file = join(temporaryFolder(), "it's.parquet");
    const types = [
      'string',
      'long',
      'int',
      'real',
      'bool',
      'datetime',
      'timespan',
      'dynamic',
      'guid',
      'decimal',
    ] as const;
    const columns = [
      ...types.map((type) => ({ name: type, type })),
      { name: 'String', type: 'string' as const },
    ];
    const row = [
      'a"\n',
      '9223372036854775807',
      -3,
      1.5,
      true,
      '2026-03-04T05:06:07.1234567Z',
      '-1.02:03:04.5',
      { a: [1] },
      'g',
      '1.25',
      'x',
    ];
    const sink = createParquetSink(engine, columns, file);
    sink.add([row]);
    sink.add([columns.map(() => null)]);
    expect(await sink.finish()).toEqual({ kind: 'file', path: file });
    expect(readdirSync(dirname(file))).toEqual(["it's.parquet"]);
    const { rows, columns: read } = await engine.run(
      `SELECT * REPLACE (epoch_us("datetime") AS "datetime", "decimal"::DOUBLE AS "decimal") FROM ${literal(file)}`,
    );
    expect(read.map((c) => c.name)).toEqual([...types, 'String_11']);
    expect(rows).toEqual([
      [
        'a"\n',
        9223372036854775807n,
        -3,
        1.5,
        true,
        BigInt(Date.UTC(2026, 2, 4, 5, 6, 7)) * 1000n + 123456n,
        -937845000000n,
        '{"a":[1]}',
        'g',
        1.25,
        'x',
      ],
      columns.map(() => null),
    ]);
  } finally {
    engine.close();
  }
});

it.each([
  ['00:00:00', 0n],
  ['1.00:00:00.0000001', 864000000001n],
  ['-00:00:01', -10000000n],
])('reads the timespan %s', (text, ticks) => {
  expect(parseTimespan(text)).toBe(ticks);
});
