/** IPv4 and IPv6 addresses as numbers, for the ipv4_… and ipv6_… functions. */

export interface Network {
  /** 32 or 128 bits. */
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly prefix: number;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

export function parseIpv4(text: string): number | null {
  const m = IPV4.exec(text.trim());
  if (!m) return null;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const part = Number(m[i]);
    if (part > 255) return null;
    value = value * 256 + part;
  }
  return value;
}

export function printIpv4(value: number): string {
  return [24, 16, 8, 0].map((s) => Math.floor(value / 2 ** s) % 256).join('.');
}

export function parseIpv6(source: string): bigint | null {
  let text = source
    .trim()
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^\[(.*)\]$/, '$1');
  const v4 = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (v4) {
    const value = parseIpv4(v4[2]!);
    if (value === null) return null;
    text = `${v4[1]}${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = (half: string | undefined) => (half ? half.split(':') : []);
  const [head, tail] = [groups(halves[0]), groups(halves[1])];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const all = [
    ...head,
    ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'),
    ...tail,
  ];
  if (all.some((g) => !/^[0-9a-f]{1,4}$/.test(g))) return null;
  return all.reduce((value, g) => (value << 16n) | BigInt(`0x${g}`), 0n);
}

/** All eight groups of four digits, as parse_ipv6() shows them. */
export function printIpv6(value: bigint): string {
  return value
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{4})(?=.)/g, '$1:');
}

/** An address with an optional `/prefix`. */
export function parseNetwork(text: string, family: 4 | 6): Network | null {
  const [address, suffix, more] = text.trim().split('/');
  if (address === undefined || more !== undefined) return null;
  const bits = family === 4 ? 32 : 128;
  let value: bigint | null = null;
  let isMapped = false;
  const four = parseIpv4(address);
  if (family === 4) value = four === null ? null : BigInt(four);
  else if (four !== null) {
    value = (0xffffn << 32n) | BigInt(four);
    isMapped = true;
  } else value = parseIpv6(address);
  if (value === null) return null;
  if (suffix === undefined) return { bits, value, prefix: bits };
  if (!/^\d{1,3}$/.test(suffix)) return null;
  const prefix = Number(suffix) + (isMapped ? 96 : 0);
  return prefix > bits ? null : { bits, value, prefix };
}

export function masked(n: Network, prefix = n.prefix): bigint {
  const drop = BigInt(n.bits - prefix);
  return (n.value >> drop) << drop;
}

/** -1, 0 or 1 under the shortest of the prefixes. */
export function compareNetworks(a: Network, b: Network, prefix: number | null): number {
  const shortest = Math.min(a.prefix, b.prefix, prefix ?? a.bits);
  const [x, y] = [masked(a, shortest), masked(b, shortest)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function isIn(address: Network, range: Network): boolean {
  return address.bits === range.bits && masked(address, range.prefix) === masked(range);
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((r) => parseNetwork(r, 4)!);

export function isPrivate(n: Network): boolean {
  return PRIVATE.some(
    (range) => isIn({ ...n, value: masked(n) }, range) && n.prefix >= range.prefix,
  );
}

/** The fewest prefixes that cover a range exactly. */
export function cidrList(first: number, last: number): string[] {
  const out: string[] = [];
  for (let at = first; at <= last; ) {
    let size = 1;
    while (size < 2 ** 32 && at % (size * 2) === 0 && at + size * 2 - 1 <= last) size *= 2;
    out.push(`${printIpv4(at)}/${32 - Math.log2(size)}`);
    at += size;
  }
  return out;
}
