/**
 * ClickHouse reads the segments that Weir writes: what the encoder wrote and what compaction merged, every column, the same
 * answers as DuckDB. Other tools can therefore use DATA without Weir.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoFiles } from '../../src/core/demo/index.ts';
import { flows } from '../../src/core/schema/tables/flows.ts';
import { openDuckdb } from '../../src/server/duckdb/index.ts';
import { Ingester, ingestPaths } from '../../src/server/pipeline/index.ts';
import { createFileSource, createRecogniser } from '../../src/server/source/index.ts';
import { compactOnce, duckdbMerge, openStore, type Store } from '../../src/server/store/index.ts';

interface Chdb {
  query(sql: string, format: string): string;
}
const chdb = createRequire(join(import.meta.dirname, 'package.json'))('chdb') as Chdb;

const clock = () => Date.now() * 1000;
const folder = mkdtempSync(join(tmpdir(), 'weir-clickhouse-'));
let store: Store;

beforeAll(async () => {
  const logs = join(folder, 'logs');
  for (const { path, text } of demoFiles(Date.UTC(2026, 2, 4, 10))) {
    mkdirSync(join(logs, path, '..'), { recursive: true });
    writeFileSync(join(logs, path), text);
  }
  store = await openStore({ folder: join(folder, 'data'), clock });
  const ingester = new Ingester({ store, recogniser: createRecogniser(store), clock });
  await ingestPaths([createFileSource({ path: logs })], ingester, {
    signal: new AbortController().signal,
  });
  await ingester.close();
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** One line a column: how many cells are not empty, and a sum that depends on all of them. */
const CHECKS = flows.columns
  .filter((c) => !c.isComputed)
  .map(({ name, type }) => {
    const column = `"${name}"`;
    if (type === 'datetime')
      return {
        name,
        duck: `sum(epoch_us(${column})::double)`,
        click: `sum(toFloat64(toUnixTimestamp64Micro(${column})))`,
      };
    if (type === 'bool')
      return {
        name,
        duck: `count(*) filter (${column})::double`,
        click: `toFloat64(countIf(${column}))`,
      };
    if (type === 'string' || type === 'dynamic')
      return {
        name,
        duck: `sum(strlen(${column}))::double`,
        click: `toFloat64(sum(length(${column})))`,
      };
    return { name, duck: `sum(${column}::double)`, click: `sum(toFloat64(${column}))` };
  });

async function compareAll(): Promise<void> {
  const paths = store.segments({ table: 'Flows' }).map((s) => s.path);
  const db = await openDuckdb();
  const { rows } = await db.run(
    `select count(*)::double, ${CHECKS.map((c) => c.duck).join(', ')} from read_parquet([${paths.map((p) => `'${p}'`).join(', ')}])`,
  );
  db.close();
  const union = paths.map((p) => `select * from file('${p}', Parquet)`).join(' union all ');
  const answer = chdb.query(
    `select toFloat64(count()), ${CHECKS.map((c) => c.click).join(', ')} from (${union})`,
    'JSONCompact',
  );
  const [theirs] = (JSON.parse(answer) as { data: (number | null)[][] }).data;
  expect(theirs).toHaveLength(CHECKS.length + 1);
  expect(theirs![0]).toBeGreaterThan(50_000);
  for (const [i, name] of ['rows', ...CHECKS.map((c) => c.name)].entries()) {
    const mine = rows[0]![i] as number | null;
    if (mine === null || theirs![i] === null) expect(theirs![i], name).toBe(mine);
    else expect(theirs![i]! / (mine || 1), name).toBeCloseTo(mine === 0 ? 0 : 1, 9);
  }
}

describe('ClickHouse', () => {
  it('reads what the encoder wrote', () => compareAll());

  it('reads what compaction merged', async () => {
    const before = store.segments({ table: 'Flows' }).length;
    while (await compactOnce(store, { merge: duckdbMerge({}) }, clock()));
    expect(store.segments({ table: 'Flows' }).length).toBeLessThan(before);
    await compareAll();
  });
});
