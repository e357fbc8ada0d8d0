import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { printJson, printRows } from './json-answer.ts';

const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => [i, `host ${i}`, null, { a: ['"'] }]);
const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());

test.each([0, 1, 499, 500, 501, 2000, 2001, 5000])('%d rows print as JSON', async (count) => {
  const answer = { columns: [{ name: 'a' }], rows: rows(count), warnings: [] };
  for (const encoding of [undefined, 'gzip', 'br'] as const) {
    const response = await printJson(answer, encoding);
    const body = await bytes(response);
    const found = response.headers.get('content-encoding');
    const text =
      found === 'gzip' ? gunzipSync(body) : found === 'br' ? brotliDecompressSync(body) : body;
    expect(JSON.parse(text.toString())).toEqual(answer);
    if (count > 500) expect(found).toBe(encoding ?? null);
  }
});

test('rows alone', () => {
  expect([...printRows({ rows: [[1], [2]] })].join('')).toBe('{"rows":[[1],[2]]}');
});

test('a long answer leaves room for others while it is printed', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await bytes(await printJson({ rows: rows(200_000) }, undefined));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test('a reader that goes away ends the printing', async () => {
  const response = await printJson({ rows: rows(50_000) }, 'gzip');
  const reader = response.body?.getReader();
  await reader?.read();
  await expect(reader?.cancel()).resolves.toBeUndefined();
});
