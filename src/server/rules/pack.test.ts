import { afterAll, beforeAll, expect, it } from 'vitest';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { createLibrary, tryRule } from './index.ts';

let service: QueryService;
beforeAll(() => {
  service = createQueryService({ store: undefined, clock: () => Date.UTC(2026, 2, 4) * 1000 });
});
afterAll(() => service.stop());

const { rules, problems } = createLibrary({ folders: [] }).current();

it('reads whole', () => {
  expect(problems).toEqual([]);
  expect(rules.length).toBeGreaterThanOrEqual(25);
});

it.each(rules.map((rule) => ({ name: rule.id, rule })))(
  '$name is complete, and does what its samples say',
  async ({ rule }) => {
    expect(rule.techniques.length).toBeGreaterThan(0);
    expect(rule.tactics.length).toBeGreaterThan(0);
    expect(rule.description.length).toBeGreaterThan(80);
    expect(rule.falsePositives.length).toBeGreaterThan(0);
    expect(rule.nextSteps.length).toBeGreaterThan(0);
    expect(rule.tests.some((t) => t.isFiring)).toBe(true);
    expect(rule.tests.some((t) => !t.isFiring)).toBe(true);
    const trials = await tryRule(service, rule);
    expect(trials.filter((t) => !t.hasPassed).map((t) => `${t.test}: ${t.why}`)).toEqual([]);
  },
  30_000,
);
