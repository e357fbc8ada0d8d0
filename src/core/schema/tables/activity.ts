import type { Column, KqlType } from '../column.ts';
import { defineColumns, defineTable } from '../column.ts';

/**
 * What detection reads instead of flows: activity of pairs and hosts by the hour, and of pairs by the day. Kept from
 * Flows as they are committed, counting primary observations only.
 */
type Row = readonly [name: string, type: KqlType, meaning: string, more?: Partial<Column>];

const HOUR: Row = ['TimeGenerated', 'datetime', 'Start of the hour.'];
const PROTOCOL: Row = [
  'L4Protocol',
  'string',
  'T for TCP, U for UDP, otherwise the keyword of the IANA protocol number.',
];

const ADD_UP = 'rows of one key add up, since an hour that is still growing may have several';

const activity = (
  name: string,
  row: string,
  columns: readonly Row[],
  sortBy: readonly string[],
  time: Row = HOUR,
) =>
  defineTable({
    name,
    kind: 'stored',
    row: `${row}, of primary observations.`,
    origin: 'Weir',
    timeColumn: 'TimeGenerated',
    sortBy,
    isKeptByHour: true,
    columns: defineColumns([time, ...columns]),
  });

export const pairHours = activity(
  'PairHours',
  `What one initiator did with one service of one responder in one hour; ${ADD_UP}`,
  [
    [
      'SrcIp',
      'string',
      'Address of the initiator; empty where the row sums up initiators beyond the first 20,000 of a responder.',
      { unit: 'address' },
    ],
    [
      'DestIp',
      'string',
      'Address of the responder; empty where the row sums up services beyond the first 10,000 of an initiator.',
      { unit: 'address' },
    ],
    [
      'DestPort',
      'int',
      'Port of the responder; null for protocols without ports.',
      { unit: 'port' },
    ],
    PROTOCOL,
    ['Pairs', 'long', 'Pairs of initiator and service in the row: 1, more where it sums up.'],
    [
      'SrcIsInside',
      'bool',
      'True where the initiator is of a known or private network, or local (multicast, link-local).',
    ],
    [
      'DestIsInside',
      'bool',
      'True where the responder is of a known or private network, or local (multicast, link-local).',
    ],
    ['Flows', 'long', 'Flows started.', { unit: 'flows' }],
    ['AllowedFlows', 'long', 'Flows started that were not denied.', { unit: 'flows' }],
    ['DeniedFlows', 'long', 'Flows denied.', { unit: 'flows' }],
    ['UnansweredFlows', 'long', 'Flows allowed to which no packet came back.', { unit: 'flows' }],
    [
      'OneWayFlows',
      'long',
      'Flows allowed of which one direction was seen by a source that shows one only, or samples, so that an answer cannot be told.',
      { unit: 'flows' },
    ],
    ['BytesSrcToDest', 'long', 'Bytes from the initiator.', { unit: 'bytes' }],
    ['BytesDestToSrc', 'long', 'Bytes from the responder.', { unit: 'bytes' }],
    ['PacketsSrcToDest', 'long', 'Packets from the initiator.', { unit: 'packets' }],
    ['PacketsDestToSrc', 'long', 'Packets from the responder.', { unit: 'packets' }],
    ['BytesSquared', 'real', 'Sum of the squares of the bytes that each flow carried both ways.'],
    ['LargestBytes', 'long', 'Most bytes that one flow carried both ways.', { unit: 'bytes' }],
    ['DurationMs', 'long', 'Time that the flows were open, added up.', { unit: 'milliseconds' }],
    ['LongestMs', 'long', 'Time that the longest flow was open.', { unit: 'milliseconds' }],
    ['LargestAt', 'datetime', 'When the flow with the most bytes was seen last.'],
    ['FirstTime', 'datetime', 'First start in the hour.'],
    ['LastTime', 'datetime', 'Last record in the hour.'],
    [
      'Starts',
      'dynamic',
      'Seconds of the hour, 0 to 3599, in which flows started, ascending, each once.',
    ],
    [
      'StartBytes',
      'dynamic',
      'Bytes that the initiator sent in the flows of each of those seconds, in the order of Starts.',
    ],
    [
      'SamplingRate',
      'real',
      'Highest sampling rate of the records, as they say or as is usual of their source; 1 is all packets seen.',
    ],
    [
      'WindowMs',
      'long',
      'Mean length of what one record covers: times are no finer than this where it is over a minute.',
      { unit: 'milliseconds' },
    ],
    ['RecordCount', 'long', 'Raw records counted.', { unit: 'records' }],
  ],
  ['SrcIp', 'DestIp', 'DestPort', 'TimeGenerated'],
);

