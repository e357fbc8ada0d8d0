import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeSpillFolder } from './spill-folder.ts';
import { temporaryFolder } from './testdata/flow-store.ts';

it('removes what dead processes left, and nothing else', () => {
  const parent = join(temporaryFolder(), 'spill');
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const name of [`query-${dead}-abc`, `query-${process.ppid}-abc`, 'reduce-1'])
    mkdirSync(join(parent, name), { recursive: true });
  const made = makeSpillFolder(parent);
  const left = readdirSync(parent).map((name) => join(parent, name));
  expect(left.sort()).toEqual(
    [join(parent, `query-${process.ppid}-abc`), made, join(parent, 'reduce-1')].sort(),
  );
});
