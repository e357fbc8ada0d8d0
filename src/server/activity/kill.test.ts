import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  azureFlow,
  DAY,
  HOUR,
  openTestEngine,
  openTestStore,
  readRows,
  storeFlows,
  tempFolder,
} from '../reduce/fixture.ts';
import { activityPending } from './activity-pending.ts';
import { ACTIVITY_SOURCE } from './day-state.ts';

const COMMITS = 8;
const PER_COMMIT = 60;
const KILLS = 4;

const entry = fileURLToPath(new URL('./count-once.fixture.ts', import.meta.url));

async function countAndKill(folder: string, afterMs: number): Promise<void> {
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
  let stored = 0;
  const rows = (n: number) =>
    Array.from({ length: n }, () => {
      stored++;
      const TimeGenerated = DAY + (stored % 3) * HOUR + stored * 1000;
      return azureFlow({
        TimeGenerated,
        SrcPort: 1024 + stored,
        DestIp: `10.20.2.${1 + (stored % 9)}`,
      });
    });
  const filled = await openTestStore(folder);
  for (let i = 0; i < COMMITS; i++) await storeFlows(filled, engine, rows(PER_COMMIT));
  await filled.close();

  for (let kill = 0; kill < KILLS; kill++) {
    await countAndKill(folder, 300 + Math.random() * 1500);
    const store = await openTestStore(folder);
    // What is counted is exactly what is in the segments that are taken.
    const takers = store.takers('Flows');
    const taken = store
      .segments({ table: 'Flows' })
      .filter((s) => takers.get(s.id)?.includes(ACTIVITY_SOURCE));
    const expected = taken.reduce((sum, s) => sum + s.rows, 0);
    const pairs = await readRows(store, engine, 'PairHours');
    expect(pairs.reduce((sum, r) => sum + Number(r['RecordCount']), 0)).toBe(expected);
    const hosts = await readRows(store, engine, 'HostHours');
    expect(hosts.reduce((sum, r) => sum + Number(r['RecordCount']), 0)).toBe(2 * expected);
    // Late rows between two kills must come in as well.
    await storeFlows(store, engine, rows(1));
    await store.close();
  }

  const store = await openTestStore(folder);
  await activityPending({ store, enrichment: { withoutRegistries: true }, threads: 1 });
  for (const [table, times] of [
    ['PairHours', 1],
    ['HostHours', 2],
  ] as const) {
    const counted = await readRows(store, engine, table);
    expect(counted.reduce((sum, r) => sum + Number(r['RecordCount']), 0)).toBe(stored * times);
  }
  const keys = (await readRows(store, engine, 'PairHours')).map(
    (r) => `${r['TimeGenerated']} ${r['DestIp']}`,
  );
  expect(new Set(keys).size).toBe(keys.length);
}, 120_000);
