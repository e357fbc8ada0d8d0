import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, MICROS_PER_SECOND } from '#core/base/index.ts';
import { realDisk } from './disk.ts';
import { DAY_0, draftOf, openTestStore, tempFolder } from './fixture.ts';
import { applyRetention, type RetentionPolicy } from './retention.ts';
import type { SegmentDraft, Store } from './store.ts';

const KIB = 1024;

const sized = (table: string, dayNumber: number, kib: number): SegmentDraft => {
  const draft = draftOf({ dayNumber, content: { bytes: new Uint8Array(kib * KIB) } });
  return { ...draft, table };
};

const policy = (more: Partial<RetentionPolicy>): RetentionPolicy => ({
  maxAge: {},
  reserveBytes: 0,
  ...more,
});

const kept = (store: Store) =>
  store
    .tables()
    .flatMap((table) => store.segments({ table }).map((s) => `${table} ${s.day.slice(-2)}`));

describe('applyRetention', () => {
  it('deletes days older than a table is kept, and says so', async () => {
    let now = DAY_0 + 10 * MICROS_PER_DAY;
    const store = await openTestStore(tempFolder(), { clock: () => now, ballastBytes: 0 });
    for (const day of [0, 5, 9])
      await store.commit({ segments: [sized('Flows', day, 1), sized('NTANetAnalytics', day, 1)] });
    const [oldest] = store.segments({ table: 'Flows' });
    const pass = await applyRetention(
      store,
      policy({ maxAge: { Flows: 5 * MICROS_PER_DAY } }),
      now,
    );
    expect(pass).toMatchObject({
      expiredSegments: 1,
      expiredBytes: KIB,
      sweptBytes: 0,
      missingBytes: 0,
    });
    expect(kept(store)).toEqual([
      'Flows 09',
      'Flows 13',
      'NTANetAnalytics 04',
      'NTANetAnalytics 09',
      'NTANetAnalytics 13',
    ]);
    expect(store.retentionLog(10)).toEqual([
      {
        at: now,
        table: 'Flows',
        day: '2026-03-04',
        segments: 1,
        rows: 10,
        sizeBytes: KIB,
        reason: 'age',
      },
    ]);
    expect(existsSync(oldest!.path), 'a query may still read it').toBe(true);
    expect(await store.sweep()).toEqual({ files: 0, sizeBytes: 0 });
    now += 3600 * MICROS_PER_SECOND;
    expect(await store.sweep()).toEqual({ files: 1, sizeBytes: KIB });
    expect(existsSync(oldest!.path)).toBe(false);
    expect((await store.usage()).parts.retired).toBe(0);
  });

  it('holds the budget: strays, the ring of packets, raw rows, rollups, each the oldest day first', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'lost'));
    writeFileSync(join(folder, 'lost', 'stray.parquet'), new Uint8Array(100 * KIB));
    const store = await openTestStore(folder, { ballastBytes: 0 });
    for (const day of [2, 1, 0, 3])
      await store.commit({
        segments: [sized('Flows', day, 100), sized('NTANetAnalytics', day, 100)],
      });
    const asked: number[] = [];
    const reclaimers = [
      { name: 'packets', reclaim: async (bytes: number) => asked.push(bytes) * 0 + 50 * KIB },
    ];
    const total = (await store.usage()).totalBytes;
    const budgetBytes = Math.floor((total - 400 * KIB) / 0.95);
    const pass = await applyRetention(store, policy({ budgetBytes, reclaimers }), DAY_0);
    expect(readdirSync(join(folder, 'lost'))).toEqual([]);
    expect(Math.round(asked[0]! / KIB)).toBe(300);
    expect(kept(store)).toEqual([
      'Flows 07',
      'NTANetAnalytics 04',
      'NTANetAnalytics 05',
      'NTANetAnalytics 06',
      'NTANetAnalytics 07',
    ]);
    expect(pass).toMatchObject({ expiredSegments: 3, missingBytes: 0 });
    expect((await store.usage()).totalBytes).toBeLessThanOrEqual(budgetBytes);

    const less = Math.floor((await store.usage()).totalBytes / 0.95 - 250 * KIB);
    await applyRetention(store, policy({ budgetBytes: less }), DAY_0);
    expect(kept(store)).toEqual(['NTANetAnalytics 06', 'NTANetAnalytics 07']);
    expect(new Set(store.retentionLog(99).map((e) => e.reason))).toEqual(new Set(['budget']));
  });

  it('says how much is missing when everything that may go has gone', async () => {
    const store = await openTestStore(tempFolder(), { ballastBytes: 0 });
    await store.commit({ segments: [sized('Flows', 0, 10)] });
    const pass = await applyRetention(store, policy({ budgetBytes: 1000 }), DAY_0);
    expect(kept(store)).toEqual([]);
    expect(pass.missingBytes).toBeGreaterThan(0);
    expect(await applyRetention(store, policy({ budgetBytes: 1000 }), DAY_0)).toMatchObject({
      expiredSegments: 0,
    });
  });

  it('keeps the newest day of each table when somebody else fills the disk, and removes files at once', async () => {
    let free = 1000 * KIB;
    const disk = {
      ...realDisk,
      freeBytes: () => free,
      remove: (path: string) => {
        free += statSync(path).size;
        return realDisk.remove(path);
      },
    };
    const store = await openTestStore(tempFolder(), { disk, ballastBytes: 0, reserveBytes: 0 });
    for (const day of [0, 1, 2])
      await store.commit({ segments: [sized('Flows', day, 10), sized('TrafficByRule', day, 10)] });
    free = 5 * KIB;
    const small = await applyRetention(store, policy({ reserveBytes: 20 * KIB }), DAY_0);
    expect(small).toMatchObject({ expiredSegments: 2, sweptBytes: 20 * KIB, missingBytes: 0 });
    expect(free).toBe(25 * KIB);
    const all = await applyRetention(store, policy({ reserveBytes: 1000 * KIB }), DAY_0);
    expect(all.missingBytes).toBeGreaterThan(900 * KIB);
    expect(kept(store)).toEqual(['Flows 06', 'TrafficByRule 06']);
    expect(store.retentionLog(1)[0]!.reason).toBe('disk');
  });
});
