import type { Column, KqlType } from '../column.ts';
import { defineColumns, defineTable } from '../column.ts';

/** [older name, type, KQL over the newer table, meaning] */
type Leg = readonly (readonly [
  name: string,
  type: KqlType,
  kql: string,
  meaning: string,
  more?: Partial<Column>,
])[];

const inside = (column: string) => `iff(isnotempty(Src${column}), Src${column}, Dest${column})`;
const verdict = "iff(FlowStatus == 'Denied', 'D', iff(FlowStatus == 'Allowed', 'A', ''))";
const direction = "iff(FlowDirection == 'Inbound', 'I', iff(FlowDirection == 'Outbound', 'O', ''))";
const started = 'AllowedInFlows + DeniedInFlows + AllowedOutFlows + DeniedOutFlows';
const rule = 'iff(isnotempty(NsgRule), NsgRule, AclRule)';

const FLOWS: Leg = [
  ['TimeGenerated', 'datetime', 'TimeGenerated', 'Start of the interval (event time).'],
  ['TimeProcessed_t', 'datetime', 'TimeProcessed', 'When the interval was reduced.'],
  ['SubType_s', 'string', 'SubType', 'FlowLog; Topology and StatusMessage for topology rows.'],
  ['FASchemaVersion_s', 'string', "'2'", 'Version of this schema: 2.'],
  ['Computer', 'string', "''", 'Empty: flows come from no agent. Published rules name it.'],
  ['FlowIntervalStartTime_t', 'datetime', 'FlowIntervalStartTime', 'Start of the interval.'],
  ['FlowIntervalEndTime_t', 'datetime', 'FlowIntervalEndTime', 'End of the interval.'],
  ['FlowStartTime_t', 'datetime', 'FlowStartTime', 'First start of a flow in the interval.'],
  ['FlowEndTime_t', 'datetime', 'FlowEndTime', 'Last start of a flow in the interval.'],
  ['FlowType_s', 'string', 'FlowType', 'Kind of flow by where its ends are.'],
  ['SrcIP_s', 'string', 'SrcIp', 'Address of the initiator.', { unit: 'address' }],
  ['DestIP_s', 'string', 'DestIp', 'Address of the responder.', { unit: 'address' }],
  ['DestPort_d', 'real', 'todouble(DestPort)', 'Port of the responder.', { unit: 'port' }],
  ['L4Protocol_s', 'string', 'L4Protocol', 'T or U.'],
  ['L7Protocol_s', 'string', 'L7Protocol', 'Service name of the destination port.'],
  ['FlowDirection_s', 'string', direction, 'I or O.'],
  ['FlowStatus_s', 'string', verdict, 'A or D.'],
  [
    'NSGList_s',
    'string',
    'iff(isnotempty(NsgList), NsgList, AclGroup)',
    'The policy object that decided.',
  ],
  ['NSGRule_s', 'string', rule, 'The rule that decided.'],
  ['NSGRuleType_s', 'string', 'NsgRuleType', 'User Defined or Default.'],
  ['MACAddress_s', 'string', 'MacAddress', 'Hardware address of the observing interface.'],
  ['Subscription1_g', 'string', 'SrcSubscription', 'Subscription of the initiator.'],
  ['Subscription2_g', 'string', 'DestSubscription', 'Subscription of the responder.'],
  ['Region1_s', 'string', 'SrcRegion', 'Region of the initiator.'],
  ['Region2_s', 'string', 'DestRegion', 'Region of the responder.'],
  ['NIC1_s', 'string', 'SrcNic', 'Interface of the initiator.'],
  ['NIC2_s', 'string', 'DestNic', 'Interface of the responder.'],
  ['VM1_s', 'string', 'SrcVm', 'Machine of the initiator.'],
  ['VM2_s', 'string', 'DestVm', 'Machine of the responder.'],
  ['Subnet1_s', 'string', 'SrcSubnet', 'Subnet of the initiator.'],
  ['Subnet2_s', 'string', 'DestSubnet', 'Subnet of the responder.'],
  [
    'ApplicationGateway1_s',
    'string',
    'SrcApplicationGateway',
    'Application gateway at the initiator.',
  ],
  [
    'ApplicationGateway2_s',
    'string',
    'DestApplicationGateway',
    'Application gateway at the responder.',
  ],
  ['ExpressRouteCircuit1_s', 'string', 'SrcExpressRouteCircuit', 'Circuit of the initiator.'],
  ['ExpressRouteCircuit2_s', 'string', 'DestExpressRouteCircuit', 'Circuit of the responder.'],
  [
    'ExpressRouteCircuitPeeringType_s',
    'string',
    'ExpressRouteCircuitPeeringType',
    'Peering of the circuit.',
  ],
  ['LoadBalancer1_s', 'string', 'SrcLoadBalancer', 'Load balancer at the initiator.'],
  ['LoadBalancer2_s', 'string', 'DestLoadBalancer', 'Load balancer at the responder.'],
  ['LocalNetworkGateway1_s', 'string', 'SrcLocalNetworkGateway', 'Site of the initiator.'],
  ['LocalNetworkGateway2_s', 'string', 'DestLocalNetworkGateway', 'Site of the responder.'],
  ['ConnectionType_s', 'string', 'ConnectionType', 'VNetPeering, VpnGateway or ExpressRoute.'],
  ['ConnectionName_s', 'string', 'ConnectionName', 'Name of the connection.'],
  ['ConnectingVNets_s', 'string', 'ConnectingVnets', 'Hub networks passed.'],
  ['Country_s', 'string', 'Country', 'Country of the public side.', { unit: 'country' }],
  ['AzureRegion_s', 'string', 'AzureRegion', 'Azure region of the public side.'],
  [
    'AllowedInFlows_d',
    'real',
    'todouble(AllowedInFlows)',
    'Inbound flows allowed.',
    { unit: 'flows' },
  ],
  [
    'DeniedInFlows_d',
    'real',
    'todouble(DeniedInFlows)',
    'Inbound flows denied.',
    { unit: 'flows' },
  ],
  [
    'AllowedOutFlows_d',
    'real',
    'todouble(AllowedOutFlows)',
    'Outbound flows allowed.',
    { unit: 'flows' },
  ],
  [
    'DeniedOutFlows_d',
    'real',
    'todouble(DeniedOutFlows)',
    'Outbound flows denied.',
    { unit: 'flows' },
  ],
  ['CompletedFlows_d', 'real', 'todouble(CompletedFlows)', 'Flows that ended.', { unit: 'flows' }],
  [
    'InboundPackets_d',
    'real',
    'todouble(PacketsDestToSrc)',
    'Packets from the responder.',
    { unit: 'packets' },
  ],
  [
    'OutboundPackets_d',
    'real',
    'todouble(PacketsSrcToDest)',
    'Packets from the initiator.',
    { unit: 'packets' },
  ],
  [
    'InboundBytes_d',
    'real',
    'todouble(BytesDestToSrc)',
    'Bytes from the responder.',
    { unit: 'bytes' },
  ],
  [
    'OutboundBytes_d',
    'real',
    'todouble(BytesSrcToDest)',
    'Bytes from the initiator.',
    { unit: 'bytes' },
  ],
  ['SrcPublicIPs_s', 'string', 'SrcPublicIps', 'Public initiators as bar records.'],
  ['DestPublicIPs_s', 'string', 'DestPublicIps', 'Public responders as bar records.'],
  [
    'IsFlowCapturedAtUDRHop_b',
    'bool',
    'IsFlowCapturedAtUdrHop',
    'True where an appliance saw the flow in transit.',
  ],
  ['VMIP_s', 'string', inside('Ip'), 'Version 1: address of the machine.', { unit: 'address' }],
  ['Subscription_g', 'string', inside('Subscription'), 'Version 1: subscription of the machine.'],
  [
    'Region_s',
    'string',
    inside('Region'),
    'Version 1: region of the machine; of the resource in topology rows.',
  ],
  ['NIC_s', 'string', inside('Nic'), 'Version 1: interface of the machine.'],
  ['VM_s', 'string', inside('Vm'), 'Version 1: the machine.'],
  ['Subnet_s', 'string', inside('Subnet'), 'Version 1: subnet of the machine.'],
  ['PublicIPs_s', 'string', inside('PublicIps'), 'Version 1: public peers as bar records.'],
  ['FlowCount_d', 'real', `todouble(${started})`, 'Version 1: flows started.', { unit: 'flows' }],
  [
    'NSGRules_s',
    'string',
    `iff(isempty(${rule}), '', strcat('0|', tolower(${rule}), '|', ${direction}, '|', ${verdict}, '|', tostring(${started})))`,
    'Version 1: index|rule|direction|verdict|hits.',
  ],
];

