import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Body } from './deps.ts';
import { printJson, printParts, streamBody } from './json-answer.ts';

/** A body that is not at hand; counts what was read of it and whether it was freed. */
function longBody(pieces: number) {
  const seen = { read: 0, ends: 0, discards: 0 };
  const body: Body = {
    sizeBytes: pieces * 1000,
    held: undefined,
    async *stream() {
      try {
        for (; seen.read < pieces; seen.read++)
          yield Buffer.from(`${seen.read === 0 ? '' : ','}"${'x'.repeat(998)}"`);
      } finally {
        seen.ends++;
      }
    },
    discard: async () => {
      seen.discards++;
    },
  };
  return { body, seen };
}

const heldText = (text: string): Body => ({
  ...longBody(0).body,
  held: Buffer.from(text),
  async *stream() {
    yield Buffer.from(text);
  },
});
const bytes = async (response: Response) => Buffer.from(await response.arrayBuffer());

async function textOf(response: Response): Promise<string> {
  const body = await bytes(response);
  const found = response.headers.get('content-encoding');
  return String(
    found === 'gzip' ? gunzipSync(body) : found === 'br' ? brotliDecompressSync(body) : body,
  );
}

test.each([undefined, 'gzip', 'br'] as const)('JSON in the encoding %s', async (encoding) => {
  const answer = { rows: Array.from({ length: 500 }, (_, i) => [i, `host ${i}`]) };
  const response = await printJson(answer, encoding);
  expect(response.headers.get('content-encoding')).toBe(encoding ?? null);
  expect(JSON.parse(await textOf(response))).toEqual(answer);
});

test.each([undefined, 'gzip', 'br'] as const)('parts in the encoding %s', async (encoding) => {
  for (const part of [heldText('"a","b"'), longBody(2000).body]) {
    const response = await printParts(
      ['{"rows":[', part, '],"more":[', heldText('1'), ']}'],
      encoding,
    );
    const answer = JSON.parse(await textOf(response));
    expect(answer.more).toEqual([1]);
    expect(answer.rows).toHaveLength(part.held ? 2 : 2000);
  }
});

test('a reader that goes away frees what was not read', async () => {
  for (const encoding of [undefined, 'gzip'] as const) {
    const first = longBody(50_000);
    const second = longBody(5);
    const response = await printParts([first.body, second.body], encoding);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect.poll(() => [first.seen.ends, second.seen.discards]).toEqual([1, 1]);
    expect(first.seen.read).toBeLessThan(50_000);
  }
});

test('a failure of reading cuts the answer off', async () => {
  const broken: Body = {
    ...longBody(0).body,
    async *stream() {
      yield Buffer.from('[1');
      throw new Error('the disk is gone');
    },
  };
  for (const encoding of [undefined, 'gzip'] as const)
    await expect(bytes(await printParts([broken, ']'], encoding))).rejects.toThrow();
  await expect(bytes(new Response(streamBody(broken)))).rejects.toThrow('the disk is gone');
});
