import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import {
  azureFlow,
  DAY,
  HOUR,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from '../reduce/fixture.ts';
import { createActivity } from './activity.ts';

it('follows the store, says what waits, and tries again after a failure', async () => {
  const engine = await openTestEngine();
  const store = await openTestStore();
  const errors: unknown[] = [];
  let passes = 0;
  let failing = true;
  const activity = createActivity({
    store,
    clock: () => Date.now() * 1000,
    enrichment: { withoutRegistries: true },
    threads: 1,
    quietMs: 5,
    settledMs: 20,
    startChild: async (setup) => {
      if (failing) throw new Error('no process today');
      const { startLocalChild } = await import('./local-child.ts');
      return startLocalChild(setup);
    },
    onError: (error) => errors.push(error),
    onPass: () => passes++,
  });
  onTestFinished(() => activity.stop());
  activity.start();
  await storeFlows(store, engine, [azureFlow({ TimeGenerated: DAY + 10 * HOUR })]);
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await sleep(5);
  };
  await until(() => errors.length > 0);
  expect(activity.state()).toMatchObject({ waitingRows: 1, lastError: 'no process today' });
  failing = false;
  await until(() => passes >= 2);
  expect(activity.state()).toMatchObject({ waitingRows: 0, lastError: null });
  await until(() => store.segments({ table: 'PairDays' }).length > 0);

  await storeFlows(store, engine, [azureFlow({ TimeGenerated: DAY + 11 * HOUR })]);
  await activity.settle();
  const pairs = await readRows(store, engine, 'PairHours');
  expect(pairs.map((p) => p['Flows'])).toEqual([1, 1]);
  expect((await readRows(store, engine, 'PairDays')).map((p) => p['Hours'])).toEqual([2]);
  await activity.stop();
  await activity.stop();
}, 60_000);
