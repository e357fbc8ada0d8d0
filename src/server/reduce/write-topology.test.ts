import { expect, it } from 'vitest';
import { readNetworks } from '#core/enrich/index.ts';
import { DAY, openTestEngine, openTestStore, readRows } from './fixture.ts';
import { writeTopology } from './write-topology.ts';

it('stores a topology once per state, closed by a status row', async () => {
  const store = await openTestStore();
  const engine = await openTestEngine();
  const described = (cidr: string) =>
    readNetworks({
      scope: 'acct',
      networks: [
        {
          name: 'vpc',
          region: 'eu-west-1',
          cidrs: [cidr],
          subnets: [{ name: 'a', cidrs: ['10.0.1.0/24'] }],
        },
      ],
    }).topology;
  expect(await writeTopology(store, described('10.0.0.0/16'), DAY)).toBe(3);
  expect(await writeTopology(store, described('10.0.0.0/16'), DAY + 1)).toBe(0);
  expect(await writeTopology(store, described('10.0.0.0/15'), DAY + 2)).toBe(3);
  const rows = await readRows(store, engine, 'NTATopologyDetails');
  expect(
    rows
      .filter((r) => r['SubType'] === 'StatusMessage')
      .map((r) => [r['TimeProcessed'], r['Status'], r['Description']]),
  ).toEqual([
    [DAY, 'Completed', '2 resources.'],
    [DAY + 2, 'Completed', '2 resources.'],
  ]);
  expect(rows.find((r) => r['AzureResourceType'] === 'VirtualNetwork')).toMatchObject({
    Name: 'vpc',
    Subscription: 'acct',
    DiscoveryRegion: 'eu-west-1',
    AddressPrefixes: '10.0.0.0/16',
    Type: 'NTATopologyDetails',
  });
});
