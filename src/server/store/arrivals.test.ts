import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MICROS_PER_DAY } from '#core/base/index.ts';
import { DAY_0, draftOf, FAST_FOLDER, openTestStore, tempFolder } from './fixture.ts';
import type { Store } from './store.ts';

/** Everything on a follower's list, taken off it. */
function drain(store: Store, follower: string): string[] {
  const seen: string[] = [];
  for (;;) {
    const arrival = store.arrivals.next(follower);
    if (!arrival) return seen;
    seen.push(`${arrival.segment}${arrival.isGone ? ' gone' : ''}`);
    store.arrivals.settle(follower, arrival.number);
  }
}

it('hands every follower each committed segment once, in order, whatever is merged meanwhile', async () => {
  const store = await openTestStore(tempFolder(FAST_FOLDER));
  const [before] = await store.commit({ segments: [draftOf()] });
  store.arrivals.follow('now', 'Flows');
  store.arrivals.follow('all', 'Flows', true);
  store.arrivals.follow('other', 'NTANetAnalytics', true);
  const [a, b] = await store.commit({ segments: [draftOf({ rows: 3 }), draftOf({ rows: 4 })] });
  const first = store.arrivals.next('now');
  expect(first).toMatchObject({ segment: a?.id, rows: 3, isGone: false });
  await store.replace([before!.id, a!.id, b!.id], [draftOf({ rows: 17 })]);
  const [c] = await store.commit({ segments: [draftOf()] });
  expect(store.arrivals.waiting('now')).toMatchObject({ rows: 17 });
  expect(existsSync(first!.path)).toBe(true);
  expect(drain(store, 'now')).toEqual([a!.id, b!.id, c!.id]);
  expect(drain(store, 'all')).toEqual([before!.id, a!.id, b!.id, c!.id]);
  expect(drain(store, 'other')).toEqual([]);
  expect(store.arrivals.waiting('now')).toEqual({ rows: 0, since: undefined });
});

it('goes on where it was after a restart', async () => {
  const folder = tempFolder(FAST_FOLDER);
  const store = await openTestStore(folder);
  store.arrivals.follow('out', 'Flows');
  const [a] = await store.commit({ segments: [draftOf()] });
  const [b] = await store.commit({ segments: [draftOf()] });
  store.arrivals.settle('out', store.arrivals.next('out')!.number);
  await store.close();
  const again = await openTestStore(folder);
  again.arrivals.follow('out', 'Flows', true);
  expect(drain(again, 'out')).toEqual([b!.id]);
  expect(a).toBeDefined();
  again.arrivals.unfollow('out');
  expect(again.arrivals.followers()).toEqual([]);
});

it('keeps files for a follower, but a week at most and not when the disk is short', async () => {
  let now = DAY_0;
  const store = await openTestStore(tempFolder(FAST_FOLDER), { clock: () => now, graceMicros: 0 });
  store.arrivals.follow('slow', 'Flows');
  const [a] = await store.commit({ segments: [draftOf()] });
  const [b] = await store.commit({ segments: [draftOf()] });
  await store.replace([a!.id, b!.id], [draftOf({ rows: 20 })]);
  now += 6 * MICROS_PER_DAY;
  await store.sweep();
  expect(store.arrivals.next('slow')).toMatchObject({ segment: a!.id, isGone: false });
  await store.sweep(1);
  expect(store.arrivals.next('slow')).toMatchObject({ segment: a!.id, isGone: true });
  now += 2 * MICROS_PER_DAY;
  await store.sweep();
  expect(drain(store, 'slow')).toEqual([`${a!.id} gone`, `${b!.id} gone`]);
  const [c] = await store.commit({ segments: [draftOf()] });
  store.expire([c!.id], 'age');
  await store.sweep();
  expect(drain(store, 'slow')).toEqual([c!.id]);
  now += 1;
  await store.sweep();
  expect(existsSync(c!.path)).toBe(false);
});
