import { ip, type LogSource, number, text } from './source.ts';

/** Connections, as firewalls, Zeek and Sigma's own taxonomy tell them: all of them are flows. */

const FLOWS = 'Flows\n| where IsPrimary';
const entities = [ip('SrcIp', 'actor'), ip('DestIp', 'target')];

const source = text('SrcIp');
const destination = text('DestIp');
const sourcePort = number('SrcPort');
const destinationPort = number('DestPort');
const transport = text(
  'Transport',
  'case(L4Protocol == "T", "tcp", L4Protocol == "U", "udp", tolower(L4Protocol))',
);
const seconds = number('DurationSeconds', '(FlowEndTime - FlowStartTime) / 1s');
const sent = number('BytesSrcToDest');
const received = number('BytesDestToSrc');
const packetsSent = number('PacketsSrcToDest');
const packetsReceived = number('PacketsDestToSrc');

export const firewall: LogSource = {
  name: 'firewall',
  matches: [{ category: 'firewall' }],
  rows: FLOWS,
  fields: {
    src_ip: source,
    src_port: sourcePort,
    dst_ip: destination,
    dst_port: destinationPort,
    protocol: transport,
    action: text(
      'Action',
      'case(FlowStatus == "Denied", "block", FlowStatus == "Allowed", "allow", "")',
    ),
    direction: text('FlowDirection'),
    rule: text('AclRule'),
  },
  message: [],
  entities,
};

export const connections: LogSource = {
  name: 'network connections',
  matches: [{ category: 'network', service: 'connection' }],
  rows: FLOWS,
  fields: {
    'source.ip': source,
    'source.port': sourcePort,
    'source.bytes': sent,
    'source.packets': packetsSent,
    'destination.ip': destination,
    'destination.port': destinationPort,
    'destination.bytes': received,
    'destination.packets': packetsReceived,
    'event.duration': seconds,
    'network.transport': transport,
    'network.type': text('AddressFamily', 'iff(SrcIp has ":", "ipv6", "ipv4")'),
  },
  message: [],
  entities,
};

export const zeekConn: LogSource = {
  name: 'Zeek conn',
  matches: [{ product: 'zeek', service: 'conn' }],
  rows: FLOWS,
  fields: {
    'id.orig_h': source,
    'id.orig_p': sourcePort,
    'id.resp_h': destination,
    'id.resp_p': destinationPort,
    proto: transport,
    duration: seconds,
    orig_bytes: number('PayloadBytesSrcToDest'),
    resp_bytes: number('PayloadBytesDestToSrc'),
    orig_ip_bytes: sent,
    resp_ip_bytes: received,
    orig_pkts: packetsSent,
    resp_pkts: packetsReceived,
  },
  message: [],
  entities,
};

export const zeekRdp: LogSource = {
  name: 'Zeek rdp',
  matches: [{ product: 'zeek', service: 'rdp' }],
  rows: `${FLOWS}\n| where DestPort == 3389 and FlowStatus != "Denied"`,
  fields: {
    'id.orig_h': source,
    'id.orig_p': sourcePort,
    'id.resp_h': destination,
    'id.resp_p': destinationPort,
  },
  message: [],
  entities,
  warning: 'RDP is told by port 3389, since flows do not name the protocol',
};
