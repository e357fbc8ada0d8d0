import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkpointOf, DAY_0, draftOf, openTestStore } from './fixture.ts';
import { createKeeper, openStore, realDisk, StorageFull, type UpkeepEvent } from './index.ts';

const MIB = 1024 * 1024;

/** A file system of 16 MiB, or undefined where this user may not mount one. */
function mountSmall(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'weir-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'pipe' });
    return folder;
  } catch {
    // Not root, or a container without the right to mount: the tests below are skipped and say so.
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

function unmount(folder: string): void {
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
}

const probe = mountSmall();
if (probe) unmount(probe);

function smallDisk(): string {
  const folder = mountSmall()!;
  onTestFinished(() => unmount(folder));
  return folder;
}

const big = (mebibytes: number, dayNumber = 0) =>
  draftOf({ dayNumber, content: { bytes: new Uint8Array(mebibytes * MIB).fill(7) } });

/** Leaves only so many bytes on the disk, as another program would. */
function fill(folder: string, leave = 0): void {
  const free = realDisk.freeBytes(folder);
  writeFileSync(join(folder, 'of-somebody-else'), new Uint8Array(Math.max(0, free - leave)));
}

const empty = (folder: string) => rmSync(join(folder, 'of-somebody-else'));

describe.skipIf(!probe)('a full disk (needs the right to mount a tmpfs)', () => {
  it('fails a commit as a whole, says what to do, and goes on once there is room', async () => {
    const folder = smallDisk();
    const store = await openTestStore(folder, { reserveBytes: 0 });
    await store.commit({ segments: [big(4)], checkpoints: [checkpointOf(4, 0)] });
    fill(folder, 2 * MIB);
    const refused = store.commit({ segments: [big(4)], checkpoints: [checkpointOf(8, 4)] });
    await expect(refused).rejects.toThrow(StorageFull);
    await expect(refused).rejects.toThrow('Free some room');
    expect(store.checkpoint('input-1')?.position).toBe(4);
    expect(store.segments({ table: 'Flows' })).toHaveLength(1);
    empty(folder);
    await store.commit({ segments: [big(4)], checkpoints: [checkpointOf(8, 4)] });
    expect(store.checkpoint('input-1')?.position).toBe(8);
  });

  it('survives that the disk fills up in the middle of writing', async () => {
    const folder = smallDisk();
    const disk = { ...realDisk, freeBytes: () => 1e12 };
    const store = await openTestStore(folder, { disk, reserveBytes: 0 });
    await store.commit({ segments: [big(4)], checkpoints: [checkpointOf(4, 0)] });
    const refused = store.commit({
      segments: [big(1), big(12), big(1)],
      checkpoints: [checkpointOf(18, 4)],
    });
    await expect(refused).rejects.toThrow(StorageFull);
    const [only] = store.segments({ table: 'Flows' });
    expect(readdirSync(join(folder, 'tables', 'Flows', 'day=2026-03-04'))).toEqual([
      `${only!.id}.parquet`,
    ]);
    expect(store.state.all(`SELECT id FROM segment WHERE state <> 'visible'`)).toEqual([]);
    await store.commit({ segments: [big(4)], checkpoints: [checkpointOf(8, 4)] });
    expect(store.checkpoint('input-1')?.position).toBe(8);
  });

  it('writes down what it deletes when weir.db has no room to grow either', async () => {
    const folder = smallDisk();
    const store = await openTestStore(folder, { reserveBytes: 0, clock: () => DAY_0 });
    for (let day = 0; day < 3; day++) await store.commit({ segments: [big(2, day)] });
    const [oldest] = store.segments({ table: 'Flows' });
    store.state.exec('CREATE TABLE filler (bytes BLOB)');
    fill(folder);
    const stuff = () => {
      for (let i = 0; i < 100; i++)
        store.state.run('INSERT INTO filler VALUES (?)', new Uint8Array(MIB / 4));
    };
    expect(stuff).toThrow('full');
    expect(existsSync(join(folder, 'ballast'))).toBe(true);
    store.expire([oldest!.id], 'disk');
    expect(existsSync(join(folder, 'ballast'))).toBe(false);
    expect(store.retentionLog(9)).toHaveLength(1);
    expect(await store.sweep(1)).toEqual({ files: 1, sizeBytes: 2 * MIB });
    await store.commit({ segments: [big(1, 3)] });
    expect(store.segments({ table: 'Flows' })).toHaveLength(3);
  });

  it('starts on a full disk', async () => {
    const folder = smallDisk();
    const first = await openStore({ folder, clock: () => DAY_0, reserveBytes: 0 });
    await first.commit({ segments: [big(2)], checkpoints: [checkpointOf(2, 0)] });
    await first.close();
    fill(folder);
    const second = await openTestStore(folder, { reserveBytes: 0 });
    expect(second.checkpoint('input-1')?.position).toBe(2);
    await expect(second.commit({ segments: [big(3)] })).rejects.toThrow(StorageFull);
  });

  it('makes room for commits by itself, oldest day first, and recovers alone', async () => {
    const folder = smallDisk();
    const store = await openTestStore(folder, { reserveBytes: MIB });
    const events: UpkeepEvent[] = [];
    const keeper = createKeeper({
      store,
      clock: () => DAY_0,
      merge: async () => [],
      retention: () => ({ maxAge: {}, reserveBytes: 2 * MIB }),
      onEvent: (event) => events.push(event),
    });
    keeper.start();
    for (let day = 0; day < 12; day++) await store.commit({ segments: [big(3, day)] });
    await keeper.stop();
    const days = store.segments({ table: 'Flows' }).map((s) => s.day);
    expect(days.at(-1)).toBe('2026-03-15');
    expect(days.length).toBeLessThan(5);
    const deleted = store.retentionLog(99).map((e) => e.day);
    expect(deleted.toReversed()).toEqual(deleted.toSorted());
    expect(deleted.length + days.length).toBe(12);
    expect(new Set(events.map((e) => e.kind))).toEqual(new Set(['retained']));
  });
});
