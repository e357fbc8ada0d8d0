import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readDayState } from './day-state.ts';
import {
  azureFlow,
  DAY,
  HOUR,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
  tempFolder,
} from './fixture.ts';
import { reducePending, TEN_MINUTES } from './reduce-pending.ts';

const HOURS = 12;
const PER_HOUR = 40;
const KILLS = 6;

const entry = fileURLToPath(new URL('./reduce-once.fixture.ts', import.meta.url));

async function reduceAndKill(folder: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  await Promise.race([sleep(afterMs), ended]);
  child.kill('SIGKILL');
  await ended;
}

it('loses and repeats nothing when it is killed at any moment', async () => {
  const folder = tempFolder();
  const engine = await openTestEngine();
  const flow = (i: number) =>
    azureFlow({
      TimeGenerated: DAY + (i % HOURS) * HOUR + i * 1000,
      SrcPort: 1024 + i,
      DestIp: `10.20.2.${1 + (i % 9)}`,
    });
  const rows = Array.from({ length: HOURS * PER_HOUR }, (_, i) => flow(i));
  const filled = await openTestStore(folder);
  await storeFlows(filled, engine, rows);
  await filled.close();

  for (let kill = 0; kill < KILLS; kill++) {
    await reduceAndKill(folder, 150 + Math.random() * 900);
    const store = await openTestStore(folder);
    // What the state says was reduced is exactly what is there, hour by hour.
    const said = [...readDayState(store, '2026-03-04', TEN_MINUTES).rows].sort(([a], [b]) => a - b);
    for (const table of ['NTANetAnalytics', 'TrafficByPair']) {
      const found = new Map<number, number>();
      for (const row of await readRows(store, engine, table)) {
        const hour = Math.floor(Number(row['TimeGenerated']) / HOUR) * HOUR;
        found.set(hour, (found.get(hour) ?? 0) + Number(row['RecordCount']));
      }
      expect([...found].sort(([a], [b]) => a - b)).toEqual(said);
    }
    // Late rows between two kills must come in as well.
    const late = flow(rows.length + 1000 * kill);
    rows.push(late);
    await storeFlows(store, engine, [late]);
    await store.close();
  }

  const store = await openTestStore(folder);
  await reducePending({
    store,
    clock: () => DAY,
    enrichment: { withoutRegistries: true },
    threads: 1,
  });
  const reduced = await readRows(store, engine, 'NTANetAnalytics');
  expect(reduced.reduce((sum, r) => sum + Number(r['RecordCount']), 0)).toBe(rows.length);
}, 120_000);
