import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type AnyDetector, DAY, DETECTORS, makeKnowledge } from '#core/detect/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { openStore } from '#server/store/index.ts';
import { lookOnce } from './detect-window.ts';
import { openDetectionState } from './detection-state.ts';

const START = Date.UTC(2026, 2, 4) * 1000;
const span = { from: START, to: START + DAY, knownFrom: START };
const clock = () => Date.now() * 1000;

/** A detector with so many candidates, none of which it claims anything of. */
const withCandidates = (count: number): AnyDetector => ({
  ...DETECTORS[0]!,
  candidates: () => `range x from 1 to ${count} step 1`,
  score: () => [],
});

it('tells of candidates that an answer could not hold, until a look sees all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = await openStore({ folder, clock });
  onTestFinished(() => store.close());
  const query = createQueryService({ store, clock, limits: { threads: 1, maxRows: 10 } });
  onTestFinished(() => query.stop());
  const state = openDetectionState(store.state);
  const name = DETECTORS[0]!.name;

  const look = async (count: number) => {
    const done = await lookOnce(withCandidates(count), span, makeKnowledge(), { store, query });
    state.note(done, clock(), 1);
    return done.cut;
  };
  expect(await look(11)).toMatch(/^More was worth scoring .*\(10 rows\): the first 10 rows/);
  expect(state.of(name)).toMatchObject({ cut: expect.stringMatching('10 rows'), error: '' });
  expect(await look(10)).toBeUndefined();
  expect(state.of(name).cut).toBe('');
});
