import type { TableBuilder } from '#core/batch/index.ts';
import { ENCRYPTION_LABELS } from './azure-resource.ts';

/** Codes of the few texts that columns of one tuple hold; interned anew when dictionaries are. */
export interface VnetCodes {
  readonly inbound: number;
  readonly outbound: number;
  readonly allowed: number;
  readonly denied: number;
  /** By the letter's character code; 0 for what is no state. */
  readonly states: Int32Array;
  readonly unencrypted: number;
  readonly encrypted: number;
  /** By IANA number; -1 until the name is interned. */
  readonly protocols: Int32Array;
}

export function internCodes(c: VnetColumns): VnetCodes {
  const states = new Int32Array(128);
  for (const state of ['B', 'C', 'E', 'D']) states[state.charCodeAt(0)] = c.state.intern(state);
  return {
    inbound: c.direction.intern('Inbound'),
    outbound: c.direction.intern('Outbound'),
    allowed: c.status.intern('Allowed'),
    denied: c.status.intern('Denied'),
    states,
    unencrypted: c.encryption.intern(ENCRYPTION_LABELS['NX']!),
    encrypted: c.encryption.intern(ENCRYPTION_LABELS['X']!),
    protocols: new Int32Array(256).fill(-1),
  };
}

export type VnetColumns = ReturnType<typeof columnsOf>;

/** The columns of `Flows` that VNet logs fill, looked up once. */
export function columnsOf(flows: TableBuilder) {
  const text = (name: string) => flows.text(name);
  const number = (name: string) => flows.number(name);
  const time = number('TimeGenerated');
  const srcPort = number('SrcPort');
  const destPort = number('DestPort');
  const protocol = number('IpProtocol');
  const packetsOut = number('PacketsSrcToDest');
  const bytesOut = number('BytesSrcToDest');
  const packetsIn = number('PacketsDestToSrc');
  const bytesIn = number('BytesDestToSrc');
  const isStart = flows.bool('IsFlowStart');
  const initiatorKnown = flows.bool('InitiatorKnown');
  return {
    time,
    start: number('FlowStartTime'),
    end: number('FlowEndTime'),
    srcIp: text('SrcIp'),
    destIp: text('DestIp'),
    srcPort,
    destPort,
    protocol,
    l4: text('L4Protocol'),
    direction: text('FlowDirection'),
    status: text('FlowStatus'),
    state: text('FlowState'),
    encryption: text('FlowEncryption'),
    acl: text('AclGroup'),
    rule: text('AclRule'),
    mac: text('MacAddress'),
    observer: text('Observer'),
    target: text('TargetResourceId'),
    flowLog: text('FlowLogResourceId'),
    scope: text('Scope'),
    network: text('Network'),
    subnet: text('Subnet'),
    region: text('Region'),
    source: text('Source'),
    object: text('SourceObject'),
    offset: number('SourceOffset'),
    ingestion: number('IngestionTime'),
    sampling: number('SamplingRate'),
    additional: text('AdditionalFields'),
    packetsOut,
    bytesOut,
    packetsIn,
    bytesIn,
    isStart,
    initiatorKnown,
    /** Columns that every row sets. */
    always: [
      time,
      srcPort,
      destPort,
      protocol,
      packetsOut,
      bytesOut,
      packetsIn,
      bytesIn,
      isStart,
      initiatorKnown,
    ],
  };
}
