import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Duckdb } from '#server/duckdb/index.ts';
import { literal } from './sql/text.ts';

export type RelationColumns = Readonly<
  Record<string, 'VARCHAR' | 'BIGINT' | 'INTEGER' | 'UBIGINT' | 'BOOLEAN'>
>;

/** Makes a temporary table of rows that JavaScript computed, by way of a file of JSON lines. */
export async function createRelation(
  engine: Duckdb,
  file: string,
  name: string,
  columns: RelationColumns,
  rows: Iterable<object>,
): Promise<void> {
  const out = createWriteStream(file);
  let block = '';
  for (const row of rows) {
    block += `${JSON.stringify(row)}\n`;
    if (block.length > 262_144) {
      if (!out.write(block)) await once(out, 'drain');
      block = '';
    }
  }
  out.end(block);
  await once(out, 'finish');
  const types = Object.entries(columns)
    .map(([column, type]) => `${column}: '${type}'`)
    .join(', ');
  await engine.run(
    `CREATE TEMP TABLE ${name} AS SELECT * FROM read_json(${literal(file)}, format = 'newline_delimited', columns = {${types}})`,
  );
  await rm(file, { force: true });
}
