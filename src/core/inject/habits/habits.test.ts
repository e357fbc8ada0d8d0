import { describe, expect, it } from 'vitest';
import type { Conversation } from '#core/traffic/index.ts';
import { DAY, Day } from '../day.ts';
import { makeEstate } from '../estate.ts';
import { HABITS } from './index.ts';

const START = Date.UTC(2026, 2, 3);

function live(name: string, seed: string): readonly Conversation[] {
  const habit = HABITS.find((h) => h.name === name);
  if (!habit) throw new Error(`no habit ${name}`);
  const told: Conversation[] = [];
  const day = { start: START, index: 0, isLast: true };
  habit.happen(new Day(makeEstate(seed, 60), day, `${seed} ${name}`, told));
  return told;
}

describe.each(HABITS.map((h) => h.name))('%s', (name) => {
  const told = live(name, 'a');
  it('happens on its day, to somebody of the estate', () => {
    const { nicOf } = makeEstate('a', 60);
    expect(told.length).toBeGreaterThan(0);
    const isOdd = (c: Conversation) =>
      c.at < START - 60_000 ||
      c.at >= START + DAY + 60_000 ||
      c.dest === '' ||
      !(nicOf(c.src) ?? nicOf(c.dest)) ||
      !Number.isSafeInteger(c.at) ||
      !Number.isSafeInteger(c.bytesOut);
    expect(told.filter(isOdd)).toEqual([]);
  });
  it('is the same for the same seed, and another for another', () => {
    const text = JSON.stringify(told);
    expect(JSON.stringify(live(name, 'a')) === text).toBe(true);
    expect(JSON.stringify(live(name, 'b')) === text).toBe(false);
  });
});

it('habits have names of their own', () => {
  expect(new Set(HABITS.map((h) => h.name)).size).toBe(HABITS.length);
});
