import {
  DAY,
  type FlowRow,
  HOUR,
  MINUTE,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
} from './fixture.ts';
import { startLocalChild } from './local-child.ts';
import { type ReduceOptions, reducePending } from './reduce-pending.ts';

/** So many minutes after ten o'clock of the day of the tests. */
export const at = (minutes: number) => DAY + 10 * HOUR + minutes * MINUTE;

export const TOPOLOGY = {
  name: 'networks.yaml',
  value: {
    scope: 'sub-1',
    networks: [
      {
        name: 'shop-vnet',
        group: 'shop-rg',
        cidrs: ['10.20.0.0/16'],
        subnets: [{ name: 'app', cidrs: ['10.20.1.0/24'] }],
      },
    ],
  },
};

/** Rows of Flows, reduced: the tables, and what reduces again. */
export async function reduced(
  rows: readonly FlowRow[],
  enrichment: ReduceOptions['enrichment'] = {},
) {
  const store = await openTestStore();
  const engine = await openTestEngine();
  await storeFlows(store, engine, rows);
  const options = {
    store,
    enrichment: { withoutRegistries: true, ...enrichment },
    clock: () => DAY + 24 * HOUR,
    threads: 1,
    startChild: startLocalChild,
    rowsPerJob: 20,
  };
  const again = () => reducePending(options);
  await again();
  return { store, engine, options, again, read: (table: string) => readRows(store, engine, table) };
}

/** The named columns of each row. */
export const pick = (rows: readonly Record<string, unknown>[], ...names: string[]) =>
  rows.map((row) => Object.fromEntries(names.map((n) => [n, row[n]])));
/** Of a counter over all rows. */
export const total = (rows: readonly Record<string, unknown>[], name: string) =>
  rows.reduce((sum, r) => sum + Number(r[name]), 0);
