import { truncateSync, unlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_SECOND } from '#core/base/index.ts';
import { COMPACTION, chooseMerge, compactOnce, type Merge } from './compaction.ts';
import { SegmentsGone } from './errors.ts';
import { DAY_0, draftOf, openTestStore, tempFolder } from './fixture.ts';
import type { Segment } from './store.ts';

const segmentOf = (id: number, rows: number, committedAt: number, day = '2026-03-04'): Segment => ({
  id: String(id),
  table: 'Flows',
  day,
  rows,
  sizeBytes: rows * 25,
  tier: 'hot',
  path: '',
  ranges: {},
  isSorted: false,
  committedAt,
});

/** Concatenates nothing: one draft with the sum of the rows. */
const sumMerge: Merge = async (segments) => [
  draftOf({
    day: segments[0]!.day,
    rows: segments.reduce((sum, s) => sum + s.rows, 0),
    ranges: segments[0]!.ranges,
    isSorted: true,
  }),
];

describe('chooseMerge', () => {
  it('rewrites each row a logarithmic number of times and leaves few segments', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 200, maxLength: 2000 }),
        fc.constantFrom(1, 30 * 60 * MICROS_PER_SECOND),
        (commits, pause) => {
          let segments: Segment[] = [];
          let now = DAY_0;
          let rewritten = 0;
          let most = 0;
          for (const [i, rows] of commits.entries()) {
            now += pause;
            segments.push(segmentOf(i, rows, now));
            for (;;) {
              const chosen = chooseMerge(segments, COMPACTION, now);
              if (chosen.length === 0) break;
              const sum = chosen.reduce((total, s) => total + s.rows, 0);
              expect(chosen.length).toBeGreaterThan(1);
              expect(Math.max(...chosen.map((s) => s.rows)) * 2).toBeLessThanOrEqual(sum);
              expect(sum).toBeLessThanOrEqual(COMPACTION.maxRows);
              rewritten += sum;
              segments = segments.filter((s) => !chosen.includes(s));
              segments.push(segmentOf(100_000 + i, sum, now));
            }
            const small = segments.filter((s) => s.rows < COMPACTION.maxRows / 4);
            most = Math.max(most, small.length);
          }
          const total = commits.reduce((sum, rows) => sum + rows, 0);
          expect(segments.reduce((sum, s) => sum + s.rows, 0)).toBe(total);
          expect(rewritten / total).toBeLessThanOrEqual(Math.log2(COMPACTION.maxRows));
          expect(most).toBeLessThan(40);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('costs a steady stream about four rewrites', () => {
    let segments: Segment[] = [];
    let rewritten = 0;
    for (let i = 0; i < 10_000; i++) {
      segments.push(segmentOf(i, 400, DAY_0 + i));
      const chosen = chooseMerge(segments, COMPACTION, DAY_0 + i);
      if (chosen.length === 0) continue;
      const sum = chosen.reduce((total, s) => total + s.rows, 0);
      rewritten += sum;
      segments = segments.filter((s) => !chosen.includes(s)).concat(segmentOf(-i, sum, DAY_0 + i));
    }
    expect(rewritten / (10_000 * 400)).toBeLessThan(5);
    expect(segments.length).toBeLessThan(40);
  });

  it('never mixes days, and leaves a day that is written to until enough has come', () => {
    const two = [segmentOf(1, 10, DAY_0), segmentOf(2, 10, DAY_0)];
    expect(chooseMerge(two, COMPACTION, DAY_0 + 1)).toEqual([]);
    const later = DAY_0 + COMPACTION.quietMicros;
    expect(chooseMerge(two, COMPACTION, later)).toEqual(two);
    const apart = [segmentOf(1, 10, DAY_0), segmentOf(2, 10, DAY_0, '2026-03-05')];
    expect(chooseMerge(apart, COMPACTION, later)).toEqual([]);
    const many = Array.from({ length: 20 }, (_, i) => segmentOf(i, 10, DAY_0));
    const reduced = many.map((s) => ({ ...s, table: 'NTANetAnalytics' }));
    expect(chooseMerge(many, COMPACTION, DAY_0 + 1)).toHaveLength(20);
    expect(chooseMerge(reduced, COMPACTION, DAY_0 + 1)).toEqual([]);
    expect(chooseMerge(reduced, COMPACTION, later)).toHaveLength(20);
  });
});

