import type { Column, KqlType } from '../column.ts';
import { defineColumns, defineTable } from '../column.ts';

type Row = readonly [name: string, type: KqlType, meaning: string, more?: Partial<Column>];

const HOUR: Row = ['TimeGenerated', 'datetime', 'Start of the hour.'];
const INTERVAL: Row = ['TimeGenerated', 'datetime', 'Start of the interval.'];
const FLOW_TYPE: Row = [
  'FlowType',
  'string',
  'Kind of flow by where its ends are; see NTANetAnalytics.',
];

/** What every rollup counts: primary observations only, so that nothing is counted twice. */
const COUNTERS: readonly Row[] = [
  ['Flows', 'long', 'Flows started.', { unit: 'flows' }],
  ['AllowedFlows', 'long', 'Flows started that were not denied.', { unit: 'flows' }],
  ['DeniedFlows', 'long', 'Flows denied.', { unit: 'flows' }],
  [
    'MaliciousFlows',
    'long',
    'Flows started with an address on a list of bad addresses.',
    { unit: 'flows' },
  ],
  [
    'UnansweredFlows',
    'long',
    'Flows allowed and never answered within the interval.',
    { unit: 'flows' },
  ],
  ['BytesSrcToDest', 'long', 'Bytes from initiators to responders.', { unit: 'bytes' }],
  ['BytesDestToSrc', 'long', 'Bytes from responders to initiators.', { unit: 'bytes' }],
  ['PacketsSrcToDest', 'long', 'Packets from initiators to responders.', { unit: 'packets' }],
  ['PacketsDestToSrc', 'long', 'Packets from responders to initiators.', { unit: 'packets' }],
  ['RecordCount', 'long', 'Raw records counted.', { unit: 'records' }],
];

const rollup = (name: string, row: string, keys: readonly Row[], sortBy?: readonly string[]) =>
  defineTable({
    ...(sortBy && { sortBy }),
    name,
    kind: 'stored',
    row: `${row}, counting primary observations only.`,
    origin: 'Weir',
    timeColumn: 'TimeGenerated',
    columns: defineColumns([...keys, ...COUNTERS]),
  });

export const trafficByRule = rollup(
  'TrafficByRule',
  'Traffic of one interval by the rule that decided',
  [
    INTERVAL,
    ['Scope', 'string', 'Subscription, account or project of the observer.'],
    ['Network', 'string', 'Virtual network or VPC of the observer.'],
    ['AclGroup', 'string', 'The policy object that decided.'],
    ['AclRule', 'string', 'The rule that decided; empty for flows without a rule.'],
    ['FlowDirection', 'string', 'Inbound or Outbound as the observer sees it.'],
    ['FlowStatus', 'string', 'Allowed or Denied; empty where the source gives no verdict.'],
    FLOW_TYPE,
  ],
);

export const trafficByHost = rollup(
  'TrafficByHost',
  'Traffic of one hour by one address, as initiator or responder',
  [
    HOUR,
    ['Ip', 'string', 'The address.', { unit: 'address' }],
    ['Role', 'string', 'Initiator or Responder.'],
    [
      'Scope',
      'string',
      'Subscription, account or project that holds the address; empty for others.',
    ],
    [
      'Subnet',
      'string',
      'Subnet of the address as resource group/network/subnet; empty when not known.',
    ],
    ['Host', 'string', 'Machine that holds the address; empty when not known.'],
    ['IsPublic', 'bool', 'True for public addresses that are not in a known network.'],
  ],
  ['Ip', 'Role', 'TimeGenerated'],
);

export const trafficByPair = rollup(
  'TrafficByPair',
  'Traffic of one hour between one initiator and one responder',
  [
    HOUR,
    ['SrcIp', 'string', 'Address of the initiator.', { unit: 'address' }],
    ['DestIp', 'string', 'Address of the responder.', { unit: 'address' }],
    FLOW_TYPE,
  ],
  ['SrcIp', 'DestIp', 'TimeGenerated'],
);

export const trafficByPort = rollup('TrafficByPort', 'Traffic of one hour by destination port', [
  HOUR,
  ['DestPort', 'int', 'Port of the responder.', { unit: 'port' }],
  [
    'L4Protocol',
    'string',
    'T for TCP, U for UDP, otherwise the keyword of the IANA protocol number.',
  ],
  ['L7Protocol', 'string', 'Service name that IANA registers for the port.'],
  ['FlowStatus', 'string', 'Allowed or Denied; empty where the source gives no verdict.'],
  FLOW_TYPE,
]);

