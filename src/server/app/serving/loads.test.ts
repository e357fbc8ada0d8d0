import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Ingester, ObjectTotals } from '#server/pipeline/index.ts';
import { createLoads } from './loads.ts';

const sound: Omit<ObjectTotals, 'object'> = {
  format: 'azure-vnet',
  records: 3,
  stored: 3,
  known: 0,
  quarantined: 0,
  bytes: 100,
  refused: null,
  knownAs: null,
  readProblem: null,
};

it('fails where nothing can be read, be it no log or a broken one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-loads-'));
  writeFileSync(join(folder, 'a.gz'), 'x');
  const broken = { records: 1, stored: 0, quarantined: 1, readProblem: 'The archive ends early.' };
  const ingester = {
    ingest: async ({ name }: { name: string }) => ({ ...sound, ...broken, object: name }),
  } as unknown as Ingester;
  const run = (paths: readonly string[], name: string | undefined) =>
    createLoads(ingester)(
      { paths, name, format: undefined },
      () => undefined,
      new AbortController().signal,
    );
  await expect(run([join(folder, 'a.gz')], 'a.gz')).rejects.toMatchObject({
    message: 'a.gz cannot be read.',
    advice: 'The archive ends early.',
  });
  await expect(run([folder], undefined)).rejects.toMatchObject({
    message: 'Nothing could be read.',
    advice: expect.stringMatching(/a\.gz: The archive ends early\.$/),
  });
  rmSync(folder, { recursive: true });
});

it('says which files of many could not be read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-loads-'));
  mkdirSync(join(folder, 'logs'));
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'logs', name), 'x');
  const ingester = {
    ingest: async (object: { name: string }) => {
      if (object.name.endsWith('b')) throw new Error('the disk is gone');
      return { ...sound, object: object.name };
    },
  } as unknown as Ingester;
  const load = createLoads(ingester)(
    { paths: [join(folder, 'logs')], name: undefined, format: undefined },
    () => undefined,
    new AbortController().signal,
  );
  await expect(load).rejects.toMatchObject({
    message: '1 of 3 files could not be read; what was read of the others is stored.',
    advice: expect.stringMatching(/^Load them again: .*b: the disk is gone$/),
  });
  rmSync(folder, { recursive: true });
});
