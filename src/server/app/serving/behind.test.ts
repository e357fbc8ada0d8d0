import { expect, it } from 'vitest';
import { type BehindDeps, tellBehind } from './behind.ts';

const SECOND = 1e6;
const NOW = 1_000_000 * SECOND;
const detector = (name: string, covered: number, error = '') => ({
  name,
  lookedAt: NOW,
  upTo: NOW,
  covered,
  ms: 1,
  findings: 0,
  looks: 1,
  error,
  cut: '',
});

function told(more: Partial<BehindDeps> = {}) {
  const all = tellBehind({
    reducer: {
      state: () => ({
        isRunning: false,
        isCurrent: true,
        waitingSince: undefined,
        lastPass: null,
        lastError: null,
      }),
    },
    activity: {
      state: () => ({
        isRunning: false,
        waitingRows: 0,
        waitingSince: undefined,
        lastPass: null,
        lastError: null,
      }),
    },
    detection: {
      state: () => [detector('beacon', NOW)],
      waiting: () => ({ names: [], since: undefined }),
    },
    scheduler: { lag: () => ({ sources: [], waitMicros: 20 * SECOND }) },
    clock: () => NOW,
    ...more,
  });
  return Object.fromEntries(all.map((b) => [b.stage, b]));
}

it('says that nothing waits, and how long rules wait for late rows', () => {
  const all = told();
  for (const stage of ['reducing', 'counting', 'looking'])
    expect(all[stage]).toMatchObject({ lagSeconds: 0, says: 'Nothing waits.' });
  expect(all['rules']).toMatchObject({ lagSeconds: 20 });
});

it('says how long the oldest of what waits has been stored', () => {
  const all = told({
    activity: {
      state: () => ({
        isRunning: true,
        waitingRows: 15,
        waitingSince: NOW - 20 * SECOND,
        lastPass: null,
        lastError: null,
      }),
    },
    detection: {
      state: () => [detector('beacon', NOW - 60 * SECOND), detector('port-scan', NOW)],
      waiting: () => ({ names: ['beacon'], since: NOW - 8 * SECOND }),
    },
    scheduler: {
      lag: () => ({ sources: [{ source: 'azure-vnet', lag: 60 * SECOND }], waitMicros: 65e6 }),
    },
  });
  expect(all['counting']).toMatchObject({ lagSeconds: 20, says: expect.stringMatching('15 rows') });
  expect(all['looking']).toMatchObject({
    lagSeconds: 8,
    says: expect.stringMatching('^1 of 2 detectors, beacon among'),
  });
  expect(all['rules']?.says).toMatch('azure-vnet, whose rows come up to 60 s late');
});

it('says what failed', () => {
  const all = told({
    detection: {
      state: () => [detector('beacon', NOW, 'no memory')],
      waiting: () => ({ names: [], since: undefined }),
    },
  });
  expect(all['looking']).toMatchObject({
    hasFailed: true,
    says: expect.stringMatching('no memory'),
  });
});
