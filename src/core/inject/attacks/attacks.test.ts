import { describe, expect, it } from 'vitest';
import type { Conversation } from '#core/traffic/index.ts';
import { BadScenario, inject, type Planned } from '../scenario.ts';
import { ATTACKS } from './index.ts';

const START = Date.UTC(2026, 2, 3);
const DAY_MS = 86_400_000;
const DAYS = 3;

const live = (attacks: readonly Planned[], seed = 'a') =>
  inject({ seed, hosts: 60, days: DAYS, start: START, habits: [], attacks });

describe.each(ATTACKS.map((kind) => [kind.name, kind] as const))('%s', (name, { grid }) => {
  it('has enough shapes to tell a share of them', () => {
    expect(grid.length).toBeGreaterThanOrEqual(8);
    expect(new Set(grid.map((shape) => JSON.stringify(shape))).size).toBe(grid.length);
  });
  it.each(grid.map((shape) => [JSON.stringify(shape), shape] as const))(
    'happens: %s',
    (_, shape) => {
      const { truth, estate } = live([{ attack: name, shape }]);
      const [it] = truth;
      expect(it?.events).toBeGreaterThan(0);
      const isOdd = (c: Conversation) =>
        c.at < START ||
        c.at >= START + (DAYS + 0.5) * DAY_MS ||
        !Number.isSafeInteger(c.at) ||
        !Number.isSafeInteger(c.bytesOut) ||
        !(estate.nicOf(c.src) ?? estate.nicOf(c.dest));
      expect(it?.conversations.filter(isOdd)).toEqual([]);
      expect(it?.last).toBeGreaterThanOrEqual(START + (DAYS - 1) * DAY_MS);
    },
  );
});

const scan = { attack: 'port-scan', shape: { ports: 5, perMinute: 60, open: 0, closed: 'reset' } };
const theft = {
  attack: 'exfiltration',
  shape: { megabytes: 100, flows: 3, everySeconds: 60, port: 443 },
};

it('steps of a campaign are from one host, or from the one that was reached', () => {
  const { truth } = live([
    { ...scan, campaign: 'x' },
    { attack: 'movement', shape: { port: 445, steps: 2, gapMinutes: 9 }, campaign: 'x' },
    { ...theft, campaign: 'x', host: 'reached' },
    theft,
  ]);
  const [first, second, third, other] = truth;
  expect(second?.actor).toBe(first?.actor);
  expect(third?.actor).toBe(second?.targets.at(-1));
  expect(other?.actor).not.toBe(first?.actor);
  expect(truth.map((t) => t.story)).toEqual(['x', 'x', 'x', 'exfiltration 4']);
});

it('a scenario with more attacks than hosts, or an attack that is none, is refused', () => {
  expect(() => live(Array.from({ length: 60 }, () => scan))).toThrow(BadScenario);
  expect(() => live([{ attack: 'none', shape: {} }])).toThrow(BadScenario);
});
