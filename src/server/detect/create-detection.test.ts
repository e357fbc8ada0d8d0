import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type AnyDetector, DAY, DETECTORS, HOUR, MINUTE } from '#core/detect/index.ts';
import { pairHours } from '#core/schema/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { openStore } from '#server/store/index.ts';
import { createDetection } from './create-detection.ts';

const START = Date.UTC(2026, 2, 4, 9) * 1000;
const clock = () => Date.now() * 1000;

/** A detector that claims nothing, and tells when it looked. */
function lookout(name: string, every: number, onLook: () => void, ms = 0): AnyDetector {
  return {
    ...DETECTORS[0]!,
    name,
    reads: ['PairHours'],
    window: DAY,
    every,
    candidates: () => 'print Waited = 1',
    score: () => {
      onLook();
      const until = performance.now() + ms;
      while (performance.now() < until);
      return [];
    },
  };
}

/** A store with detectors at work in it; `grow` counts the hour once more. */
async function watched(make: (looks: string[]) => readonly AnyDetector[]) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-rounds-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = await openStore({ folder, clock });
  onTestFinished(() => store.close());
  const query = createQueryService({ store, clock, limits: { threads: 1 } });
  onTestFinished(() => query.stop());
  // The first query starts processes; a round is followed by a rest of its length.
  await query.query({ text: 'print 1', user: 'test' });
  const engine = await openDuckdb({ threads: 1 });
  onTestFinished(() => engine.close());
  let ids: readonly string[] = [];
  async function grow(hour = START): Promise<void> {
    const file = store.temporaryFile();
    await engine.run(
      `COPY (SELECT make_timestamp(${hour}) AS TimeGenerated, '10.0.0.1' AS SrcIp, '10.0.0.2' AS DestIp, 443 AS DestPort, 'T' AS L4Protocol) TO '${file}' (FORMAT parquet)`,
    );
    await store.replace(ids, [
      {
        table: pairHours.name,
        day: '2026-03-04',
        rows: 1,
        ranges: { TimeGenerated: [hour, hour] },
        isSorted: true,
        content: { file },
      },
    ]);
    ids = store.segments({ table: pairHours.name }).map((s) => s.id);
  }
  const looks: string[] = [];
  const detection = createDetection({
    store,
    query,
    clock,
    detectors: make(looks),
    quietMs: 20,
    onFindings: async () => {},
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => detection.stop());
  const count = (name: string) => looks.filter((look) => look === name).length;
  return { detection, grow, looks, count };
}

it('looks at what comes while something hourly waits for its time', async () => {
  const { detection, grow, count } = await watched((looks) => [
    lookout('quick', MINUTE, () => looks.push('quick')),
    lookout('hourly', HOUR, () => looks.push('hourly')),
  ]);
  await grow();
  detection.start();
  await vi.waitFor(() => expect([count('quick'), count('hourly')]).toEqual([1, 1]), 10_000);
  for (const looked of [2, 3, 4]) {
    await grow();
    await vi.waitFor(() => expect(count('quick')).toBe(looked), 10_000);
    // The round ends, and sets the clock for what waits, after the last look.
    await sleep(50);
  }
  expect(count('hourly')).toBe(1);
});

it('says since when something waits, though what waits was replaced', async () => {
  const { detection, grow, count } = await watched((looks) => [
    lookout('quick', MINUTE, () => looks.push('quick')),
    lookout('hourly', HOUR, () => looks.push('hourly')),
  ]);
  await grow();
  detection.start();
  await vi.waitFor(() => expect(count('hourly')).toBe(1), 10_000);
  await vi.waitFor(() => expect(detection.waiting()).toEqual({ names: [], since: undefined }));
  const before = clock();
  await grow();
  const after = clock();
  await vi.waitFor(() => expect(count('quick')).toBe(2), 10_000);
  await grow();
  await vi.waitFor(() => expect(count('quick')).toBe(3), 10_000);
  await vi.waitFor(() => expect(detection.waiting().names).toEqual(['hourly']));
  const { since } = detection.waiting();
  expect(since).toBeGreaterThanOrEqual(before);
  expect(since).toBeLessThanOrEqual(after);
  await grow(START + HOUR);
  await detection.settle();
  expect(count('hourly')).toBe(2);
  expect(detection.waiting()).toEqual({ names: [], since: undefined });
});

it('lets what is quick look between those that take long', async () => {
  const { detection, grow, looks } = await watched((seen) => [
    lookout('quick', MINUTE, () => seen.push('quick')),
    ...['a', 'b', 'c'].map((name) => lookout(name, HOUR, () => seen.push(name), 2100)),
  ]);
  await grow();
  detection.start();
  await vi.waitFor(() => expect(looks).toContain('a'), 10_000);
  await grow();
  await vi.waitFor(() => expect(looks).toContain('b'), 20_000);
  expect(looks).toEqual(['quick', 'a', 'quick', 'b']);
}, 40_000);
