import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { COMPACTION, type Merge } from './compaction.ts';
import { DAY_0, draftOf, openTestStore, tempFolder } from './fixture.ts';
import { createKeeper, type UpkeepEvent } from './keeper.ts';

/** Passes the shallow check, so that a merge that fails is not blamed on it. */
const CONTENT = { bytes: new TextEncoder().encode('PAR1PAR1') };

it('compacts and retains in turns, tells of failures, and goes on', async () => {
  const store = await openTestStore(tempFolder(), { clock: () => DAY_0 });
  await store.commit({ segments: [draftOf({ dayNumber: -30, content: CONTENT })] });
  await store.commit({ segments: [draftOf({ content: CONTENT }), draftOf({ content: CONTENT })] });
  const [kept] = await store.commit({ segments: [draftOf({ dayNumber: 1, content: CONTENT })] });
  store.setDamaged([kept!.id], true);
  const events: UpkeepEvent[] = [];
  let calls = 0;
  const merge: Merge = async () => {
    if (++calls === 1) throw new Error('the first time fails');
    return [draftOf({ rows: 20, content: CONTENT })];
  };
  const keeper = createKeeper({
    store,
    clock: () => DAY_0 + COMPACTION.quietMicros,
    merge,
    retention: () => ({ maxAge: { Flows: 10 * MICROS_PER_DAY }, reserveBytes: 0 }),
    onEvent: (event) => events.push(event),
    compactEveryMs: 5,
    retainEveryMs: 5,
  });
  keeper.start();
  for (let waited = 0; waited < 5000 && events.length < 4; waited += 10) await sleep(10);
  await keeper.stop();
  await keeper.stop();
  expect(new Set(events.map((e) => e.kind))).toEqual(
    new Set(['healed', 'retained', 'failed', 'compacted']),
  );
  expect(store.segments({ table: 'Flows' }).map((s) => [s.day, s.rows])).toEqual([
    ['2026-03-04', 20],
    ['2026-03-05', 10],
  ]);
  const before = events.length;
  await sleep(50);
  expect(events.length, 'nothing runs after stop').toBe(before);
});
