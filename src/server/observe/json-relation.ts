import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Duckdb } from '#server/duckdb/index.ts';
import { literal } from './text.ts';

export type RelationColumns = Readonly<
  Record<string, 'VARCHAR' | 'BIGINT' | 'INTEGER' | 'UBIGINT' | 'BOOLEAN'>
>;

/** Makes a temporary table of rows that JavaScript computed, by way of a file of JSON lines.
 * Rows come in chunks, so that all of them are never in memory. */
export async function createRelation(
  engine: Duckdb,
  file: string,
  name: string,
  columns: RelationColumns,
  chunks: Iterable<readonly object[]> | AsyncIterable<readonly object[]>,
): Promise<void> {
  const out = createWriteStream(file);
  for await (const rows of chunks) {
    const block = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (!out.write(block)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  const types = Object.entries(columns)
    .map(([column, type]) => `${column}: '${type}'`)
    .join(', ');
  await engine.run(
    `CREATE TEMP TABLE ${name} AS SELECT * FROM read_json(${literal(file)}, format = 'newline_delimited', columns = {${types}})`,
  );
  await rm(file, { force: true });
}
