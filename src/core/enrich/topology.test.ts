import { describe, expect, it } from 'vitest';
import { parseIp } from '#core/base/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import hub from './testdata/arm-hub-and-spoke.json' with { type: 'json' };
import spokes from './testdata/arm-spokes-cli.json' with { type: 'json' };
import { readArmTopology } from './topology-arm.ts';
import { TopologyIndex } from './topology-index.ts';
import { DescriptionError, readNetworks } from './topology-lines.ts';

const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
const SHOP = `${SUBSCRIPTION}/shop-rg/shop`;
const DATA = `${SUBSCRIPTION}/data-rg/data`;
const HUB = `${SUBSCRIPTION}/hub-rg/hub`;

describe('exported ARM JSON', () => {
  const topology = readArmTopology([hub, { data: spokes }]);
  const index = new TopologyIndex(topology);
  const find = (ip: string, from = '') => index.find(parseIp(ip)!, from);

  it('places an interface with its machine, subnet and hardware address', () =>
    expect(find('10.20.1.4', SHOP)).toMatchObject({
      kind: 'network',
      group: SHOP,
      scope: SUBSCRIPTION,
      region: 'westeurope',
      nic: 'shop-rg/web-nic',
      vm: 'shop-rg/web-1',
      mac: '00-22-48-0A-0B-0C',
      subnet: 'shop-rg/shop/app',
    }));

  it('places a public address at the interface that holds it', () =>
    expect(find('198.51.100.10')).toMatchObject({
      kind: 'network',
      group: SHOP,
      vm: 'shop-rg/web-1',
    }));

  it.each([
    ['10.20.1.4', DATA, DATA, 'data-rg/data/sql'],
    ['10.20.1.200', DATA, DATA, ''],
    ['10.20.1.200', SHOP, SHOP, 'shop-rg/shop/app'],
    ['10.0.255.4', SHOP, HUB, 'hub-rg/hub/GatewaySubnet'],
    ['10.0.200.1', '', HUB, ''],
  ])('asks the own network first where plans overlap: %s from %s', (ip, from, group, subnet) =>
    expect(find(ip, from)).toMatchObject({ group, subnet }),
  );

  it('places load balancers, sites and VPN clients', () => {
    expect(find('10.20.1.100', SHOP)).toMatchObject({
      kind: 'network',
      loadBalancer: `${SUBSCRIPTION}/shop-rg/shop-lb`,
    });
    expect(find('192.168.4.4')).toMatchObject({
      kind: 'site',
      localNetworkGateway: `${SUBSCRIPTION}/hub-rg/berlin`,
      connection: 'hub-rg/hub-berlin',
    });
    expect(find('172.20.0.9')).toMatchObject({ kind: 'clients', connection: 'hub-gw' });
    expect(find('8.8.8.8')).toBeUndefined();
  });

  it('says how networks reach each other', () => {
    expect(index.between(HUB, SHOP)).toEqual({ type: 'VNetPeering', name: 'to-shop', through: '' });
    expect(index.between(SHOP, DATA)).toEqual({
      type: 'VNetPeering',
      name: 'to-shop',
      through: 'hub-rg/hub',
    });
    expect(index.between(SHOP, 'elsewhere')).toEqual({ type: '', name: '', through: '' });
  });

  it('becomes rows of NTATopologyDetails', () => {
    const columns = new Set(tablesByName.get('NTATopologyDetails')?.columns.map((c) => c.name));
    for (const row of topology.rows)
      for (const name of Object.keys(row)) expect(columns).toContain(name);
    const counts = Map.groupBy(topology.rows, (r) => r['AzureResourceType']);
    expect(Object.fromEntries([...counts].map(([kind, rows]) => [kind, rows.length]))).toEqual({
      PublicIpAddress: 1,
      VirtualNetwork: 3,
      Subnetwork: 4,
      VirtualNetworkPeering: 2,
      NetworkInterface: 1,
      NetworkSecurityGroup: 1,
      NetworkSecurityGroupRule: 2,
      VirtualNetworkGateway: 1,
      LocalNetworkGateway: 1,
      Connection: 1,
      LoadBalancer: 1,
    });
    expect(counts.get('NetworkSecurityGroupRule')?.[0]).toMatchObject({
      Name: 'shop-rg/app-nsg/allow-web',
      Priority: 100,
      DestinationAddressPrefix: '10.20.1.4,10.20.1.5',
      DestinationPortRange: '443',
      RuleType: 'User Defined',
    });
  });

  it('says what it left out, and survives what is no export', () => {
    expect(topology.problems).toEqual([
      '1 of Microsoft.Storage/storageAccounts left out: Weir has no use for this type yet.',
    ]);
    for (const junk of [
      null,
      7,
      'x',
      [],
      {},
      [[[[[[[[[[{}]]]]]]]]]],
      { value: [null, { name: 1 }] },
      [{ name: 'x', type: 'Microsoft.Network/virtualNetworks', properties: 3 }],
    ])
      expect(() => readArmTopology([junk])).not.toThrow();
  });

  it('reads a template, whose ids are expressions', () => {
    const template = {
      resources: [
        {
          type: 'Microsoft.Network/virtualNetworks',
          name: 'v',
          location: 'westeurope',
          properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } },
        },
        {
          type: 'Microsoft.Network/virtualNetworks/subnets',
          name: 'v/s',
          properties: { addressPrefix: '10.9.1.0/24' },
        },
        {
          type: 'Microsoft.Network/networkInterfaces',
          name: 'n',
          properties: {
            ipConfigurations: [
              {
                properties: {
                  privateIPAddress: '10.9.1.4',
                  subnet: {
                    id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
                  },
                },
              },
            ],
          },
        },
      ],
    };
    const place = new TopologyIndex(readArmTopology([template])).find(parseIp('10.9.1.4')!, '');
    expect(place).toMatchObject({ group: 'v', subnet: 'v/s', nic: 'n' });
  });
});

