import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createQueryService } from './index.ts';
import { temporaryFolder } from './testdata/flow-store.ts';

const service = createQueryService({
  store: undefined,
  clock: () => 0,
  limits: { threads: 1, memoryBytes: 2 ** 28 },
});
afterAll(() => service.stop());

async function read(text: string, maxRows?: number) {
  const limits = maxRows === undefined ? {} : { limits: { maxRows } };
  const answer = await service.answer({ text, ...limits }, 'parquet');
  const file = join(temporaryFolder(), 'answer.parquet');
  writeFileSync(file, await answer.body.bytes());
  const db = await openDuckdb({ threads: 1 });
  const { columns, rows } = await db.run('SELECT * FROM read_parquet($1)', [file]);
  db.close();
  return { answer, columns: columns.map((c) => [c.name, c.type]), rows };
}

test('an answer as Parquet has the types that segments have', { timeout: 30_000 }, async () => {
  const { columns, rows } = await read(`datatable(
      l:long, i:int, r:real, b:bool, s:string, d:datetime, t:timespan, g:guid, y:dynamic, c:decimal)[
      9007199254740993, 7, 1.5, true, "a", datetime(2026-03-01 05:06:07.123456), timespan(00:00:01),
      guid(74be27de-1e4e-49d9-b579-fe0b331d3642), dynamic({"a":[1,"b"]}), decimal(1.25),
      long(null), int(null), real(null), bool(null), "", datetime(null), timespan(null), guid(null), dynamic(null), decimal(null)]`);
  expect(columns).toEqual([
    ['l', 'BIGINT'],
    ['i', 'INTEGER'],
    ['r', 'DOUBLE'],
    ['b', 'BOOLEAN'],
    ['s', 'VARCHAR'],
    ['d', 'TIMESTAMP'],
    ['t', 'BIGINT'],
    ['g', 'VARCHAR'],
    ['y', 'VARCHAR'],
    ['c', 'DECIMAL(38,18)'],
  ]);
  const [full, empty] = rows;
  expect(full?.map(String)).toEqual([
    '9007199254740993',
    '7',
    '1.5',
    'true',
    'a',
    '2026-03-01 05:06:07.123456',
    '10000000',
    '74be27de-1e4e-49d9-b579-fe0b331d3642',
    '{"a":[1,"b"]}',
    '1.250000000000000000',
  ]);
  expect(empty).toEqual([null, null, null, null, '', null, null, null, null, null]);
});

test('order, limits and odd names hold', { timeout: 30_000 }, async () => {
  const text = `range x from 1 to 5000 step 1 | extend ["it's"] = x % 7, A = 1, a = 2 | sort by x desc`;
  const whole = await read(text);
  expect(whole.answer).toMatchObject({ rows: 5000 });
  expect(whole.answer.truncated).toBeUndefined();
  expect(whole.columns.map(([name]) => name)).toEqual(['x', "it's", 'A', 'a_4']);
  expect(whole.rows.map(([x]) => Number(x))).toEqual(
    Array.from({ length: 5000 }, (_, i) => 5000 - i),
  );
  const cut = await read(text, 10);
  expect(cut.answer).toMatchObject({ rows: 10, truncated: { by: 'rows', limit: 10 } });
  expect(cut.rows).toHaveLength(10);
  expect((await read(`${text} | where x < 0`)).rows).toEqual([]);
  const bag = 'datatable(b:dynamic)[dynamic({"k":1})] | evaluate bag_unpack(b)';
  expect((await read(bag)).columns.map(([name]) => name)).toEqual(['k']);
});
