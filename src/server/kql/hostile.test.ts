import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bench, openBench } from './fixture.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const TEXTS = [
  "it's",
  "'; DROP TABLE x; --",
  'a"b',
  '\\',
  "\\'",
  '$1 ? :name {x}',
  '\u0000mid\u0000dle',
  '/* */ -- ',
  'ä€😀',
  'line\nbreak\ttab',
  '%_[]*',
  '}} $' + '{x} `y`',
  '',
];

const literal = (text: string) => JSON.stringify(text).replaceAll('\\u0000', '\\0');

describe('texts and names pass through the engine unchanged', () => {
  it.each(TEXTS)('text %j', async (text) => {
    expect(await bench.rows(`print ${literal(text)}`)).toEqual([[text]]);
    expect(
      await bench.rows(`print a = ${literal(text)} | where a == ${literal(text)} | count`),
    ).toEqual([[1]]);
  });

  it.each(TEXTS.filter((t) => t !== '' && [...t].every((c) => c >= ' ')))(
    'column name %j',
    async (text) => {
      const name = `[${literal(text)}]`;
      expect(
        await bench.columns(`print ${name} = 1 | extend y = ${name} + 1 | project ${name}, y`),
      ).toEqual([`${text}:long`, 'y:long']);
    },
  );

  it('keeps apart names that differ in case only', async () => {
    expect(await bench.rows('print a = 1, A = 2 | extend b = a + A | project A, a, b')).toEqual([
      [2, 1, 3],
    ]);
  });

  it.each(['"; x', '{"k\'": "v"}', '[1, "two", null]'])('dynamic %j', async (text) => {
    expect(await bench.rows(`print tostring(parse_json(${literal(text)}))`)).toEqual([
      [text.startsWith('{') || text.startsWith('[') ? JSON.stringify(JSON.parse(text)) : text],
    ]);
  });

  it('reads thousands of alternatives', async () => {
    const list = Array.from({ length: 5000 }, (_, i) => `"v${i}"`).join(', ');
    expect(await bench.rows(`print a = "v4999" | where a in (${list}) | count`)).toEqual([[1]]);
  });
});
