import { expect, it, onTestFinished } from 'vitest';
import {
  azureFlow,
  DAY,
  HOUR,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from './fixture.ts';
import { createReducer, reducedUpTo } from './reducer.ts';

it('follows the store, settles, stores topology, and stops', async () => {
  const store = await openTestStore();
  const engine = await openTestEngine();
  const passes: number[] = [];
  const errors: unknown[] = [];
  const reducer = createReducer({
    store,
    clock: () => DAY + 24 * HOUR,
    enrichment: {
      withoutRegistries: true,
      topology: [{ name: 'n', value: { networks: [{ name: 'v', cidrs: ['10.20.0.0/16'] }] } }],
    },
    threads: 1,
    quietMs: 20,
    onPass: ({ rows }) => passes.push(rows),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => reducer.stop());
  expect(reducedUpTo(store)).toBeNull();
  reducer.start();
  await storeFlows(store, engine, [azureFlow({})]);
  expect(reducer.state().isCurrent).toBe(false);
  await expect.poll(() => passes, { timeout: 15_000 }).toEqual([1]);
  await storeFlows(store, engine, [
    azureFlow({ SrcPort: 2 }),
    azureFlow({ TimeGenerated: DAY + 12 * HOUR }),
  ]);
  await reducer.settle();
  expect(reducer.state()).toMatchObject({
    isCurrent: true,
    waitingSince: undefined,
    lastError: null,
  });
  const rows = await readRows(store, engine, 'NTANetAnalytics');
  expect(rows.map((r) => [r['FlowType'], r['RecordCount']]).sort()).toEqual([
    ['IntraVNet', 1],
    ['IntraVNet', 2],
  ]);
  expect(reducedUpTo(store)).toBe(DAY + 12 * HOUR + 600_000_000);
  expect(await readRows(store, engine, 'NTATopologyDetails')).toHaveLength(2);
  await reducer.stop();
  await storeFlows(store, engine, [azureFlow({ SrcPort: 3 })]);
  expect(reducer.state()).toMatchObject({ isRunning: false, isCurrent: false });
  const stored = store.segments({ table: 'Flows' }).map((s) => s.committedAt);
  expect(reducer.state().waitingSince).toBe(Math.max(...stored));
  expect(errors).toEqual([]);
}, 30_000);

it('says what is wrong, and tries again', async () => {
  const store = await openTestStore();
  const engine = await openTestEngine();
  await storeFlows(store, engine, [azureFlow({})]);
  const reducer = createReducer({
    store,
    clock: () => DAY,
    enrichment: { indicators: ['nowhere.txt'], withoutRegistries: true },
    threads: 1,
  });
  onTestFinished(() => reducer.stop());
  await expect(reducer.settle()).rejects.toThrow(/nowhere\.txt/);
  expect(reducer.state().lastError).toMatch(/nowhere\.txt/);
}, 30_000);