export const hostHours = activity(
  'HostHours',
  'What one address did in one hour, as initiator or as responder; one row for each hour, address and role',
  [
    ['Ip', 'string', 'The address.', { unit: 'address' }],
    ['Role', 'string', 'Initiator or Responder.'],
    [
      'IsInside',
      'bool',
      'True where the address is of a known or private network, or local (multicast, link-local).',
    ],
    ['Flows', 'long', 'Flows started by or to it.', { unit: 'flows' }],
    ['AllowedFlows', 'long', 'Flows that were not denied.', { unit: 'flows' }],
    ['DeniedFlows', 'long', 'Flows denied.', { unit: 'flows' }],
    ['UnansweredFlows', 'long', 'Flows allowed to which no packet came back.', { unit: 'flows' }],
    ['InsidePeers', 'long', 'Distinct inside addresses at the other end.'],
    ['OutsidePeers', 'long', 'Distinct outside addresses at the other end.'],
    ['Ports', 'long', 'Distinct destination ports.'],
    ['Services', 'long', 'Distinct pairs of peer and destination port.'],
    [
      'NewPeers',
      'long',
      'Peers with which it had nothing to do in the 30 days before, as known when the hour was written.',
    ],
    ['BytesSentInside', 'long', 'Bytes it sent to inside addresses.', { unit: 'bytes' }],
    ['BytesSentOutside', 'long', 'Bytes it sent to outside addresses.', { unit: 'bytes' }],
    ['BytesReceivedInside', 'long', 'Bytes it got from inside addresses.', { unit: 'bytes' }],
    ['BytesReceivedOutside', 'long', 'Bytes it got from outside addresses.', { unit: 'bytes' }],
    ['PeakFlowsPerMinute', 'long', 'Most flows that started in one minute.', { unit: 'flows' }],
    [
      'PeakPacketsPerMinute',
      'long',
      'Most packets towards the responder in one minute.',
      { unit: 'packets' },
    ],
    [
      'PeakBytesPerMinute',
      'long',
      'Most bytes towards the responder in one minute.',
      { unit: 'bytes' },
    ],
    ['PeakAt', 'datetime', 'The minute with the most flows.'],
    ['RecordCount', 'long', 'Raw records counted.', { unit: 'records' }],
  ],
  ['Ip', 'Role', 'TimeGenerated'],
);

export const pairDays = activity(
  'PairDays',
  'What one initiator did with one service of one responder in one day, where the initiator is inside or was answered; one row for each',
  [
    ['SrcIp', 'string', 'Address of the initiator.', { unit: 'address' }],
    ['DestIp', 'string', 'Address of the responder.', { unit: 'address' }],
    [
      'DestPort',
      'int',
      'Port of the responder; null for protocols without ports.',
      { unit: 'port' },
    ],
    PROTOCOL,
    [
      'SrcIsInside',
      'bool',
      'True where the initiator is of a known or private network, or local (multicast, link-local).',
    ],
    [
      'DestIsInside',
      'bool',
      'True where the responder is of a known or private network, or local (multicast, link-local).',
    ],
    ['Flows', 'long', 'Flows started.', { unit: 'flows' }],
    ['AllowedFlows', 'long', 'Flows started that were not denied.', { unit: 'flows' }],
    ['DeniedFlows', 'long', 'Flows denied.', { unit: 'flows' }],
    ['IsAnswered', 'bool', 'True where the responder sent anything back.'],
    ['BytesSrcToDest', 'long', 'Bytes from the initiator.', { unit: 'bytes' }],
    ['BytesDestToSrc', 'long', 'Bytes from the responder.', { unit: 'bytes' }],
    ['Hours', 'int', 'Hours of the day in which they had to do with each other.'],
    ['FirstTime', 'datetime', 'First start in the day.'],
    ['LastTime', 'datetime', 'Last record in the day.'],
  ],
  ['SrcIp', 'DestIp', 'DestPort'],
  ['TimeGenerated', 'datetime', 'Start of the day.'],
);

/** In the order the reference page shows them. */
export const ACTIVITY = [pairHours, hostHours, pairDays] as const;
