import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { lockDown } from './lockdown.ts';
import { temporaryFolder } from './testdata/flow-store.ts';

it('lets the engine touch the data folder only, and keeps its settings', async () => {
  const home = temporaryFolder();
  const data = join(home, "it's data");
  mkdirSync(data);
  writeFileSync(join(data, 'inside.csv'), 'a\n1\n');
  writeFileSync(join(home, 'outside.csv'), 'a\n2\n');
  const engine = await openDuckdb({ threads: 1 });
  try {
    await lockDown(engine, [data, '']);
    const read = (file: string) => engine.run('SELECT a FROM read_csv($1)', [file]);
    expect((await read(join(data, 'inside.csv'))).rows).toEqual([[1n]]);
    await expect(read(join(home, 'outside.csv'))).rejects.toThrow(/Permission Error/);
    await expect(read(join(data, '..', 'outside.csv'))).rejects.toThrow(/Permission Error/);
    await expect(read('https://example.com/a.csv')).rejects.toThrow();
    await expect(engine.run('SET enable_external_access = true')).rejects.toThrow(/locked|Cannot/);
    await expect(engine.run("SET memory_limit = '1TB'")).rejects.toThrow(/locked/);
  } finally {
    engine.close();
  }
});
