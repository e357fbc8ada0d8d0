import type { ArmResource } from './arm-resource.ts';
import { type FrontEnd, networkKey, path, printMac } from './topology.ts';
import {
  circuit,
  connection,
  localNetworkGateway,
  virtualNetworkGateway,
} from './topology-arm-gateways.ts';
import {
  type ArmReader,
  type ArmTables,
  join,
  networkKeyOf,
  own,
  row,
  short,
  subnetOf,
} from './topology-arm-tables.ts';

const publicIp: ArmReader = {
  type: 'Microsoft.Network/publicIPAddresses',
  read(r, t) {
    const address = r.text('ipAddress');
    if (address) t.publicAddresses.set(r.id.toLowerCase(), address);
    t.rows.push(
      row(r, 'PublicIpAddress', {
        IpAddress: address,
        Sku: r.part('sku')?.text('name') ?? '',
        Zones: join(r.texts('zones')),
      }),
    );
  },
};

const virtualNetwork: ArmReader = {
  type: 'Microsoft.Network/virtualNetworks',
  read(r, t) {
    const key = networkKey(r.scope, r.group, r.name);
    const prefixes = r.part('addressSpace')?.texts('addressPrefixes') ?? [];
    const encryption = r.part('encryption');
    t.networks.push({ ...own(r), prefixes, networkGroups: [] });
    t.rows.push(
      row(r, 'VirtualNetwork', {
        AddressPrefixes: join(prefixes),
        EncryptionEnabled: encryption?.bool('enabled') ?? null,
        EncryptionEnforcement: encryption?.text('enforcement') ?? '',
      }),
    );
    for (const s of r.parts('subnets')) readSubnet(s, key, path(r.group, r.name, s.name), t);
    for (const p of r.parts('virtualNetworkPeerings')) readPeering(p, key, t);
  },
};

function readSubnet(s: ArmResource, network: string, at: string, t: ArmTables): void {
  const several = s.texts('addressPrefixes');
  const prefixes = several.length > 0 ? several : s.texts('addressPrefix');
  t.subnets.push({ ...own(s), network, path: at, prefixes });
  t.rows.push({
    ...row(s, 'Subnetwork', {
      SubnetPrefixes: join(prefixes),
      Nsg: short(s.ref('networkSecurityGroup')),
      RouteTable: short(s.ref('routeTable')),
    }),
    Name: at,
  });
}

function readPeering(p: ArmResource, from: string, t: ArmTables): void {
  const to = networkKeyOf(p, p.ref('remoteVirtualNetwork'));
  if (to) t.peerings.push({ name: p.name, from, to });
  t.rows.push(
    row(p, 'VirtualNetworkPeering', {
      VirtualNetwork1: path(p.group, p.names.at(-2) ?? ''),
      VirtualNetwork2: short(p.ref('remoteVirtualNetwork')),
      ConnectionStatus: p.text('peeringState'),
      AllowVirtualNetworkAccess: p.bool('allowVirtualNetworkAccess'),
      AllowForwardedTraffic: p.bool('allowForwardedTraffic'),
      AllowGatewayTransit: p.bool('allowGatewayTransit'),
      UseRemoteGateways: p.bool('useRemoteGateways'),
    }),
  );
}

const parentKey = (r: ArmResource) => networkKey(r.scope, r.group, r.names.at(-2) ?? '');

const subnet: ArmReader = {
  type: 'Microsoft.Network/virtualNetworks/subnets',
  read(r, t) {
    const at = path(r.group, r.names.at(-2) ?? '', r.name);
    if (!t.subnets.some((s) => s.path.toLowerCase() === at.toLowerCase() && s.scope === r.scope))
      readSubnet(r, parentKey(r), at, t);
  },
};

const peering: ArmReader = {
  type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
  read(r, t) {
    if (
      !t.peerings.some(
        (p) => p.from === parentKey(r) && p.name.toLowerCase() === r.name.toLowerCase(),
      )
    )
      readPeering(r, parentKey(r), t);
  },
};

