import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { DAY_0, draftOf, openTestStore, tempFolder } from './fixture.ts';

const bytes = (length: number) => ({ bytes: new Uint8Array(length) });

it('accounts for every byte under DATA', async () => {
  const folder = tempFolder();
  const store = await openTestStore(folder);
  const [old] = await store.commit({ segments: [draftOf({ content: bytes(100) })] });
  await store.commit({ segments: [draftOf({ content: bytes(1000) })] });
  await store.replace([old!.id], []);
  writeFileSync(store.temporaryFile(), new Uint8Array(10));
  mkdirSync(join(folder, 'captures', 'ring'), { recursive: true });
  writeFileSync(join(folder, 'captures', 'ring', '1.pcap'), new Uint8Array(20));
  mkdirSync(join(folder, 'spill'));
  writeFileSync(join(folder, 'spill', 'x'), new Uint8Array(30));
  writeFileSync(join(folder, 'notes.txt'), new Uint8Array(40));
  const usage = await store.usage();
  expect(usage.parts).toMatchObject({
    segments: 1000,
    retired: 100,
    tmp: 10,
    captures: 20,
    spill: 30,
    other: 40,
    lost: 0,
    ballast: 2 * 1024 * 1024,
  });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => statSync(join(f.parentPath, f.name)).size);
  expect(usage.totalBytes).toBe(files.reduce((sum, size) => sum + size, 0));
});

it('sums up tables', async () => {
  const store = await openTestStore(tempFolder());
  const at = DAY_0 + 3 * MICROS_PER_DAY;
  await store.commit({
    segments: [
      draftOf({ content: bytes(100), ranges: { TimeGenerated: [DAY_0 + 5, DAY_0 + 9] } }),
      draftOf({ content: bytes(100), rows: 7 }),
      draftOf({ dayNumber: 3, content: bytes(50), ranges: { TimeGenerated: [at, at + 77] } }),
      { ...draftOf({ content: bytes(1) }), table: 'Undeclared', ranges: {} },
    ],
  });
  expect((await store.summary()).tables).toEqual([
    {
      table: 'Flows',
      rows: 27,
      sizeBytes: 250,
      segments: 3,
      firstDay: '2026-03-04',
      lastDay: '2026-03-07',
      oldest: DAY_0,
      newest: at + 77,
      version: 1,
    },
    {
      table: 'Undeclared',
      rows: 10,
      sizeBytes: 1,
      segments: 1,
      firstDay: '2026-03-04',
      lastDay: '2026-03-04',
      oldest: undefined,
      newest: undefined,
      version: 1,
    },
  ]);
});