const copy = (newer: string, older: string, type: KqlType, meaning: string) =>
  [older, type, type === 'real' ? `todouble(${newer})` : newer, meaning] as const;

const TOPOLOGY: Leg = [
  ['TimeGenerated', 'datetime', 'TimeGenerated', ''],
  ['TimeProcessed_t', 'datetime', 'TimeProcessed', ''],
  ['SubType_s', 'string', 'SubType', ''],
  copy('SchemaVersion', 'SchemaVersion_s', 'string', 'Topology: version of the row.'),
  copy('TopologyVersion', 'TopologyVersion_s', 'string', 'Topology: version of the snapshot.'),
  copy('Name', 'Name_s', 'string', 'Topology: name of the resource.'),
  ['Region_s', 'string', 'Region', ''],
  ['Subscription_g', 'string', 'Subscription', ''],
  copy('AzureResourceType', 'ResourceType', 'string', 'Topology: kind of resource.'),
  copy(
    'DiscoveryRegion',
    'DiscoveryRegion_s',
    'string',
    'Topology: region whose discovery produced the row.',
  ),
  copy('Tags', 'Tags_s', 'string', 'Topology: tags as JSON.'),
  copy(
    'ComponentType',
    'ComponentType_s',
    'string',
    'Topology: Topology, in the row that closes a snapshot.',
  ),
  copy('Status', 'Status_s', 'string', 'Topology: Completed, Partial or Failed.'),
  copy('AddressPrefixes', 'AddressPrefixes_s', 'string', 'Topology: prefixes of a network.'),
  copy('SubnetPrefixes', 'SubnetPrefixes_s', 'string', 'Topology: prefixes of a subnet.'),
  copy('Nsg', 'NSG_s', 'string', 'Topology: network security group.'),
  copy('RouteTable', 'RouteTable_s', 'string', 'Topology: route table.'),
  copy('Subnetwork', 'Subnetwork_s', 'string', 'Topology: subnet of an interface.'),
  copy('MacAddress', 'MACAddress_s', 'string', ''),
  copy('VirtualMachine', 'VirtualMachine_s', 'string', 'Topology: machine of an interface.'),
  copy('PrivateIpAddresses', 'PrivateIPAddresses_s', 'string', 'Topology: private addresses.'),
  copy('PublicIpAddresses', 'PublicIPAddresses_s', 'string', 'Topology: public addresses.'),
  copy(
    'IsFlowEnabled',
    'IsFlowEnabled_b',
    'bool',
    'Topology: true where a flow log covers the resource.',
  ),
  copy(
    'FlowLogStorageAccount',
    'FlowLogStorageAccount_s',
    'string',
    'Topology: where the flow log writes.',
  ),
  copy('Priority', 'Priority_d', 'real', 'Topology: priority of a rule.'),
  copy('Protocol', 'Protocol_s', 'string', 'Topology: protocol of a rule.'),
  copy('SourcePortRange', 'SourcePortRange_s', 'string', 'Topology: source ports of a rule.'),
  copy(
    'DestinationPortRange',
    'DestinationPortRange_s',
    'string',
    'Topology: destination ports of a rule.',
  ),
  copy(
    'SourceAddressPrefix',
    'SourceAddressPrefix_s',
    'string',
    'Topology: source prefixes of a rule.',
  ),
  copy(
    'DestinationAddressPrefix',
    'DestinationAddressPrefix_s',
    'string',
    'Topology: destination prefixes of a rule.',
  ),
  copy('Access', 'Access_s', 'string', 'Topology: Allow or Deny.'),
  copy('Direction', 'Direction_s', 'string', 'Topology: Inbound or Outbound.'),
  copy('RuleType', 'RuleType_s', 'string', 'Topology: User Defined or Default.'),
  copy('GatewayType', 'GatewayType_s', 'string', 'Topology: Vpn or ExpressRoute.'),
  copy('PublicFrontendIps', 'PublicFrontendIPs_s', 'string', 'Topology: public front ends.'),
  copy('PrivateFrontendIps', 'PrivateFrontendIPs_s', 'string', 'Topology: private front ends.'),
];