const networkInterface: ArmReader = {
  type: 'Microsoft.Network/networkInterfaces',
  read(r, t) {
    const configurations = r.parts('ipConfigurations');
    const addresses = configurations.map((c) => c.text('privateIPAddress')).filter((a) => a !== '');
    const publicAddresses = configurations
      .map(
        (c) =>
          t.publicAddresses.get(c.ref('publicIPAddress').toLowerCase()) ??
          c.part('publicIPAddress')?.text('ipAddress') ??
          '',
      )
      .filter((a) => a !== '');
    const at = subnetOf(
      r,
      configurations.map((c) => c.ref('subnet')).find((id) => id !== '') ?? '',
    );
    const pools = (name: string) =>
      configurations.flatMap((c) => c.parts(name).map((p) => short(p.text('id'))));
    const vm = short(r.ref('virtualMachine'));
    const mac = printMac(r.text('macAddress'));
    const forwards = r.bool('enableIPForwarding') ?? false;
    t.interfaces.push({
      ...own(r),
      network: at.network,
      subnet: at.path,
      addresses,
      publicAddresses,
      mac,
      vm,
      forwards,
      privateEndpoint: r.ref('privateEndpoint'),
      privateLink: '',
    });
    t.rows.push(
      row(r, 'NetworkInterface', {
        MacAddress: mac,
        VirtualMachine: vm,
        Subnetwork: at.path,
        PrivateIpAddresses: join(addresses),
        PublicIpAddresses: join(publicAddresses),
        Nsg: short(r.ref('networkSecurityGroup')),
        EnableIpForwarding: forwards,
        IsVirtualAppliance: forwards && vm !== '',
        LoadBalancerBackendPools: join(pools('loadBalancerBackendAddressPools')),
        ApplicationGatewayBackendPools: join(pools('applicationGatewayBackendAddressPools')),
      }),
    );
  },
};

const securityGroup: ArmReader = {
  type: 'Microsoft.Network/networkSecurityGroups',
  read(r, t) {
    const attached = [...r.parts('subnets'), ...r.parts('networkInterfaces')].map((p) =>
      short(p.text('id')),
    );
    const logs = r.parts('flowLogs');
    t.rows.push(
      row(r, 'NetworkSecurityGroup', {
        Subnetwork: join(attached),
        IsFlowEnabled: logs.length > 0 ? logs.some((l) => l.bool('enabled') ?? true) : null,
        FlowLogStorageAccount: logs[0]?.text('storageId') ?? '',
      }),
    );
    const rules = [
      ...r.parts('securityRules').map((rule) => ({ rule, kind: 'User Defined' })),
      ...r.parts('defaultSecurityRules').map((rule) => ({ rule, kind: 'Default' })),
    ];
    for (const { rule, kind } of rules) {
      const one = (name: string) => join([...rule.texts(`${name}s`), ...rule.texts(name)]);
      const several = (name: string) => join([...rule.texts(`${name}es`), ...rule.texts(name)]);
      t.rows.push({
        ...row(rule, 'NetworkSecurityGroupRule', {
          Nsg: path(r.group, r.name),
          Priority: rule.number('priority'),
          Protocol: rule.text('protocol'),
          SourcePortRange: one('sourcePortRange'),
          DestinationPortRange: one('destinationPortRange'),
          SourceAddressPrefix: several('sourceAddressPrefix'),
          DestinationAddressPrefix: several('destinationAddressPrefix'),
          Access: rule.text('access'),
          Direction: rule.text('direction'),
          RuleType: kind,
        }),
        Name: path(r.group, r.name, rule.name),
      });
    }
  },
};

