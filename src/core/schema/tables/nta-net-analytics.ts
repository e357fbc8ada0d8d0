import { defineColumns, defineTable } from '../column.ts';
import { pair, STANDARD_COLUMNS } from './nta-standard.ts';

/**
 * Reduced, enriched flows: the 93 columns that Traffic Analytics has.
 *
 * One row folds the records of one interval that agree in SrcIp, DestIp, DestPort, protocol, policy, rule, direction,
 * verdict, encryption and observer; the source port is not part of the key. The public side of AzurePublic and
 * ExternalPublic rows is folded further, into bar records.
 *
 * Where Weir says more than Azure: TimeGenerated is the start of the interval (event time); MacAddress holds the
 * interface's identifier where the source gives no hardware address; SourceSystem holds Flows.Source. With these,
 * a row leads to exactly its raw rows.
 */
export const ntaNetAnalytics = defineTable({
  name: 'NTANetAnalytics',
  kind: 'stored',
  row: 'One reduced, enriched flow of one interval, as one observer saw it.',
  origin: 'https://learn.microsoft.com/azure/azure-monitor/reference/tables/ntanetanalytics',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'Start of the interval that the row covers (event time).'],
    ['TimeProcessed', 'datetime', 'When Weir reduced the interval.'],
    ['FlowIntervalStartTime', 'datetime', 'Start of the interval.'],
    ['FlowIntervalEndTime', 'datetime', 'End of the interval; not part of it.'],
    [
      'FlowStartTime',
      'datetime',
      'First start of a flow in the interval; first record where none started.',
    ],
    [
      'FlowEndTime',
      'datetime',
      'Last start of a flow in the interval; last record where none started.',
    ],
    ['SubType', 'string', 'FlowLog.'],
    ['FaSchemaVersion', 'string', 'Version of this table: 3.'],
    ['Status', 'string', 'Completed.'],
    [
      'FlowType',
      'string',
      'IntraVNet, InterVNet, P2S, S2S, AzurePublic, MaliciousFlow, ExternalPublic, UnknownPrivate or Unknown.',
    ],
    [
      'SrcIp',
      'string',
      'Address of the initiator; empty where SrcPublicIps holds it.',
      { unit: 'address' },
    ],
    [
      'DestIp',
      'string',
      'Address of the responder; empty where DestPublicIps holds it.',
      { unit: 'address' },
    ],
    ['SrcPorts', 'string', 'Ports of the initiator, separated by pipes.'],
    ['DestPort', 'int', 'Port of the responder.', { unit: 'port' }],
    [
      'L4Protocol',
      'string',
      'T for TCP, U for UDP, otherwise the keyword of the IANA protocol number.',
    ],
    [
      'L7Protocol',
      'string',
      'Service name that IANA registers for the destination port; a guess from the port alone.',
    ],
    ['FlowDirection', 'string', 'Inbound or Outbound as the observer sees it.'],
    ['FlowStatus', 'string', 'Allowed or Denied; empty where the source gives no verdict.'],
    ['Action', 'string', 'Verdict of newer log sources; empty for flow logs.'],
    [
      'Description',
      'string',
      'Reason of the verdict, from newer log sources; empty for flow logs.',
    ],
    [
      'NsgList',
      'string',
      'The network security group that decided, as subscription/resource group/name (NSG flow logs).',
    ],
    ['NsgRule', 'string', 'The rule that decided (NSG flow logs).'],
    ['NsgRuleType', 'string', 'User Defined or Default (NSG flow logs).'],
    [
      'AclGroup',
      'string',
      'The policy object that decided: NSG, network manager object, or network ACL.',
    ],
    [
      'AclRule',
      'string',
      'The rule that decided, as the source names it; empty for a flow without a rule.',
    ],
    [
      'MacAddress',
      'string',
      'Hardware address of the observing interface; its identifier where the source has none.',
    ],
    ['TargetResourceId', 'string', 'The resource on which logging is enabled.'],
    [
      'TargetResourceType',
      'string',
      'VirtualNetwork, Subnet, NetworkInterface or NetworkSecurityGroup.',
    ],
    ['FlowLogResourceId', 'string', 'The flow log that produced the records.'],
    ['LogResourceId', 'string', 'The resource that produced the records, for newer log sources.'],
    ['TrafficAnalyticsResourceId', 'string', 'Not filled by Weir.'],
    ...pair('Subscription', 'Subscription, account or project that owns the {end}.'),
    ...pair('Region', 'Region of the {end}.'),
    ...pair('Nic', 'Network interface of the {end}, as resource group/name.'),
    ...pair('Vm', 'Virtual machine of the {end}, as resource group/name.'),
    ...pair('Subnet', 'Subnet of the {end}, as resource group/network/subnet.'),
    ...pair(
      'ApplicationGateway',
      'Application gateway at the {end}, as subscription/resource group/name.',
    ),
    ...pair('LoadBalancer', 'Load balancer at the {end}, as subscription/resource group/name.'),
    ...pair(
      'LocalNetworkGateway',
      'Local network gateway whose prefixes hold the {end}, as subscription/resource group/name.',
    ),
    ...pair(
      'ExpressRouteCircuit',
      'ExpressRoute circuit behind which the {end} is, as subscription/resource group/name.',
    ),
    [
      'ExpressRouteCircuitPeeringType',
      'string',
      'AzurePrivatePeering, AzurePublicPeering or MicrosoftPeering.',
    ],
    ['ConnectionType', 'string', 'VNetPeering, VpnGateway or ExpressRoute.'],
    [
      'ConnectionName',
      'string',
      'Name of the peering or connection; gateway_client for point-to-site.',
    ],
    ['ConnectingVnets', 'string', 'Hub networks that the flow passes, separated by spaces.'],
    [
      'Country',
      'string',
      'Country of registration of the public side (ISO 3166-1 alpha-2).',
      { unit: 'country' },
    ],
    [
      'AzureRegion',
      'string',
      'Azure region of the public side of an AzurePublic flow, where known.',
    ],
    [
      'FlowEncryption',
      'string',
      'State of virtual-network encryption, by the labels Traffic Analytics shows.',
    ],
    ['AllowedInFlows', 'long', 'Inbound flows started and allowed.', { unit: 'flows' }],
    ['DeniedInFlows', 'long', 'Inbound flows denied.', { unit: 'flows' }],
    ['AllowedOutFlows', 'long', 'Outbound flows started and allowed.', { unit: 'flows' }],
    ['DeniedOutFlows', 'long', 'Outbound flows denied.', { unit: 'flows' }],
    ['CompletedFlows', 'long', 'Flows that ended.', { unit: 'flows' }],
    ['RecordCount', 'long', 'Raw records folded into the row.', { unit: 'records' }],
    [
      'PacketsSrcToDest',
      'long',
      'Packets from the initiator to the responder.',
      { unit: 'packets' },
    ],
    [
      'PacketsDestToSrc',
      'long',
      'Packets from the responder to the initiator.',
      { unit: 'packets' },
    ],
    ['BytesSrcToDest', 'long', 'Bytes from the initiator to the responder.', { unit: 'bytes' }],
    ['BytesDestToSrc', 'long', 'Bytes from the responder to the initiator.', { unit: 'bytes' }],
    [
      'SrcPublicIps',
      'string',
      'Public initiators, separated by spaces, each address|started|ended|packets out|packets in|bytes out|bytes in.',
    ],
    [
      'DestPublicIps',
      'string',
      'Public responders, separated by spaces, each address|started|ended|packets out|packets in|bytes out|bytes in.',
    ],
    [
      'SrcServiceTags',
      'string',
      'Service tags of public initiators: addresses separated by spaces, then |tag.',
    ],
    [
      'DestServiceTags',
      'string',
      'Service tags of public responders: addresses separated by spaces, then |tag.',
    ],
    ...pair('NetworkGroups', 'Network manager groups of the {end}.'),
    ['PrivateEndpointResourceId', 'string', 'Private endpoint that the flow reaches.'],
    ['PrivateLinkResourceId', 'string', 'Resource behind the private endpoint.'],
    ['PrivateLinkResourceName', 'string', 'Name of the resource behind the private endpoint.'],
    ['IsFlowCapturedAtUdrHop', 'bool', 'True where a virtual appliance saw the flow in transit.'],
    ...pair('ServiceId', 'Not filled by Weir.'),
    ...pair('ServiceName', 'Not filled by Weir.'),
    ...pair('TenantId', 'Not filled by Weir.'),
    ...pair('TenantName', 'Not filled by Weir.'),
    ...pair('Environment', 'Not filled by Weir.'),
    ...pair('Cloud', 'Not filled by Weir.'),
    ...STANDARD_COLUMNS,
  ]),
});
