import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createFileObject } from './file.ts';
import { readParquetText } from './parquet-text.ts';
import { createRecogniser } from './recognise.ts';
import { START } from './source.ts';
import { createStreamObject } from './stream.ts';
import { MemoryCheckpoints, readNew } from './testing/in-memory.ts';

const never = new AbortController().signal;
let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-parquet-test-'));
  const duckdb = await openDuckdb();
  const copy = (sql: string, name: string) =>
    duckdb.run(`COPY (${sql}) TO '${at(name)}' (FORMAT parquet, ROW_GROUP_SIZE 5000)`);
  await copy(
    `SELECT 2::INTEGER AS version, '0123' AS account_id, 'a b' AS "interface-tag", '10.0.0.1' AS srcaddr, '10.0.0.2' AS dstaddr,
     i::INTEGER AS srcport, NULL::INTEGER AS dstport, '' AS vpc_id, 1772618400::BIGINT AS start, TIMESTAMP '2026-03-04 10:00:00' AS "end"
     FROM range(20000) t(i)`,
    'aws.parquet',
  );
  await copy(`SELECT 1 AS a, 2 AS b`, 'other.parquet');
  await copy(
    `SELECT E'10.0.0.1\\n2\\r3\\t4' AS srcaddr, NULL::VARCHAR AS dstaddr`,
    'breaks.parquet',
  );
  await copy(
    `SELECT '10.0.0.1' AS srcaddr, '10.0.0.2' AS dstaddr FROM range(3000000)`,
    'bomb.parquet',
  );
  duckdb.close();
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileObject = (name: string) => createFileObject('s', at(name), statSync(at(name)), true);

async function read(object: ReturnType<typeof fileObject>) {
  const reading = object.open(START, never);
  const chunks: Uint8Array[] = [];
  for await (const chunk of reading) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), problem: reading.problem };
}

const expected = [
  'version account_id interface-tag srcaddr dstaddr srcport dstport vpc_id start end',
  ...Array.from(
    { length: 20_000 },
    (_, i) => `2 0123 a\u00a0b 10.0.0.1 10.0.0.2 ${i} - - 1772618400 1772618400`,
  ),
  '',
].join('\n');

describe('an AWS flow log in Parquet', () => {
  it('is printed as the text that AWS writes', async () => {
    expect(await read(fileObject('aws.parquet'))).toEqual({ text: expected, problem: null });
  });

  it('comes through a stream as well', async () => {
    const bytes = readFileSync(at('aws.parquet'));
    const open = () => Readable.from([bytes]);
    expect((await read(createStreamObject({ source: 's', name: '-', open }))).text).toBe(expected);
  });

  it('is known when it is given again', async () => {
    const checkpoints = new MemoryCheckpoints();
    const recogniser = createRecogniser(checkpoints);
    expect((await readNew(recogniser, checkpoints, fileObject('aws.parquet'))).length).toBe(
      Buffer.byteLength(expected),
    );
    expect(await readNew(recogniser, checkpoints, fileObject('aws.parquet'))).toBe('');
  });

  it('of another kind is left to the formats to name', async () => {
    expect(await read(fileObject('other.parquet'))).toEqual({ text: 'PAR1', problem: null });
  });

  it('that unpacks to far too much is stopped', async () => {
    const limits = { ratio: 10, freeBytes: 100_000, maxBytes: 1e9 };
    const unpacked = readParquetText({ path: at('bomb.parquet') }, never, limits);
    let got = 0;
    for await (const chunk of unpacked) got += chunk.length;
    expect(unpacked.problem?.code).toBe('too-large');
    expect(got).toBeLessThan(5e6);
  });

  it('cannot make records by line breaks inside its values', async () => {
    const { text } = await read(fileObject('breaks.parquet'));
    expect(text).toBe('srcaddr dstaddr\n10.0.0.1\u00a02\u00a03\u00a04 -\n');
  });

  it('that is cut is damaged, with a sentence', async () => {
    truncateSync(at('other.parquet'), statSync(at('other.parquet')).size - 3);
    const { problem } = await read(fileObject('other.parquet'));
    expect(problem).toMatchObject({
      code: 'damaged',
      detail: expect.stringMatching(/cannot be read: .* Give an intact copy/),
    });
  });
});