const routeTable: ArmReader = {
  type: 'Microsoft.Network/routeTables',
  read(r, t) {
    t.rows.push(
      row(r, 'RouteTable', {
        Subnetwork: join(r.parts('subnets').map((s) => short(s.text('id')))),
      }),
    );
    for (const route of r.parts('routes'))
      t.rows.push({
        ...row(route, 'Route', {
          RouteTable: path(r.group, r.name),
          AddressPrefixes: route.text('addressPrefix'),
          NextHopType: route.text('nextHopType'),
          NextHopIp: route.text('nextHopIpAddress'),
        }),
        Name: path(r.group, r.name, route.name),
      });
  },
};

function frontEnd(
  type: string,
  configurationName: string,
  kind: FrontEnd['kind'],
  shown: string,
): ArmReader {
  return {
    type,
    read(r, t) {
      const configurations = r.parts(configurationName);
      const privates = configurations
        .map((c) => c.text('privateIPAddress'))
        .filter((a) => a !== '');
      const publics = configurations
        .map((c) => t.publicAddresses.get(c.ref('publicIPAddress').toLowerCase()) ?? '')
        .filter((a) => a !== '');
      const subnets = configurations
        .map((c) => subnetOf(r, c.ref('subnet')))
        .filter((s) => s.path !== '');
      const at = subnets[0] ?? { network: '', path: '' };
      t.frontEnds.push({
        ...own(r),
        kind,
        network: at.network,
        subnet: at.path,
        addresses: [...privates, ...publics],
      });
      const reach = privates.length === 0 ? 'Public' : publics.length === 0 ? 'Internal' : 'Both';
      t.rows.push(
        row(r, shown, {
          LoadBalancerType: kind === 'load-balancer' ? reach : '',
          AppGatewayType: kind === 'application-gateway' ? reach : '',
          Sku: r.part('sku')?.text('name') ?? '',
          FrontendIps: join([...privates, ...publics]),
          PrivateFrontendIps: join(privates),
          PublicFrontendIps: join(publics),
          FrontendSubnets: join(subnets.map((s) => s.path)),
          BackendAddressPool: join(r.parts('backendAddressPools').map((p) => p.name)),
        }),
      );
    },
  };
}

const privateEndpoint: ArmReader = {
  type: 'Microsoft.Network/privateEndpoints',
  read(r, t) {
    const links = [
      ...r.parts('privateLinkServiceConnections'),
      ...r.parts('manualPrivateLinkServiceConnections'),
    ];
    const link = links.map((l) => l.text('privateLinkServiceId')).find((id) => id !== '') ?? '';
    const nics = r.parts('networkInterfaces').map((n) => short(n.text('id')).toLowerCase());
    for (const node of t.interfaces)
      if (nics.includes(path(node.group, node.name).toLowerCase())) {
        node.privateEndpoint = r.id;
        node.privateLink = link;
      }
    t.rows.push(
      row(r, 'PrivateEndpoint', {
        PrivateEndpointResourceId: r.id,
        PrivateLinkResourceId: link,
        Subnetwork: subnetOf(r, r.ref('subnet')).path,
      }),
    );
  },
};

const flowLog: ArmReader = {
  type: 'Microsoft.Network/networkWatchers/flowLogs',
  read(r, t) {
    const enabled = r.bool('enabled');
    t.rows.push(
      row(r, 'FlowLog', {
        IsFlowEnabled: enabled,
        FlowLogStorageAccount: r.text('storageId'),
        Network: short(r.text('targetResourceId')),
      }),
    );
  },
};

/** Every kind of resource, in the order in which they are read. */
export const ARM_READERS: readonly ArmReader[] = [
  publicIp,
  virtualNetwork,
  subnet,
  peering,
  networkInterface,
  securityGroup,
  routeTable,
  virtualNetworkGateway,
  localNetworkGateway,
  circuit,
  connection,
  frontEnd(
    'Microsoft.Network/loadBalancers',
    'frontendIPConfigurations',
    'load-balancer',
    'LoadBalancer',
  ),
  frontEnd(
    'Microsoft.Network/applicationGateways',
    'frontendIPConfigurations',
    'application-gateway',
    'ApplicationGateway',
  ),
  privateEndpoint,
  flowLog,
];
