import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { compactOnce } from './compaction.ts';
import { openTestStore, tempFolder } from './fixture.ts';
import { draftOfRows, draftsOf, TABLES } from './kill/truth.ts';
import { duckdbMerge } from './merge.ts';

/** Another process: reads all rows again and again, each time of one moment, and says how far it saw each time. */
const READER = `
  import { openReader } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
  import { openDuckdb } from ${JSON.stringify(join(import.meta.dirname, '../duckdb/index.ts'))};
  const reader = openReader({ folder: process.argv[1], tables: new Map() });
  const engine = await openDuckdb({ threads: 1 });
  console.log('ready');
  for (;;) {
    const [position, segments] = reader.snapshot(() => [
      reader.checkpoint('input-a')?.position ?? 0,
      ['Numbers', 'Odds'].map((table) => reader.segments({ table })),
    ]);
    if (position === 0) continue;
    const counts = [];
    for (const list of segments) {
      const files = list.map((s) => "'" + s.path + "'").join(', ');
      const { rows } = await engine.run('SELECT count(*), count(DISTINCT N), max(N) FROM read_parquet([' + files + '])');
      counts.push(rows[0].map(Number).join(' '));
    }
    console.log(position + ' | ' + counts.join(' | '));
  }`;

it('is read by another process while it is written and compacted: always whole, never twice', async () => {
  const folder = tempFolder();
  const store = await openTestStore(folder, { tables: TABLES });
  const reader = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', READER, folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('ready')) await sleep(20);

  const merge = duckdbMerge({ threads: 1 });
  const eager = new Set(TABLES.keys());
  const policy = { maxRows: 10_000, maxBytes: 1 << 20, fanIn: 4, eager, quietMicros: 1 };
  let merges = 0;
  let position = 0;
  const started = Date.now();
  while (Date.now() - started < 4000) {
    const to = position + 100;
    await store.commit({
      segments: [
        ...draftsOf('input-a', position, to),
        draftOfRows('Totals', [{ at: 0, input: '', n: to }]),
      ],
      checkpoints: [
        { identity: 'input-a', source: '', object: '', position: to, state: null, from: position },
      ],
    });
    position = to;
    const sortBy = () => ['TimeGenerated'];
    if (await compactOnce(store, { merge, policy, sortBy }, Date.now() * 1000)) merges++;
  }
  reader.kill();
  const lines = said.trim().split('\n').slice(1);
  expect(lines.length).toBeGreaterThan(5);
  expect(merges).toBeGreaterThan(5);
  expect(new Set(lines).size).toBeGreaterThan(3);
  for (const line of lines) {
    const seen = Number(line.split(' ')[0]);
    const expected = `${seen} | ${seen} ${seen} ${seen - 1} | ${seen / 2} ${seen / 2} ${seen - 1}`;
    expect(line).toBe(expected);
  }
});
