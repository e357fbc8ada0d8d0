import { parseIp } from '#core/base/index.ts';
import { base64 } from './base64.ts';

export interface FlowTuple {
  readonly srcIp: string;
  readonly dstIp: string;
  readonly srcPort: number | undefined;
  readonly dstPort: number | undefined;
  /** IANA protocol number. */
  readonly protocol: number;
}

/** Protocols whose flows have ports: TCP, UDP, SCTP. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 132]);

/**
 * Community ID v1 with seed 0, such as `1:LQU9qZlK+B5F3KDmev6m5PMibrg=`; undefined where the tuple does not determine one
 * (no address, ports missing, ICMP, whose type and code flow logs do not tell).
 * Source: github.com/corelight/community-id-spec.
 */
export function communityId(
  tuple: FlowTuple,
  sha1: (bytes: Uint8Array) => Uint8Array,
): string | undefined {
  const { protocol, srcPort, dstPort } = tuple;
  const src = addressBytes(tuple.srcIp);
  const dst = addressBytes(tuple.dstIp);
  if (!src || !dst || src.length !== dst.length) return undefined;
  if (protocol === 1 || protocol === 58) return undefined;
  const hasPorts = WITH_PORTS.has(protocol);
  if (hasPorts && (srcPort === undefined || dstPort === undefined)) return undefined;
  const ports = hasPorts ? [srcPort ?? 0, dstPort ?? 0] : [];
  const order = compareBytes(src, dst);
  const isTurned = order > 0 || (order === 0 && (ports[0] ?? 0) > (ports[1] ?? 0));
  const [first, second] = isTurned ? [dst, src] : [src, dst];
  if (isTurned) ports.reverse();
  const bytes = Uint8Array.from([
    0,
    0,
    ...first,
    ...second,
    protocol & 0xff,
    0,
    ...ports.flatMap((port) => [(port >> 8) & 0xff, port & 0xff]),
  ]);
  return `1:${base64(sha1(bytes))}`;
}

/** Four bytes of an IPv4 address, sixteen of an IPv6 one. */
function addressBytes(text: string): readonly number[] | undefined {
  const words = parseIp(text);
  if (!words) return undefined;
  const isMapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return [...(isMapped ? words.subarray(3) : words)].flatMap((word) => [
    word >>> 24,
    (word >>> 16) & 0xff,
    (word >>> 8) & 0xff,
    word & 0xff,
  ]);
}

function compareBytes(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
