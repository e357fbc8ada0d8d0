import { expect, test } from 'vitest';
import { filtersSet, kqlWhere, parseSelection, printSelection } from './selection.ts';

test.each([
  '',
  '?t=7d',
  '?t=2026-03-03T00:00Z..2026-03-04T00:00Z&vs=none',
  '?t=1h&direction=Inbound&status=Denied&host=10.1.4.7&port=443',
  '?scope=%2B%26%3D%22',
])('%j survives parsing and printing', (search) =>
  expect(printSelection(parseSelection(search))).toBe(search),
);

test('what does not fit is left out', () => {
  const { filters, range } = parseSelection('?port=443)%20or%20(1==1&t=nonsense&scope=');
  expect(filters).toEqual({});
  expect(range).toEqual({ kind: 'last', spanMs: 86_400_000 });
});

test('filters become KQL, with values as literals', () => {
  const { filters } = parseSelection('?scope=a%22b&host=10.1.4.7&port=443');
  expect(filtersSet(filters)).toEqual(['scope', 'host', 'port']);
  expect(kqlWhere({ from: 0, to: 60_000 }, filters)).toBe(
    '| where TimeGenerated >= datetime(1970-01-01T00:00Z) and TimeGenerated < datetime(1970-01-01T00:01Z)\n' +
      '| where Scope == "a\\"b" and (SrcIp == "10.1.4.7" or DestIp == "10.1.4.7") and DestPort == 443',
  );
});
