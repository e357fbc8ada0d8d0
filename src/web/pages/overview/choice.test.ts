import { expect, test } from 'vitest';
import type { Scope } from '#web/query/index.ts';
import { ALL_FILTERS, type Choice, choose } from './choice.ts';
import { PANELS } from './panels.ts';

const HOUR = 3_600_000;
const at = (iso: string) => Date.parse(iso);
const scope = (part: Partial<Scope> = {}): Scope => ({
  interval: { from: at('2026-03-02T10:00Z'), to: at('2026-03-03T10:41Z') },
  previous: { from: at('2026-03-01T10:00Z'), to: at('2026-03-02T10:41Z') },
  filters: {},
  isOpen: true,
  ...part,
});

const choices: readonly Choice[] = [
  {
    table: 'ByHour',
    filters: ['port'],
    grain: 'hour',
    kql: ({ rows, now, before }) =>
      `${rows}\n| summarize N = ${now('X')}${before ? `, Before = ${before('X')}` : ''}`,
  },
  {
    table: 'Flows',
    filters: ALL_FILTERS,
    grain: 'record',
    kql: ({ rows, now }) => `${rows}\n| summarize N = ${now('X')}`,
  },
];
const pick = (s: Scope, options = {}) =>
  choose(choices, s, { hasRollups: true, compares: false, ...options });

test('the cheapest table that can answer is asked', () => {
  expect(pick(scope())?.kql).toBe(
    'ByHour\n| where TimeGenerated >= datetime(2026-03-02T10:00Z) and TimeGenerated < datetime(2026-03-03T10:41Z)\n| summarize N = sum(X)',
  );
  expect(pick(scope({ filters: { port: '443' } }))?.kql).toContain('| where DestPort == 443');
});

test('comparing covers both periods in one query, each limited to its own', () => {
  expect(pick(scope(), { compares: true })?.kql).toBe(
    'ByHour\n| where TimeGenerated >= datetime(2026-03-01T10:00Z) and TimeGenerated < datetime(2026-03-03T10:41Z)\n' +
      '| summarize N = sumif(X, TimeGenerated >= datetime(2026-03-02T10:00Z)), Before = sumif(X, TimeGenerated < datetime(2026-03-02T10:41Z))',
  );
});

test.each([
  ['a filter the rollup cannot tell', scope({ filters: { rule: 'deny' } })],
  [
    'a beginning within an hour',
    scope({ interval: { from: at('2026-03-03T09:50Z'), to: at('2026-03-03T10:41Z') } }),
  ],
])('%s goes to the raw flows, primary observations only', (_, s) => {
  expect(pick(s)?.table).toBe('Flows');
  expect(pick(s)?.kql).toContain('\n| where IsPrimary\n');
});

test('before anything is reduced, raw flows answer', () => {
  expect(pick(scope(), { hasRollups: false })?.table).toBe('Flows');
  expect(
    choose(choices.slice(0, 1), scope(), { hasRollups: false, compares: false }),
  ).toBeUndefined();
});

test('what a lone rollup cannot honour is said', () => {
  const chosen = choose(
    choices.slice(0, 1),
    scope({
      filters: { rule: 'deny' },
      interval: { from: at('2026-03-03T09:50Z'), to: at('2026-03-03T10:41Z') },
    }),
    {
      hasRollups: true,
      compares: false,
    },
  );
  expect(chosen?.ignored).toEqual(['Rule']);
  expect(chosen?.since).toMatch(/^since \d\d:00$/);
  expect(chosen?.kql).toContain('datetime(2026-03-03T09:00Z)');
});

test('a short fixed stretch that ends within an hour is not rounded up', () => {
  const from = at('2026-03-03T08:00Z');
  const s = scope({ interval: { from, to: from + 1.5 * HOUR }, isOpen: false });
  expect(pick(s)?.table).toBe('Flows');
});

test.each(
  PANELS.flatMap((panel) =>
    panel.choices.map((choice) => [panel.id, choice.table, panel, choice] as const),
  ),
)('panel %s over %s returns the columns it shows', (_, __, panel, choice) => {
  const { kql } = choose([choice], scope(), { hasRollups: true, compares: true }) ?? { kql: '' };
  for (const column of panel.columns) expect(kql).toContain(column.column);
  expect(kql).toMatch(new RegExp(`\\b${panel.measure.column} = `));
  expect(kql).toMatch(/\bBefore = /);
});