describe('compactOnce', () => {
  const later = () => Date.now() * 1000 + COMPACTION.quietMicros + 1;

  it('replaces the segments of a day by one', async () => {
    const store = await openTestStore(tempFolder());
    await store.commit({ segments: [draftOf(), draftOf(), draftOf({ dayNumber: 1 })] });
    expect(await compactOnce(store, { merge: sumMerge }, later())).toEqual({
      table: 'Flows',
      day: '2026-03-04',
      before: 2,
      after: 1,
      rows: 20,
    });
    expect(await compactOnce(store, { merge: sumMerge }, later())).toBeUndefined();
    expect(store.segments({ table: 'Flows' }).map((s) => [s.day, s.rows])).toEqual([
      ['2026-03-04', 20],
      ['2026-03-05', 10],
    ]);
  });

  it('keeps the old segments when a merge makes another number of rows', async () => {
    const store = await openTestStore(tempFolder());
    const old = await store.commit({ segments: [draftOf(), draftOf()] });
    const merge: Merge = async () => [draftOf({ rows: 19 })];
    await expect(compactOnce(store, { merge }, later())).rejects.toThrow('19 rows of 20');
    expect(store.segments({ table: 'Flows' })).toEqual(old);
  });

  it('gives way to whoever removed a segment meanwhile', async () => {
    const store = await openTestStore(tempFolder());
    const old = await store.commit({ segments: [draftOf(), draftOf()] });
    const merge: Merge = async (segments, how) => {
      store.expire([old[0]!.id], 'age');
      return sumMerge(segments, how);
    };
    expect(await compactOnce(store, { merge }, later())).toBeUndefined();
    expect(store.segments({ table: 'Flows' })).toEqual([old[1]]);
  });

  it('sets segments aside that cannot be read, and merges the others', async () => {
    const store = await openTestStore(tempFolder());
    const bytes = new TextEncoder().encode('PAR1 not really PAR1');
    const draft = draftOf({ content: { bytes } });
    const old = await store.commit({ segments: [draft, draft, draft, draft] });
    unlinkSync(old[0]!.path);
    truncateSync(old[1]!.path, 5);
    const merge: Merge = async (segments, how) => {
      if (segments.length > 2) throw new Error('cannot read');
      return sumMerge(segments, how);
    };
    const done = await compactOnce(store, { merge }, later());
    expect(done).toMatchObject({ before: 2, after: 1, rows: 20 });
    expect((await store.check({ ids: old.map((s) => s.id) })).map((f) => f.code)).toEqual([
      'segment-missing',
      'segment-size',
    ]);
    const failing: Merge = () => Promise.reject(new Error('another reason'));
    await store.commit({ segments: [draft, draft] });
    await expect(compactOnce(store, { merge: failing }, later())).rejects.toThrow('another reason');
  });
});

describe('segments that somebody took', () => {
  it('are merged among themselves, and stay taken', async () => {
    const store = await openTestStore(tempFolder());
    const all = [];
    for (let i = 0; i < 20; i++) all.push(...(await store.commit({ segments: [draftOf()] })));
    const taken = all.slice(0, 10).map((s) => s.id);
    await store.commit({ segments: [], taken: { by: 'counter', segments: taken } });
    const held = new Set([all[19]!.id]);
    const now = Date.now() * 1000;
    for (;;) {
      const deps = { merge: sumMerge, isHeld: (s: Segment) => held.has(s.id) };
      if (!(await compactOnce(store, deps, now))) break;
    }
    const takers = store.takers('Flows');
    const left = store.segments({ table: 'Flows' });
    expect(left.map((s) => [s.rows, takers.get(s.id) ?? []])).toContainEqual([100, ['counter']]);
    expect(left.reduce((sum, s) => sum + s.rows, 0)).toBe(200);
    const ofTaker = left.filter((s) => takers.get(s.id)?.includes('counter'));
    expect(ofTaker.reduce((sum, s) => sum + s.rows, 0)).toBe(100);
    expect(left.map((s) => s.id)).toContain(all[19]!.id);
  });

  it('cannot be taken once they are gone', async () => {
    const store = await openTestStore(tempFolder());
    const [one] = await store.commit({ segments: [draftOf()] });
    await store.replace([one!.id], [draftOf()]);
    const taking = store.commit({
      segments: [draftOf()],
      taken: { by: 'counter', segments: [one!.id] },
    });
    await expect(taking).rejects.toThrow(SegmentsGone);
    expect(store.segments({ table: 'Flows' })).toHaveLength(1);
    expect(store.takers('Flows').size).toBe(0);
  });
});
