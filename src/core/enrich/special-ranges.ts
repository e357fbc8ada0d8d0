import type { IpWords } from '#core/base/index.ts';
import { parseRange } from './cidr.ts';
import { RangeTableBuilder } from './range-table.ts';

/** What a special-purpose address is for. `private` addresses belong to somebody's own network. */
export const SPECIAL_KINDS = [
  'private',
  'shared',
  'loopback',
  'link-local',
  'multicast',
  'broadcast',
  'documentation',
  'benchmarking',
  'reserved',
  'unspecified',
  'azure-platform',
  'metadata',
] as const;
export type SpecialKind = (typeof SPECIAL_KINDS)[number];

/**
 * Special-purpose addresses.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries, with the document that defines each.
 */
const RANGES: readonly (readonly [cidr: string, kind: SpecialKind, source: string])[] = [
  ['0.0.0.0/8', 'unspecified', 'RFC 791'],
  ['10.0.0.0/8', 'private', 'RFC 1918'],
  ['100.64.0.0/10', 'shared', 'RFC 6598'],
  ['127.0.0.0/8', 'loopback', 'RFC 1122'],
  ['168.63.129.16/32', 'azure-platform', 'Azure: virtual public IP of the host'],
  ['169.254.0.0/16', 'link-local', 'RFC 3927'],
  ['169.254.169.254/32', 'metadata', 'instance metadata of Azure, AWS and GCP'],
  ['172.16.0.0/12', 'private', 'RFC 1918'],
  ['192.0.0.0/24', 'reserved', 'RFC 6890'],
  ['192.0.2.0/24', 'documentation', 'RFC 5737'],
  ['192.31.196.0/24', 'reserved', 'RFC 7535'],
  ['192.88.99.0/24', 'reserved', 'RFC 7526'],
  ['192.168.0.0/16', 'private', 'RFC 1918'],
  ['198.18.0.0/15', 'benchmarking', 'RFC 2544'],
  ['198.51.100.0/24', 'documentation', 'RFC 5737'],
  ['203.0.113.0/24', 'documentation', 'RFC 5737'],
  ['224.0.0.0/4', 'multicast', 'RFC 5771'],
  ['240.0.0.0/4', 'reserved', 'RFC 1112'],
  ['255.255.255.255/32', 'broadcast', 'RFC 919'],
  ['::/128', 'unspecified', 'RFC 4291'],
  ['::1/128', 'loopback', 'RFC 4291'],
  ['64:ff9b:1::/48', 'private', 'RFC 8215'],
  ['100::/64', 'reserved', 'RFC 6666'],
  ['2001:2::/48', 'benchmarking', 'RFC 5180'],
  ['2001:db8::/32', 'documentation', 'RFC 3849'],
  ['3fff::/20', 'documentation', 'RFC 9637'],
  ['5f00::/16', 'reserved', 'RFC 9602'],
  ['fc00::/7', 'private', 'RFC 4193'],
  ['fd00:ec2::254/128', 'metadata', 'instance metadata of AWS'],
  ['fe80::/10', 'link-local', 'RFC 4291'],
  ['ff00::/8', 'multicast', 'RFC 4291'],
];

const table = (() => {
  const builder = new RangeTableBuilder();
  RANGES.forEach(([cidr], i) => {
    const range = parseRange(cidr);
    if (!range) throw new Error(`unreadable special range ${cidr}`);
    builder.add(range, i);
  });
  return builder.build();
})();

/** The special purpose of an address; undefined for ordinary public ones. */
export function specialKind(words: IpWords): SpecialKind | undefined {
  return RANGES[table.find(words)]?.[1];
}

/**
 * True where Weir treats the address as somebody's on the internet. Documentation and benchmarking ranges count as
 * public: samples and demos use them in the place of public addresses.
 */
export function isPublicKind(kind: SpecialKind | undefined): boolean {
  return (
    kind === undefined ||
    kind === 'documentation' ||
    kind === 'benchmarking' ||
    kind === 'azure-platform'
  );
}
