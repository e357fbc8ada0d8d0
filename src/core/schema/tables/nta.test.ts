import { describe, expect, it } from 'vitest';
import { tablesByName } from '../index.ts';
import { azureNetworkAnalytics } from './azure-network-analytics.ts';
import { ntaIpDetails } from './nta-ip-details.ts';
import { ntaNetAnalytics } from './nta-net-analytics.ts';
import { ntaTopologyDetails } from './nta-topology-details.ts';
import { ROLLUPS } from './rollups.ts';

const names = (table: { columns: readonly { name: string }[] }) => table.columns.map((c) => c.name);

describe("Microsoft's tables", () => {
  it('have exactly the documented number of columns', () => {
    expect(ntaNetAnalytics.columns).toHaveLength(93);
    expect(ntaIpDetails.columns).toHaveLength(19);
    expect(ntaTopologyDetails.columns).toHaveLength(119);
  });

  it('pair every Src column of NTANetAnalytics with a Dest column', () => {
    const all = new Set(names(ntaNetAnalytics));
    const lonely = [...all].filter((n) => n.startsWith('Src') && !all.has(`Dest${n.slice(3)}`));
    expect(lonely).toEqual(['SrcPorts']);
  });

  it('say what each column means in one sentence', () => {
    for (const table of [
      ntaNetAnalytics,
      ntaIpDetails,
      ntaTopologyDetails,
      azureNetworkAnalytics,
      ...ROLLUPS,
    ])
      for (const column of table.columns)
        expect(`${table.name}.${column.name}: ${column.meaning}`).toMatch(/\w.*\.$/);
  });

  it('are all in the list of tables', () => {
    for (const table of [
      ntaNetAnalytics,
      ntaIpDetails,
      ntaTopologyDetails,
      azureNetworkAnalytics,
      ...ROLLUPS,
    ])
      expect(tablesByName.get(table.name)).toBe(table);
  });
});

describe('AzureNetworkAnalytics_CL', () => {
  it('carries the suffix of each type', () => {
    const suffixes = { s: 'string', d: 'real', t: 'datetime', g: 'string', b: 'bool' } as const;
    for (const column of azureNetworkAnalytics.columns) {
      const suffix = /_([sdtgb])$/.exec(column.name)?.[1] as keyof typeof suffixes | undefined;
      if (suffix)
        expect(`${column.name} ${column.type}`).toBe(`${column.name} ${suffixes[suffix]}`);
    }
  });

  it('reads only columns that the newer tables have', () => {
    const known = new Set([
      ...names(ntaNetAnalytics),
      ...names(ntaTopologyDetails),
      ...names(azureNetworkAnalytics),
    ]);
    const words =
      (azureNetworkAnalytics.kql ?? '').replaceAll(/'[^']*'/g, '').match(/\b_?[A-Z]\w+/g) ?? [];
    const tables = new Set(['NTANetAnalytics', 'NTATopologyDetails']);
    expect(words.filter((w) => !known.has(w) && !tables.has(w))).toEqual([]);
  });
});
