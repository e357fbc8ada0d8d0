import { expect, it } from 'vitest';
import { runRounds } from './rounds.ts';

it('loses nothing and stores nothing twice, killed at random points', {
  timeout: 300_000,
}, async () => {
  const seeds = [Date.now() % 1_000_000, 1];
  const [a, b] = await Promise.all(seeds.map((seed) => runRounds(30, seed)));
  for (const told of [a!, b!]) {
    expect(told.rounds).toBe(30);
    expect(told.stored).toBeGreaterThan(30);
    expect(told.rows).toBeGreaterThan(100);
    expect(told.merged + told.totals).toBeGreaterThan(0);
    expect(told.expired).toBeGreaterThan(0);
    expect(told.abandoned).toBeGreaterThan(0);
  }
});
