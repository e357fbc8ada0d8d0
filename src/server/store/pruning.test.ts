import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MICROS_PER_DAY, printDay } from '#core/base/index.ts';
import { DAY_0, draftOf, openTestStore, tempFolder } from './fixture.ts';
import type { Segment, SegmentQuery, TimeRange } from './index.ts';

const COLUMNS = ['TimeGenerated', 'FlowStartTime', 'FlowEndTime'] as const;

/** What `segments` promises, the slow and obvious way. */
function slowFilter(all: readonly Segment[], query: SegmentQuery): readonly Segment[] {
  return all.filter(
    (segment) =>
      segment.table === query.table &&
      (query.ranges ?? []).every(({ column, from, to }) => {
        if (from === undefined && to === undefined) return true;
        const range = segment.ranges[column];
        if (!range) return false;
        return (to === undefined || range[0] <= to) && (from === undefined || range[1] >= from);
      }),
  );
}

const instant = fc.integer({ min: DAY_0 - MICROS_PER_DAY, max: DAY_0 + 4 * MICROS_PER_DAY });
const bound = fc.option(
  fc.oneof(instant, fc.constantFrom(-Infinity, Infinity, Number.MAX_SAFE_INTEGER, -9e15, DAY_0)),
  { nil: undefined },
);
const range = fc
  .tuple(instant, instant)
  .map(([a, b]): TimeRange => [Math.min(a, b), Math.max(a, b)]);

const draft = fc
  .record({
    dayNumber: fc.integer({ min: 0, max: 3 }),
    within: fc.tuple(fc.nat(MICROS_PER_DAY - 1), fc.nat(MICROS_PER_DAY - 1)),
    start: fc.option(range, { nil: undefined }),
    end: fc.option(range, { nil: undefined }),
    table: fc.constantFrom('Flows', 'NTANetAnalytics'),
  })
  .map(({ dayNumber, within, start, end, table }) => {
    const day = DAY_0 + dayNumber * MICROS_PER_DAY;
    const time: TimeRange = [day + Math.min(...within), day + Math.max(...within)];
    const ranges = {
      TimeGenerated: time,
      ...(start && { [table === 'Flows' ? 'FlowStartTime' : 'FlowIntervalStartTime']: start }),
      ...(end && { [table === 'Flows' ? 'FlowEndTime' : 'FlowIntervalEndTime']: end }),
    };
    return draftOf({ table, day: printDay(day), ranges });
  });

const query = fc.record({
  table: fc.constant('Flows'),
  ranges: fc.array(
    fc
      .record({ column: fc.constantFrom(...COLUMNS), from: bound, to: bound })
      .map(({ column, from, to }) => ({
        column,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      })),
    { maxLength: 3 },
  ),
});

describe('segments', () => {
  it('finds what a slow filter finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(draft, { minLength: 1, maxLength: 12 }),
        fc.array(query, { minLength: 10, maxLength: 30 }),
        async (drafts, queries) => {
          const store = await openTestStore(tempFolder());
          const all = await store.commit({ segments: drafts });
          for (const one of queries) {
            const found = store.segments(one);
            expect(new Set(found)).toEqual(new Set(slowFilter(all, one)));
            expect(found.map((s) => s.day)).toEqual(found.map((s) => s.day).toSorted());
          }
          await store.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('refuses to prune by a column that has no ranges', async () => {
    const store = await openTestStore(tempFolder());
    expect(() =>
      store.segments({ table: 'Flows', ranges: [{ column: 'SrcIp', from: 1 }] }),
    ).toThrow('no datetime column SrcIp');
  });

  it('stays quick with ten thousand segments', async () => {
    const store = await openTestStore(tempFolder());
    store.state.transaction(() => {
      for (let i = 0; i < 10_000; i++) {
        const start = DAY_0 + (i % 100) * MICROS_PER_DAY;
        store.state.run(
          `INSERT INTO segment (id, table_name, day, state, owner, rows, size_bytes, crc32, is_sorted, ranges, committed_at)
           VALUES (?, 'Flows', ?, 'visible', '', 1, 1, 0, 0, ?, 0)`,
          `id-${i}`,
          printDay(start),
          JSON.stringify({ TimeGenerated: [start, start + 10], FlowStartTime: [start, start] }),
        );
      }
    });
    /** How many are found, and the least of five times, in ms: the machine may be busy with something else. */
    const timed = (ranges: SegmentQuery['ranges']) => {
      let quickest = Number.POSITIVE_INFINITY;
      let found = 0;
      for (let i = 0; i < 5; i++) {
        const before = performance.now();
        found = store.segments({ table: 'Flows', ...(ranges && { ranges }) }).length;
        quickest = Math.min(quickest, performance.now() - before);
      }
      return [found, quickest] as const;
    };
    const [everything, slow] = timed(undefined);
    const [oneDay, quick] = timed([{ column: 'TimeGenerated', from: DAY_0, to: DAY_0 + 5 }]);
    expect([everything, oneDay]).toEqual([10_000, 100]);
    expect(slow).toBeLessThan(500);
    expect(quick).toBeLessThan(25);
  });
});
