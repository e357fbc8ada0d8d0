import { expect, it } from 'vitest';
import {
  azureFlow,
  DAY,
  HOUR,
  MINUTE,
  openTestEngine,
  openTestStore,
  storeFlows,
} from '../reduce/fixture.ts';
import { nextToTake } from './tasks.ts';

it('takes an hour to its end, within reason, and segments in the order of their times', async () => {
  const engine = await openTestEngine();
  const store = await openTestStore();
  const minutes = [70, 0, 30, 59, 60];
  for (const minute of minutes)
    await storeFlows(store, engine, [
      azureFlow({ TimeGenerated: DAY + 9 * HOUR + minute * MINUTE }),
      azureFlow({ TimeGenerated: DAY + 9 * HOUR + minute * MINUTE }),
    ]);
  const taken = (limit: number) => {
    const task = nextToTake(store, limit);
    if (task?.kind !== 'take') throw new Error('there is something to take');
    return task.segments.map((s) => (s.ranges['TimeGenerated']![0] - DAY - 9 * HOUR) / MINUTE);
  };
  expect(taken(2)).toEqual([0, 30, 59]);
  expect(taken(6)).toEqual([0, 30, 59]);
  expect(taken(8)).toEqual([0, 30, 59, 60, 70]);
  expect(taken(1)).toEqual([0, 30]);
  expect(nextToTake(store, 2, 'none')).toMatchObject({ kind: 'take', day: '2026-03-04' });
});
