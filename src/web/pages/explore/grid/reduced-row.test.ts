import { expect, test } from 'vitest';
import { rawFlowsKql } from '#core/enrich/index.ts';
import { ntaNetAnalytics } from '#core/schema/index.ts';
import { reducedRow } from './reduced-row.ts';

const columns = ntaNetAnalytics.columns.map(({ name, type, unit }) => ({ name, type, unit }));
const values: Readonly<Record<string, unknown>> = {
  FlowIntervalStartTime: '2026-03-04T10:00:00Z',
  FlowIntervalEndTime: '2026-03-04T10:10:00Z',
  SrcIp: '10.0.0.4',
  DestIp: '10.0.1.5',
  DestPort: 443,
  SourceSystem: 'azure-vnet',
};
const row = columns.map(({ name, type }) => values[name] ?? (type === 'string' ? '' : null));

test('a whole row of NTANetAnalytics leads to its flows', () => {
  const reduced = reducedRow(columns, row);
  expect(reduced?.FlowIntervalStartTime).toBe(Date.UTC(2026, 2, 4, 10) * 1000);
  expect(rawFlowsKql(reduced!)).toContain(
    'TimeGenerated >= datetime(2026-03-04T10:00:00Z) and TimeGenerated < datetime(2026-03-04T10:10:00Z)',
  );
  expect(rawFlowsKql(reduced!)).toContain('SrcIp == "10.0.0.4" and DestIp == "10.0.1.5"');
});

test('a row that lacks a column of the key leads nowhere', () => {
  const without = columns.findIndex((c) => c.name === 'AclRule');
  expect(
    reducedRow(
      columns.filter((_, i) => i !== without),
      row.filter((_, i) => i !== without),
    ),
  ).toBeUndefined();
});
