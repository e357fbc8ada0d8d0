import { type IpWords, parseIp, printIp } from '#core/base/index.ts';

/** A run of addresses, both ends included, in 16-byte form. */
export interface IpRange {
  readonly first: IpWords;
  readonly last: IpWords;
}

export const isV4 = (words: IpWords): boolean =>
  words[0] === 0 && words[1] === 0 && words[2] === 0xffff;

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32`, a bare address, or `first-last`. Bits below the prefix are ignored.
 * Undefined when it is none of these.
 */
export function parseRange(text: string): IpRange | undefined {
  const trimmed = text.trim();
  const slash = trimmed.indexOf('/');
  if (slash >= 0) return parsePrefix(trimmed.slice(0, slash), trimmed.slice(slash + 1));
  const dash = trimmed.indexOf('-');
  if (dash < 0) {
    const only = parseIp(trimmed);
    return only && { first: only, last: only };
  }
  const first = parseIp(trimmed.slice(0, dash).trim());
  const last = parseIp(trimmed.slice(dash + 1).trim());
  if (!first || !last || isV4(first) !== isV4(last) || compareIps(first, last) > 0)
    return undefined;
  return { first, last };
}

function parsePrefix(address: string, length: string): IpRange | undefined {
  const words = parseIp(address);
  if (!words || !/^\d{1,3}$/.test(length)) return undefined;
  const isOld = isV4(words) && !address.includes(':');
  const bits = Number(length) + (isOld ? 96 : 0);
  if (bits > 128) return undefined;
  return prefixRange(words, bits);
}

/** The run of addresses under the first `bits` of 128 bits. */
export function prefixRange(words: IpWords, bits: number): IpRange {
  const first = new Uint32Array(4);
  const last = new Uint32Array(4);
  for (let w = 0; w < 4; w++) {
    const kept = Math.min(32, Math.max(0, bits - 32 * w));
    const mask = kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0;
    first[w] = words[w]! & mask;
    last[w] = (words[w]! & mask) | ~mask;
  }
  return { first, last };
}

export function compareIps(a: IpWords, b: IpWords): number {
  for (let w = 0; w < 4; w++) if (a[w] !== b[w]) return a[w]! < b[w]! ? -1 : 1;
  return 0;
}

export const isInRange = (words: IpWords, range: IpRange): boolean =>
  compareIps(words, range.first) >= 0 && compareIps(words, range.last) <= 0;

/** `first-last`, or the address when there is only one; for messages. */
export const printRange = ({ first, last }: IpRange): string =>
  compareIps(first, last) === 0 ? printIp(first) : `${printIp(first)}-${printIp(last)}`;
