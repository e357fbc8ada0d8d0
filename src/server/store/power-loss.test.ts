import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { type Disk, realDisk } from './disk.ts';
import { checkpointOf, DAY_0, draftOf, FAST_FOLDER, tempFolder } from './fixture.ts';
import { openStore } from './index.ts';
import { createRandom } from './kill/random.ts';

/**
 * A disk whose power fails at the given operation. What was made since and whose name no fsync of its folder made
 * durable is then lost, which POSIX allows; `loseUnsynced` loses it.
 */
function fragileDisk(fatal: number): Disk & { loseUnsynced(): void } {
  const unsynced = new Set<string>();
  let count = 0;
  async function step<T>(work: () => Promise<T>): Promise<T> {
    if (++count >= fatal) throw new Error('the power failed');
    return work();
  }
  return {
    ...realDisk,
    write: (path, bytes) =>
      step(async () => {
        unsynced.add(path);
        return realDisk.write(path, bytes);
      }),
    sync: (path) => step(() => realDisk.sync(path)),
    rename: (from, to) =>
      step(async () => {
        await realDisk.rename(from, to);
        unsynced.add(to);
      }),
    syncFolder: (path) =>
      step(async () => {
        await realDisk.syncFolder(path);
        for (const name of unsynced) if (dirname(name) === path) unsynced.delete(name);
      }),
    async makeFolder(path, root) {
      for (let inner = path; inner.length > root.length; inner = dirname(inner))
        if (!existsSync(inner)) unsynced.add(inner);
      await realDisk.makeFolder.call(this, path, root);
    },
    remove: (path) => step(() => realDisk.remove(path)),
    loseUnsynced() {
      for (const path of unsynced) rmSync(path, { recursive: true, force: true });
    },
  };
}

it('keeps every acknowledged change over a loss of power at any operation', async () => {
  let lost = 0;
  for (let fatal = 1; fatal <= 60; fatal++) {
    const random = createRandom(fatal);
    const folder = tempFolder(FAST_FOLDER);
    const disk = fragileDisk(fatal);
    const first = await openStore({ folder, clock: () => DAY_0, disk, ballastBytes: 0 });
    const acknowledged: number[] = [];
    const draft = (n: number) =>
      draftOf({
        dayNumber: random(3),
        content: { bytes: new TextEncoder().encode(`change ${n}`) },
      });
    await Promise.allSettled(
      Array.from({ length: 8 }, async (_, n) => {
        await first.commit({
          segments: [draft(n), draft(n)],
          checkpoints: [checkpointOf(n + 1, 0, `input-${n}`)],
        });
        acknowledged.push(n);
      }),
    );
    await first.close();
    disk.loseUnsynced();
    lost += 8 - acknowledged.length;

    const second = await openStore({ folder, clock: () => DAY_0, ballastBytes: 0 });
    const contents = second
      .segments({ table: 'Flows' })
      .map(({ path }) => readFileSync(path, 'utf8'))
      .sort();
    const expected = acknowledged.flatMap((n) => [`change ${n}`, `change ${n}`]).sort();
    expect(contents, `power lost at operation ${fatal}`).toEqual(expected);
    expect(second.checkpoints().map((c) => c.identity)).toEqual(
      acknowledged.map((n) => `input-${n}`).sort(),
    );
    await second.close();
  }
  expect(lost).toBeGreaterThan(50);
});
