import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceFiles } from './check-imports.ts';

const home = join(import.meta.dirname, '..');
const { sideEffects }: { readonly sideEffects: readonly string[] } = JSON.parse(
  readFileSync(join(home, 'package.json'), 'utf8'),
);
const listed = new Set(sideEffects.filter((path) => !path.includes('*')));

/** A statement of the file itself that does something when it is loaded; formatted code begins those at the margin. */
const DOES = /^(?:await )?[a-z_$][\w$.]*(?:\(|\.\w+ = )|^(?:for|if|while|try) ?[({]/im;
/** Hands on what another file made: a bundler sends who imports that straight there, past this file. */
const HANDS_ON = /^export (?:\*|\{)/m;

/** Files of the page whose load does something that a bundler would leave out unless package.json named them. */
const skipped = (): readonly string[] =>
  sourceFiles()
    .map((file) => file.slice(file.indexOf('src/')))
    .filter((file) => /^src\/(?:core|web)\//.test(file) && !file.endsWith('.test.ts'))
    .filter((file) => {
      const text = readFileSync(join(home, file), 'utf8').replace(/`(?:\\.|[^`\\])*`/g, '``');
      return DOES.test(text) && (HANDS_ON.test(text) || !/^export /m.test(text));
    });

it('package.json names every file that a bundler may not skip, and no other', () => {
  expect(skipped().toSorted()).toEqual([...listed].toSorted());
  expect([...listed].filter((file) => !existsSync(join(home, file)))).toEqual([]);
});
