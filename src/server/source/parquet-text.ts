import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Duckdb } from '#server/duckdb/index.ts';
import type { ReadProblem } from './source.ts';
import { overLimit, type Unpacked, type UnpackLimits } from './unpack.ts';

const MEMORY_BYTES = 512 << 20;

/** A Parquet file must have these to be printed; AWS writes them into every flow log. */
const NEEDED = ['srcaddr', 'dstaddr'];

/**
 * Prints an AWS VPC flow log in Parquet as the text that AWS writes otherwise: a line of column names, then a line for
 * each row, `-` for null, U+00A0 for white space inside a value. Any other Parquet file is given as its first four bytes,
 * by which the formats name it. The rows keep their order, so positions in the text mean the same each time.
 */
export function readParquetText(
  file: { readonly path: string } | { readonly bytes: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
  limits: UnpackLimits,
): Unpacked {
  let problem: ReadProblem | null = null;

  async function* run(): AsyncGenerator<Uint8Array> {
    await using local = await localFile(file, signal);
    const { openDuckdb } = await import('#server/duckdb/index.ts');
    const duckdb = await openDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: 1 });
    const stop = () => duckdb.interrupt();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const { size } = await stat(local.path);
      let given = 0;
      for await (const text of printRows(duckdb, local.path)) {
        const bytes = Buffer.from(text);
        given += bytes.length;
        problem = overLimit(given, size, limits);
        if (problem) return;
        yield bytes;
      }
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
      const detail = `The Parquet file cannot be read: ${reason} Give an intact copy.`;
      problem = { code: 'damaged', detail };
    } finally {
      signal.removeEventListener('abort', stop);
      duckdb.close();
    }
  }

  return {
    get problem() {
      return problem;
    },
    [Symbol.asyncIterator]: run,
  };
}

async function* printRows(duckdb: Duckdb, path: string): AsyncGenerator<string> {
  await duckdb.run('SET preserve_insertion_order = true');
  const described = await duckdb.run('DESCRIBE SELECT * FROM read_parquet($1)', [path]);
  const columns = described.rows.map(([name, type]) => ({
    name: String(name),
    type: String(type),
  }));
  const names = columns.map(({ name }) => name);
  if (!NEEDED.every((name) => names.includes(name))) {
    yield 'PAR1';
    return;
  }
  yield `${names.join(' ')}\n`;
  const line = `concat_ws(' ', ${columns.map(printColumn).join(', ')})`;
  for await (const rows of duckdb.stream(`SELECT ${line} FROM read_parquet($1)`, [path])) {
    yield `${rows.map(([text]) => String(text)).join('\n')}\n`;
  }
}

/** Numbers hold no white space; text might, and a line break in it would make a record of its own. */
function printColumn({ name, type }: { name: string; type: string }): string {
  const column = `"${name.replaceAll('"', '""')}"`;
  const value = type.startsWith('TIMESTAMP') ? `epoch(${column})::BIGINT` : column;
  const isNumber = value !== column || /^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(type);
  if (isNumber) return `coalesce(${value}::VARCHAR, '-')`;
  const text = [' ', '\\n', '\\r', '\\t'].reduce(
    (sql, space) => `replace(${sql}, E'${space}', chr(160))`,
    `${value}::VARCHAR`,
  );
  return `coalesce(nullif(${text}, ''), '-')`;
}

/** DuckDB reads files only: what comes from elsewhere is kept in one until it is read. */
async function localFile(
  file: { readonly path: string } | { readonly bytes: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  if ('path' in file) return { path: file.path, async [Symbol.asyncDispose]() {} };
  const folder = await mkdtemp(join(tmpdir(), 'weir-parquet-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'object.parquet');
    await pipeline(Readable.from(file.bytes), createWriteStream(path), { signal });
    return { path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
