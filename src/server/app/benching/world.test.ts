import { expect, it } from 'vitest';
import type { Planned } from '#core/inject/index.ts';
import { bars } from './bars.ts';
import { claimsOf } from './claim.ts';
import { matched } from './indicators.ts';
import { scoreJoining } from './joining.ts';
import { score } from './score.ts';
import { liveThrough } from './world.ts';

const HOSTS = 46;
const START = Date.UTC(2026, 1, 2);

/** A shape of each attack that must be found, neither the easiest nor the hardest, and one intruder with three steps. */
const ATTACKS: readonly Planned[] = [
  { attack: 'beacon', shape: { period: 300, events: 60, jitter: 0.2, model: 'grid' } },
  { attack: 'beacon', shape: { period: 900, events: 40, jitter: 0.1, model: 'sleep' } },
  { attack: 'beacon', shape: { period: 300, events: 100, jitter: 0.5, model: 'grid' } },
  { attack: 'port-scan', shape: { ports: 100, perMinute: 60, open: 0.05, closed: 'reset' } },
  {
    attack: 'host-scan',
    shape: { hosts: 80, port: 22, perMinute: 20, open: 0.1, closed: 'silent' },
  },
  {
    attack: 'password-guessing',
    shape: { port: 22, attempts: 80, perMinute: 4, side: 'inside', succeeds: 1 },
  },
  { attack: 'flood', shape: { form: 'syn', sources: 60, perMinute: 800, minutes: 4 } },
  { attack: 'exposure', shape: { port: 3389, visitors: 8 } },
  { attack: 'contact', shape: { form: 'call', times: 1, listed: 'before' } },
  { attack: 'contact', shape: { form: 'visit', times: 1, listed: 'after' } },
  {
    attack: 'host-scan',
    shape: { hosts: 120, port: 3389, perMinute: 30, open: 0.05, closed: 'silent', from: 8 },
    campaign: 'a burglary',
  },
  {
    attack: 'password-guessing',
    shape: { port: 3389, attempts: 200, perMinute: 20, side: 'inside', succeeds: 1, from: 9.5 },
    campaign: 'a burglary',
  },
  {
    attack: 'exfiltration',
    shape: { megabytes: 4000, flows: 20, everySeconds: 180, port: 443, from: 12 },
    campaign: 'a burglary',
  },
];

/** Those that make many rows and are measured by the long run only are left out. */
const HABITS = [
  'names',
  'office',
  'time',
  'updates',
  'push',
  'meetings',
  'noise',
  'misconfiguration',
  'change',
  'leases',
  'printing',
] as const;

it('what is hidden in two days of a small network meets every bar', async () => {
  const scenario = {
    seed: 'test',
    hosts: HOSTS,
    days: 2,
    start: START,
    habits: HABITS,
    attacks: ATTACKS,
  };
  const work = { signal: new AbortController().signal, tell: () => {} };
  await liveThrough(scenario, 'vnet', work, async (world) => {
    const { truth } = world.injected;
    const scored = score('Weir', claimsOf(world.alerts), truth, HOSTS);
    const joining = scoreJoining(world, truth);
    const contacts = matched(world.findings, truth);
    expect(world.failures).toEqual([]);
    const missed = scored.missed.filter((t) => !contacts.has(t));
    expect(missed.map((t) => t.id)).toEqual([]);
    expect(scored.wrong.map((c) => c.text)).toEqual([]);
    expect(joining.perStory.get('a burglary')).toBe(1);
    const judged = bars({ ours: scored, contacts, joining, truth });
    expect(judged).toHaveLength(9);
    expect(judged.filter(({ isMet }) => !isMet)).toEqual([]);
  });
}, 240_000);
