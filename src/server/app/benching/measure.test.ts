import { expect, it } from 'vitest';
import type { Planned } from '#core/inject/index.ts';
import { measure } from './measure.ts';
import { alarms, score } from './score.ts';

const HOSTS = 36;

/** One shape of each attack that must be found, neither the easiest nor the hardest. */
const ATTACKS: readonly Planned[] = [
  { attack: 'beacon', shape: { period: 300, events: 60, jitter: 0.2, model: 'grid', drops: 0 } },
  {
    attack: 'beacon',
    shape: { period: 900, events: 30, jitter: 0.1, model: 'relative', drops: 0 },
  },
  { attack: 'port-scan', shape: { ports: 100, perMinute: 60, open: 0.05, closed: 'reset' } },
  {
    attack: 'host-scan',
    shape: { hosts: 80, port: 22, perMinute: 20, open: 0.1, closed: 'silent' },
  },
  {
    attack: 'password-guessing',
    shape: { port: 22, attempts: 80, perMinute: 4, from: 'inside', succeeds: 1 },
  },
  { attack: 'flood', shape: { form: 'syn', sources: 60, perMinute: 800, minutes: 5 } },
  { attack: 'exposure', shape: { port: 3389, visitors: 8 } },
];

it('what is hidden in two days of a small network is found, and nothing else', async () => {
  const measured = await measure(
    {
      seed: 'test',
      hosts: HOSTS,
      days: 2,
      start: Date.UTC(2026, 1, 2),
      habits: [
        'names',
        'office',
        'time',
        'updates',
        'push',
        'meetings',
        'noise',
        'misconfiguration',
        'change',
      ],
      attacks: ATTACKS,
    },
    new AbortController().signal,
  );
  const scored = score('Weir', alarms(measured.findings), measured.injected.truth, HOSTS);
  expect(measured.failures).toEqual([]);
  expect(scored.missed.map((t) => t.id)).toEqual([]);
  expect(scored.wrong).toEqual([]);
  expect(alarms(measured.quiet)).toEqual([]);
}, 240_000);