const project = (leg: Leg) =>
  leg.map(([name, , kql]) => (name === kql ? name : `${name} = ${kql}`)).join(', ');

const named = new Set(FLOWS.map(([name]) => name));

/**
 * Reduced flows and topology in the names of the older custom log, for queries written before NTANetAnalytics.
 *
 * The older table held both kinds of row, told apart by SubType_s, and published queries read both: so does the view.
 * Columns that version 2 retired (VMIP_s, NIC_s, FlowCount_d …) are kept; their texts are those of the machine's side.
 */
export const azureNetworkAnalytics = defineTable({
  name: 'AzureNetworkAnalytics_CL',
  kind: 'view',
  row: 'One reduced flow, or one resource of the topology, in the names of the older table.',
  origin: 'https://learn.microsoft.com/azure/network-watcher/traffic-analytics-schema',
  timeColumn: 'TimeGenerated',
  columns: defineColumns(
    [...FLOWS, ...TOPOLOGY.filter(([name]) => !named.has(name))].map(
      ([name, type, , meaning, more]) => [name, type, meaning, more ?? {}] as const,
    ),
  ),
  kql: [
    'union',
    `  (NTANetAnalytics | project ${project(FLOWS)}),`,
    `  (NTATopologyDetails | project ${project(TOPOLOGY)})`,
  ].join('\n'),
});
