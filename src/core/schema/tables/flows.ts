import { defineColumns, defineTable } from '../column.ts';

/**
 * Every flow record as it was observed, from any source, un-reduced.
 *
 * Names and values follow NTANetAnalytics where it has them. SrcIp is the initiator where the source knows it
 * (InitiatorKnown); records that describe one direction only (AWS, GCP, NetFlow) keep the sender as SrcIp and leave
 * the reverse counters null. Counters are what the record adds, never running totals.
 */
export const flows = defineTable({
  name: 'Flows',
  kind: 'stored',
  row: 'One flow record as it was observed, from any source, un-reduced.',
  origin: 'Weir',
  timeColumn: 'TimeGenerated',
  columns: defineColumns([
    ['TimeGenerated', 'datetime', 'When the record says the traffic was seen (event time).'],
    [
      'FlowStartTime',
      'datetime',
      'When the flow, or the window the record covers, began; null where the record does not say.',
    ],
    [
      'FlowEndTime',
      'datetime',
      'When the flow, or the window the record covers, ended; null where the record does not say.',
    ],
    [
      'SrcIp',
      'string',
      'Address of the initiator, or of the sender where the initiator is not known.',
      { unit: 'address' },
    ],
    [
      'DestIp',
      'string',
      'Address of the responder, or of the receiver where the initiator is not known.',
      { unit: 'address' },
    ],
    ['SrcPort', 'int', 'Port of SrcIp; null for protocols without ports.', { unit: 'port' }],
    ['DestPort', 'int', 'Port of DestIp; null for protocols without ports.', { unit: 'port' }],
    [
      'L4Protocol',
      'string',
      'T for TCP, U for UDP, otherwise the keyword of the IANA protocol number.',
    ],
    ['IpProtocol', 'int', 'IANA protocol number.'],
    [
      'FlowDirection',
      'string',
      'Inbound or Outbound as the observer sees it; empty where it does not say.',
    ],
    ['FlowStatus', 'string', 'Allowed or Denied; empty where the source gives no verdict.'],
    [
      'FlowState',
      'string',
      'B begin, C continuing, E end, D denied (Azure); empty for sources without states.',
    ],
    [
      'FlowEncryption',
      'string',
      'State of virtual-network encryption, by the labels Traffic Analytics shows.',
    ],
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
    ['MacAddress', 'string', 'Hardware address of the observing interface, as AA-BB-CC-DD-EE-FF.'],
    ['TargetResourceId', 'string', 'The resource on which logging is enabled.'],
    ['FlowLogResourceId', 'string', 'The flow log that produced the record.'],
    ['Scope', 'string', 'Subscription (Azure), account (AWS) or project (GCP).'],
    ['Region', 'string', 'Region of the observer, as the cloud names it.'],
    ['Network', 'string', 'Virtual network or VPC of the observer.'],
    ['Subnet', 'string', 'Subnet of the observer.'],
    [
      'PacketsSrcToDest',
      'long',
      'Packets from SrcIp to DestIp that this record adds.',
      { unit: 'packets' },
    ],
    [
      'BytesSrcToDest',
      'long',
      'Bytes of the IP layer from SrcIp to DestIp that this record adds.',
      { unit: 'bytes' },
    ],
    [
      'PacketsDestToSrc',
      'long',
      'Packets from DestIp to SrcIp that this record adds; null where the source does not see them.',
      { unit: 'packets' },
    ],
    [
      'BytesDestToSrc',
      'long',
      'Bytes of the IP layer from DestIp to SrcIp that this record adds; null where the source does not see them.',
      { unit: 'bytes' },
    ],
    [
      'PayloadBytesSrcToDest',
      'long',
      'Bytes above the transport header from SrcIp to DestIp, where the source knows them.',
      { unit: 'bytes' },
    ],
    [
      'PayloadBytesDestToSrc',
      'long',
      'Bytes above the transport header from DestIp to SrcIp, where the source knows them.',
      { unit: 'bytes' },
    ],
    [
      'LinkBytesSrcToDest',
      'long',
      'Bytes with the link header from SrcIp to DestIp, where the source knows them.',
      { unit: 'bytes' },
    ],
    [
      'LinkBytesDestToSrc',
      'long',
      'Bytes with the link header from DestIp to SrcIp, where the source knows them.',
      { unit: 'bytes' },
    ],
    [
      'TcpFlags',
      'int',
      'TCP flags seen, OR-ed over the record; null where the source does not report them.',
    ],
    [
      'SamplingRate',
      'real',
      'One in how many packets was looked at; 1 is all. Counters are already scaled by it.',
    ],
    ['InitiatorKnown', 'bool', 'True where SrcIp is known to have started the flow.'],
    [
      'IsFlowStart',
      'bool',
      'True for the record that marks the start of a flow; counting these counts flows.',
    ],
    [
      'IsPrimary',
      'bool',
      'True for one observer of each flow: counting these counts nothing twice.',
      { isComputed: true },
    ],
    ['Source', 'string', 'The format that the record was read from.'],
    ['Observer', 'string', 'Who saw it: hardware address, network interface or instance.'],
    ['Exporter', 'string', 'Who sent the record to Weir, where that is not the observer.'],
    ['AdditionalFields', 'dynamic', 'Fields of the record that have no column of their own.'],
    ['SourceObject', 'string', 'File or blob that the record was read from.'],
    [
      'SourceOffset',
      'long',
      'Byte offset, in the uncompressed object, of the record or line that holds it.',
    ],
    ['IngestionTime', 'datetime', 'When Weir stored the record; what ingestion_time() returns.'],
  ]),
});
