import { expect, test } from 'vitest';
import { HUNTS, huntQuery, huntRule, narrowQuery, readAddresses } from './hunts.ts';

const interval = { from: Date.UTC(2026, 2, 4), to: Date.UTC(2026, 2, 5) };

test('every hunt is about the hunted, within the time, and has a name of its own', () => {
  for (const hunt of HUNTS) {
    const kql = huntQuery(hunt, ['10.0.0.4'], interval);
    expect(kql).toMatch(/^let Hunted = dynamic\(\["10\.0\.0\.4"\]\);\n/);
    expect(kql.slice(kql.indexOf('\n'))).toContain('Hunted');
    expect(kql).toContain('datetime(2026-03-05T00:00Z)');
  }
  expect(new Set(HUNTS.map((h) => h.id)).size).toBe(HUNTS.length);
});

test('queries of people are given the hunted, or narrowed to them', () => {
  expect(narrowQuery('Flows | where SrcIp in (Hunted)', ['10.0.0.4'])).toBe(
    'let Hunted = dynamic(["10.0.0.4"]);\nFlows | where SrcIp in (Hunted)',
  );
  expect(narrowQuery('Flows | render table', ['10.0.0.4', '::1'])).toBe(
    'Flows\n| where * has "10.0.0.4" or * has "::1"\n| render table',
  );
  expect(narrowQuery('Flows', [])).toBe('Flows');
});

test('addresses are read out of what is typed', () => {
  expect(readAddresses('10.0.0.4, 10.0.0.4;\n2001:db8::1 host "')).toEqual([
    '10.0.0.4',
    '2001:db8::1',
  ]);
});

test('a hunt becomes a rule that names no fixed time', () => {
  for (const hunt of HUNTS) {
    const { query, over } = huntRule(hunt, ['10.0.0.4']);
    expect(query).toMatch(/^let Hunted = dynamic\(\["10\.0\.0\.4"\]\);\n/);
    expect(query).toContain('TimeGenerated > ago(1d)');
    expect(query).not.toContain('datetime(');
    expect(over).toBe(query.includes('ago(8d)') ? '8d' : '1d');
  }
});
