import { describe, expect, it } from 'vitest';
import { findBreaches, importsOf, judge, LAW } from './check-imports.ts';

describe('the import law', () => {
  it('holds', () => expect(findBreaches()).toEqual([]));

  it('has no cycles', () => {
    const visit = (room: string, path: readonly string[]): void => {
      expect(path, `a cycle: ${[...path, room].join(' → ')}`).not.toContain(room);
      for (const next of LAW[room] ?? [])
        if (!next.endsWith('*') && !(room === 'web/pages' && next === 'web/app'))
          visit(next, [...path, room]);
    };
    for (const room of Object.keys(LAW)) visit(room, []);
  });

  it.each([
    [
      'src/core/decode/a.ts',
      "import { x } from '#server/store/index.ts';",
      /core\/decode may not import server\/store/,
    ],
    ['src/server/http/a.ts', "import { x } from '#core/base/ip.ts';", /past its index/],
    [
      'src/server/http/a.ts',
      "const x = await import('node:sqlite');",
      /only src\/server\/store\/sqlite.ts may/,
    ],
    [
      'src/server/http/a.ts',
      "export { x } from '../reduce/index.ts';",
      /may not import server\/reduce/,
    ],
    ['src/core/nowhere/a.ts', "import '#core/base/index.ts';", /in no law/],
  ])('refuses %s: %s', (file, text, expected) => {
    expect(importsOf(file, text).map(judge)).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ['src/server/http/a.ts', "import { x } from '#core/base/index.ts';"],
    ['src/server/http/a.test.ts', "import { x } from '#server/reduce/x.ts';"],
    ['src/server/http/a.ts', "import { y } from './b.ts'; // import from '#server/reduce/x.ts'"],
  ])('allows %s: %s', (file, text) => {
    expect(judge(importsOf(file, text)[0]!)).toBeUndefined();
  });
});
