import { expect, it } from 'vitest';
import { inject } from '#core/inject/index.ts';
import { findArtefacts } from './artefacts.ts';

const injected = inject({
  seed: 'test',
  hosts: 60,
  days: 1,
  start: Date.UTC(2026, 1, 2),
  habits: ['browsing', 'services', 'crowd'],
  attacks: Array.from({ length: 12 }, () => ({
    attack: 'beacon',
    shape: { period: 300, events: 60, jitter: 0.3, model: 'sleep' },
  })),
});
const areaOf = (of: typeof injected, field: string) =>
  findArtefacts(of).find((a) => a.field === field)?.area ?? 0;

it('no field that should not matter tells attacks from the rest', () => {
  for (const { field, area } of findArtefacts(injected)) expect(area, field).toBeLessThan(0.75);
});

it('an accident is noticed', () => {
  const even = (c: { readonly srcPort: number }) => ({ srcPort: c.srcPort - (c.srcPort % 2) });
  const truth = injected.truth.map((t) => ({
    ...t,
    conversations: t.conversations.map((c) => ({ ...c, ...even(c) })),
  }));
  expect(areaOf(injected, 'parity of the source port')).toBeLessThan(0.6);
  expect(areaOf({ ...injected, truth }, 'parity of the source port')).toBeGreaterThan(0.7);
});
