import { path } from './topology.ts';
import { type ArmReader, join, own, row, short } from './topology-arm-tables.ts';

export const virtualNetworkGateway: ArmReader = {
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

export const localNetworkGateway: ArmReader = {
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

export const circuit: ArmReader = {
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

export const connection: ArmReader = {
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