describe('a description in a few lines', () => {
  it('gives the same look-ups', () => {
    const { topology, names } = readNetworks({
      scope: '123456789010',
      networks: [
        {
          name: 'vpc-1',
          cidrs: ['10.30.0.0/16'],
          peers: ['vpc-2'],
          clients: ['172.21.0.0/24'],
          subnets: [{ name: 'app', cidrs: ['10.30.1.0/24'] }],
          hosts: [{ name: 'web-1', address: '10.30.1.5' }],
        },
        { name: 'vpc-2', cidrs: ['10.31.0.0/16'] },
      ],
      sites: [{ name: 'berlin', cidrs: ['192.168.0.0/16'], connection: 'vpn-1' }],
      names: [{ name: 'scanners', cidrs: ['198.51.100.0/28'], tags: ['security'] }],
    });
    const index = new TopologyIndex(topology, names);
    const find = (ip: string) => index.find(parseIp(ip)!, '123456789010/vpc-1');
    expect(find('10.30.1.5')).toMatchObject({
      kind: 'network',
      group: '123456789010/vpc-1',
      vm: 'web-1',
      subnet: 'vpc-1/app',
    });
    expect(find('10.31.9.9')).toMatchObject({ kind: 'network', group: '123456789010/vpc-2' });
    expect(find('172.21.0.3')).toMatchObject({ kind: 'clients' });
    expect(find('192.168.1.1')).toMatchObject({ kind: 'site', connection: 'vpn-1' });
    expect(find('198.51.100.3')).toMatchObject({
      kind: 'network',
      scope: '123456789010',
      subnet: 'scanners',
      networkGroups: 'security',
    });
    expect(index.between('123456789010/vpc-2', '123456789010/vpc-1').type).toBe('VNetPeering');
  });

  it('says every mistake at once, and what to do', () => {
    const wrong = () =>
      readNetworks({
        networks: [{ cidrs: ['10.0.0.0/99'], peers: ['nowhere'], sides: 1 }],
        sites: 3,
      });
    expect(wrong).toThrow(DescriptionError);
    try {
      wrong();
    } catch (error) {
      expect((error as DescriptionError).mistakes).toEqual([
        'networks file.networks[1]: a name is missing.',
        'networks file.networks[1].cidrs: 10.0.0.0/99 is no address or prefix; write it like 10.1.0.0/16.',
        'networks file.networks[1]: unknown sides; what there is: scope, group, name, region, cidrs, cidr, tags, peers, clients, subnets, hosts.',
        'networks file.sites: expected a list.',
        'networks file: the peer nowhere is not one of the networks; add it or correct the name.',
      ]);
    }
  });
});
