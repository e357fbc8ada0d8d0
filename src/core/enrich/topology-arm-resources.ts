import type { ArmResource } from './arm-resource.ts';
import {
  type ClientPool,
  type FrontEnd,
  type InterfaceNode,
  type NetworkNode,
  networkKey,
  networkOfId,
  type Peering,
  parseArmId,
  path,
  printMac,
  type SiteNode,
  type SubnetNode,
  type Topology,
  type TopologyRow,
} from './topology.ts';

/** One kind of resource. Readers run in the order of the list, over all files, so that later ones find earlier ones. */
export interface ArmReader {
  readonly type: string;
  read(resource: ArmResource, tables: ArmTables): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What readers fill. */
export interface ArmTables {
  readonly networks: NetworkNode[];
  readonly subnets: SubnetNode[];
  readonly interfaces: Mutable<InterfaceNode>[];
  readonly sites: Mutable<SiteNode>[];
  readonly clientPools: ClientPool[];
  readonly frontEnds: FrontEnd[];
  readonly peerings: Peering[];
  readonly rows: TopologyRow[];
  /** Address of a public address resource, by its id in lower case. */
  readonly publicAddresses: Map<string, string>;
  finish(problems: readonly string[]): Topology;
}

export function armTables(): ArmTables {
  const tables = {
    networks: [],
    subnets: [],
    interfaces: [],
    sites: [],
    clientPools: [],
    frontEnds: [],
    peerings: [],
    rows: [],
    publicAddresses: new Map<string, string>(),
    finish: (problems: readonly string[]): Topology => {
      const { networks, subnets, interfaces, sites, clientPools, frontEnds, peerings, rows } =
        tables as ArmTables;
      return {
        networks,
        subnets,
        interfaces,
        sites,
        clientPools,
        frontEnds,
        peerings,
        rows,
        problems,
      };
    },
  };
  return tables;
}

const own = (r: ArmResource) => ({
  scope: r.scope,
  group: r.group,
  name: r.name,
  region: r.region,
});

const row = (r: ArmResource, kind: string, more: TopologyRow): TopologyRow => ({
  SubType: 'Topology',
  AzureResourceType: kind,
  Name: path(r.group, ...r.names),
  Region: r.region,
  DiscoveryRegion: r.region,
  Subscription: r.scope,
  Tags: r.tags(),
  ...more,
});

const join = (texts: readonly string[]) => texts.join(',');
/** `resource group/name…` of an id. */
const short = (id: string) => {
  const parsed = parseArmId(id);
  return parsed ? path(parsed.group, ...parsed.names) : '';
};
/** A subnet's id, or the template form that names network and subnet, as network key and path. */
function subnetOf(r: ArmResource, id: string): { network: string; path: string } {
  const exact = networkOfId(id);
  if (exact) return { network: exact.key, path: path(exact.group, exact.network, exact.subnet) };
  const [network = '', subnet = ''] = parseArmId(id)?.names ?? [];
  if (network === '') return { network: '', path: '' };
  return { network: networkKey(r.scope, r.group, network), path: path(r.group, network, subnet) };
}
const networkKeyOf = (r: ArmResource, id: string) => subnetOf(r, id).network;

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

const virtualNetworkGateway: ArmReader = {
  type: 'Microsoft.Network/virtualNetworkGateways',
  read(r, t) {
    const pool =
      r.part('vpnClientConfiguration')?.part('vpnClientAddressPool')?.texts('addressPrefixes') ??
      [];
    if (pool.length > 0) t.clientPools.push({ ...own(r), prefixes: pool });
    const configuration = r.parts('ipConfigurations')[0];
    t.rows.push(
      row(r, 'VirtualNetworkGateway', {
        GatewayType: r.text('gatewayType'),
        Sku: r.part('sku')?.text('name') ?? '',
        BgpEnabled: r.bool('enableBgp'),
        VipAddress:
          t.publicAddresses.get(configuration?.ref('publicIPAddress').toLowerCase() ?? '') ?? '',
        VpnClientAddressPrefixes: join(pool),
        GatewaySubnet: short(configuration?.ref('subnet') ?? ''),
      }),
    );
  },
};

const localNetworkGateway: ArmReader = {
  type: 'Microsoft.Network/localNetworkGateways',
  read(r, t) {
    const space = r.part('localNetworkAddressSpace') ?? r.part('addressSpace');
    const prefixes = space?.texts('addressPrefixes') ?? [];
    t.sites.push({ ...own(r), kind: 'local-network-gateway', prefixes, connection: '' });
    t.rows.push(
      row(r, 'LocalNetworkGateway', {
        AddressPrefixes: join(prefixes),
        VipAddress: r.text('gatewayIpAddress'),
      }),
    );
  },
};

const circuit: ArmReader = {
  type: 'Microsoft.Network/expressRouteCircuits',
  read(r, t) {
    const sku = r.part('sku');
    const provider = r.part('serviceProviderProperties');
    t.rows.push(
      row(r, 'ExpressRouteCircuit', {
        CircuitProvisioningState: r.text('circuitProvisioningState'),
        ServiceProviderProvisioningState: r.text('serviceProviderProvisioningState'),
        ServiceProviderProperties: provider
          ? [
              provider.text('serviceProviderName'),
              provider.text('bandwidthInMbps'),
              provider.text('peeringLocation'),
            ].join(';')
          : '',
        SkuDetail: sku ? [sku.text('family'), sku.text('name'), sku.text('tier')].join(';') : '',
      }),
    );
    for (const p of r.parts('peerings'))
      t.rows.push({
        ...row(p, 'ExpressRouteCircuitPeering', {
          PeeringType: p.text('peeringType'),
          AzureAsn: p.number('azureASN'),
          PeerAsn: p.number('peerASN'),
          PrimaryAzurePort: p.text('primaryAzurePort'),
          SecondaryAzurePort: p.text('secondaryAzurePort'),
          PrimaryPeerAddressPrefix: p.text('primaryPeerAddressPrefix'),
          SecondaryPeerAddressPrefix: p.text('secondaryPeerAddressPrefix'),
          State: p.text('state'),
          VlanId: p.number('vlanId'),
        }),
        Name: path(r.group, r.name, p.name),
      });
  },
};

const connection: ArmReader = {
  type: 'Microsoft.Network/connections',
  read(r, t) {
    const local = short(r.ref('localNetworkGateway2'));
    for (const site of t.sites)
      if (local !== '' && path(site.group, site.name).toLowerCase() === local.toLowerCase())
        site.connection = path(r.group, r.name);
    t.rows.push(
      row(r, 'Connection', {
        VirtualNetworkGateway1: short(r.ref('virtualNetworkGateway1')),
        VirtualNetworkGateway2: short(r.ref('virtualNetworkGateway2')),
        LocalNetworkGateway: local,
        Peer: short(r.ref('peer')),
        ConnectionType: r.text('connectionType'),
        GatewayConnectionType: r.text('connectionType'),
        ConnectionStatus: r.text('connectionStatus'),
        BgpEnabled: r.bool('enableBgp'),
        RoutingWeight: r.number('routingWeight'),
        IngressBytesTransferred: r.number('ingressBytesTransferred'),
        EgressBytesTransferred: r.number('egressBytesTransferred'),
      }),
    );
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
