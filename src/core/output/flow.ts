import { communityId } from './community-id.ts';
import { type Context, instantOf, type Json, type JsonObject, type RowMessage } from './message.ts';

/** What the row of a flow says, whichever of our tables it is from; undefined where it does not say. */
export interface FlowView {
  readonly srcIp: string;
  readonly dstIp: string;
  readonly srcPort: number | undefined;
  readonly dstPort: number | undefined;
  /** IANA protocol number. */
  readonly protocol: number | undefined;
  /** In small letters: `tcp`, `udp`, `icmp`. */
  readonly transport: string | undefined;
  readonly direction: 'inbound' | 'outbound' | undefined;
  readonly verdict: 'allowed' | 'denied' | undefined;
  /** From the source to the destination. */
  readonly bytesOut: number | undefined;
  readonly bytesIn: number | undefined;
  readonly packetsOut: number | undefined;
  readonly packetsIn: number | undefined;
  /** ms since 1970. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly at: number | undefined;
  readonly rule: string | undefined;
  readonly observer: string | undefined;
  readonly communityId: string | undefined;
}

/** The columns that a view is made of: encoders leave them out of what they add as it is. */
export const FLOW_COLUMNS: ReadonlySet<string> = new Set([
  'TimeGenerated',
  'SrcIp',
  'DestIp',
  'SrcPort',
  'DestPort',
  'IpProtocol',
  'L4Protocol',
  'FlowDirection',
  'FlowStatus',
  'BytesSrcToDest',
  'BytesDestToSrc',
  'PacketsSrcToDest',
  'PacketsDestToSrc',
  'FlowStartTime',
  'FlowEndTime',
  'AclRule',
  'Observer',
]);

const NUMBERS: Readonly<Record<string, number>> = { T: 6, U: 17, ICMP: 1, 'IPv6-ICMP': 58 };
const TRANSPORTS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'ipv6-icmp',
  132: 'sctp',
};

/** A row that has a source and a destination, as a flow; undefined for any other. */
export function asFlow({ values }: RowMessage, { sha1 }: Context): FlowView | undefined {
  const srcIp = text(values['SrcIp']);
  const dstIp = text(values['DestIp']);
  if (srcIp === undefined || dstIp === undefined) return undefined;
  const letter = text(values['L4Protocol']);
  const protocol = number(values['IpProtocol']) ?? NUMBERS[letter ?? ''];
  const srcPort = number(values['SrcPort']);
  const dstPort = number(values['DestPort']);
  return {
    srcIp,
    dstIp,
    srcPort,
    dstPort,
    protocol,
    transport: protocol === undefined ? letter?.toLowerCase() : TRANSPORTS[protocol],
    direction: word(values['FlowDirection'], ['inbound', 'outbound']),
    verdict: word(values['FlowStatus'], ['allowed', 'denied']),
    bytesOut: number(values['BytesSrcToDest']),
    bytesIn: number(values['BytesDestToSrc']),
    packetsOut: number(values['PacketsSrcToDest']),
    packetsIn: number(values['PacketsDestToSrc']),
    start: instantOf(values['FlowStartTime']),
    end: instantOf(values['FlowEndTime']),
    at: instantOf(values['TimeGenerated']),
    rule: text(values['AclRule']),
    observer: text(values['Observer']),
    communityId:
      protocol === undefined
        ? undefined
        : communityId({ srcIp, dstIp, srcPort, dstPort, protocol }, sha1),
  };
}

/** The columns of a row that its flow view does not hold, without those that are empty. */
export const restOfFlow = ({ values }: RowMessage): JsonObject =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => !FLOW_COLUMNS.has(name) && value !== null && value !== '',
    ),
  );

/** The sum of what is known; undefined when neither is. */
export const total = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Longs past 2^53 come as text; encoders carry them as the nearest number. */
function number(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

function word<W extends string>(value: Json | undefined, words: readonly W[]): W | undefined {
  return typeof value === 'string' ? words.find((one) => one === value.toLowerCase()) : undefined;
}