export const trafficByPlace = rollup(
  'TrafficByPlace',
  'Traffic of one interval with public addresses by their place',
  [
    INTERVAL,
    ['Country', 'string', 'Country of registration of the public side.', { unit: 'country' }],
    ['AzureRegion', 'string', 'Azure region of the public side, where known.'],
    ['Provider', 'string', 'Cloud or network that announces the public side.'],
    ['FromInternet', 'bool', 'True where the public side started the flows.'],
    FLOW_TYPE,
  ],
);

export const internetExposure = rollup(
  'InternetExposure',
  'Traffic of one hour between one inside address and public addresses by service',
  [
    HOUR,
    ['Ip', 'string', 'The inside address.', { unit: 'address' }],
    ['Subnet', 'string', 'Subnet of the inside address; empty when not known.'],
    ['Host', 'string', 'Machine that holds the inside address; empty when not known.'],
    [
      'FromInternet',
      'bool',
      'True where the public side started the flows: the inside address answers the internet.',
    ],
    ['DestPort', 'int', 'Port of the responder.', { unit: 'port' }],
    [
      'L4Protocol',
      'string',
      'T for TCP, U for UDP, otherwise the keyword of the IANA protocol number.',
    ],
    ['L7Protocol', 'string', 'Service name that IANA registers for the port.'],
    ['FlowStatus', 'string', 'Allowed or Denied; empty where the source gives no verdict.'],
    ['PublicPeers', 'long', 'Distinct public addresses in the hour.'],
  ],
  ['Ip', 'DestPort', 'TimeGenerated'],
);

/** The inside addresses that observers saw: what Weir learns of the topology where none is imported. */
export const observedAddresses = defineTable({
  name: 'ObservedAddresses',
  kind: 'stored',
  row: 'One address on the inside of one observing interface in one hour.',
  origin: 'Weir',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    HOUR,
    ['Ip', 'string', 'The address.', { unit: 'address' }],
    ['Source', 'string', 'The format of the records.'],
    ['Observer', 'string', 'The observing interface.'],
    ['Scope', 'string', 'Subscription, account or project of the observer.'],
    ['Region', 'string', 'Region of the observer.'],
    ['Network', 'string', 'Network of the observer; what the address counts as part of.'],
    ['Subnet', 'string', 'Subnet of the observer, where the source says.'],
    ['RecordCount', 'long', 'Records in which the address was on the inside.', { unit: 'records' }],
  ]),
});

/** Who repeats whom: the rows of Flows that match one of these are not primary. */
export const repeatedObservations = defineTable({
  name: 'RepeatedObservations',
  kind: 'stored',
  row: 'One observer that in one hour repeated what another observer recorded of the same two addresses.',
  origin: 'Weir',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    HOUR,
    ['SrcIp', 'string', 'SrcIp of the rows in Flows.', { unit: 'address' }],
    ['DestIp', 'string', 'DestIp of the rows in Flows.', { unit: 'address' }],
    ['Source', 'string', 'Source of the repeating rows.'],
    ['Observer', 'string', 'Observer of the repeating rows.'],
    ['FlowDirection', 'string', 'FlowDirection of the repeating rows.'],
    ['PrimarySource', 'string', 'Source that is counted.'],
    ['PrimaryObserver', 'string', 'Observer that is counted.'],
    ['Reason', 'string', 'SameInterface (two logs of one interface), OtherEnd or Transit.'],
    ['Scope', 'string', 'Subscription, account or project of the repeating observer.'],
    ['Network', 'string', 'Network of the repeating observer.'],
    ['Subnet', 'string', 'Subnet of the repeating observer.'],
    ['RecordCount', 'long', 'Rows in Flows that repeat.', { unit: 'records' }],
  ]),
});

/** Every rollup, in the order of the reference page. */
export const ROLLUPS = [
  trafficByRule,
  trafficByHost,
  trafficByPair,
  trafficByPort,
  trafficByPlace,
  internetExposure,
  observedAddresses,
  repeatedObservations,
] as const;
