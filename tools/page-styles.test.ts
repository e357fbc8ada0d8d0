import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const home = join(import.meta.dirname, '..', 'src/web/pages');

/** The classes with which rules of a style sheet begin. */
function classesOf(file: string): ReadonlySet<string> {
  const text = readFileSync(join(home, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const selectors = [...text.matchAll(/([^{}]+)\{/g)].flatMap(([, list = '']) => list.split(','));
  return new Set(selectors.flatMap((one) => /^[a-z]*\.([a-z][\w-]*)/.exec(one.trim())?.[1] ?? []));
}

it('no two pages style the same class: the styles of a page stay when another is opened', () => {
  const owners = new Map<string, string>();
  const shared: string[] = [];
  for (const file of globSync('**/*.css', { cwd: home }).toSorted()) {
    const page = file.split('/')[0]!;
    for (const name of classesOf(file)) {
      const owner = owners.get(name) ?? page;
      owners.set(name, owner);
      if (owner !== page) shared.push(`.${name}: ${owner}, ${page}`);
    }
  }
  expect(owners.size).toBeGreaterThan(50);
  expect(shared).toEqual([]);
});
