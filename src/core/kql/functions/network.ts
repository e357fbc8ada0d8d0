import type { FunctionGroup, HostValue } from '../dialect/dialect.ts';
import {
  cidrList,
  compareNetworks,
  isIn,
  isPrivate,
  masked,
  type Network,
  parseIpv4,
  parseNetwork,
  printIpv4,
  printIpv6,
} from '../runtime/address.ts';
import { asNumber, asText, type Json, jsonText, parseJson, textOf } from '../runtime/value.ts';
import { type HostSpec, hosts } from './host.ts';
import { withText } from './ipv4-text.ts';

const four = (v: HostValue | undefined): Network | null => parseNetwork(asText(v), 4);
const six = (v: HostValue | undefined): Network | null => parseNetwork(asText(v), 6);

/** Texts of the arguments, arrays opened. */
function texts(args: readonly HostValue[]): string[] {
  const flat = (v: Json): string[] => (Array.isArray(v) ? v.flatMap(flat) : [textOf(v)]);
  return args.flatMap((a) => flat(parseJson(a)));
}

function family(f: 4 | 6): readonly HostSpec[] {
  const parse = f === 4 ? four : six;
  const name = (rest: string) => `ipv${f}_${rest}`;
  return [
    {
      name: name('compare'),
      takes: ['string', 'string', 'long'],
      gives: 'long',
      call: (a, b, p) => {
        const [x, y] = [parse(a), parse(b)];
        return x && y ? compareNetworks(x, y, asNumber(p)) : null;
      },
    },
    {
      name: name('is_match'),
      takes: ['string', 'string', 'long'],
      gives: 'bool',
      call: (a, b, p) => {
        const [x, y] = [parse(a), parse(b)];
        return x && y ? compareNetworks(x, y, asNumber(p)) === 0 : null;
      },
    },
    {
      name: name('is_in_range'),
      takes: ['string', 'string'],
      gives: 'bool',
      call: (a, b) => {
        const [x, y] = [parse(a), parse(b)];
        return x && y ? isIn(x, y) : null;
      },
    },
    {
      name: name('is_in_any_range'),
      takes: ['string'],
      rest: 'dynamic',
      gives: 'bool',
      call: (a, ...ranges) => {
        const x = parse(a);
        return x
          ? texts(ranges).some((r) => {
              const y = parse(r);
              return y !== null && isIn(x, y);
            })
          : null;
      },
    },
  ];
}

/** IPv4 addresses in a text, at borders of what an address can be made of. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w]|\.\d)/g)]
    .map((m) => m[0])
    .filter((a) => parseIpv4(a) !== null);
}

function hasPrefix(text: string, prefix: string): boolean {
  return addressesIn(text).some(
    (a) => a === prefix || (prefix.endsWith('.') && a.startsWith(prefix)),
  );
}

function formatIpv4(
  value: HostValue | undefined,
  prefix: HostValue | undefined,
): { address: string; bits: number } | null {
  const source = parseJson(value ?? null);
  const bits = asNumber(prefix) ?? 32;
  if (bits < 0 || bits > 32) return null;
  const number = typeof source === 'number' || typeof source === 'bigint' ? Number(source) : null;
  const network =
    number !== null
      ? number >= 0 && number <= 0xffffffff
        ? { bits: 32 as const, value: BigInt(Math.trunc(number)), prefix: 32 }
        : null
      : parseNetwork(textOf(source), 4);
  if (!network) return null;
  const shortest = Math.min(bits, network.prefix);
  return { address: printIpv4(Number(masked(network, shortest))), bits: shortest };
}

const rows = hosts([
  {
    name: '$ipv4_last',
    takes: ['string'],
    gives: 'long',
    call: (a) => {
      const n = four(a);
      return n ? masked(n) + (1n << BigInt(32 - n.prefix)) - 1n : null;
    },
  },
  ...family(4),
  ...family(6),
  {
    name: 'ipv4_is_private',
    takes: ['string'],
    gives: 'bool',
    call: (a) => {
      const n = four(a);
      return n ? isPrivate(n) : null;
    },
  },
  {
    name: 'ipv4_netmask_suffix',
    takes: ['string'],
    gives: 'long',
    call: (a) => four(a)?.prefix ?? null,
  },
  {
    name: 'parse_ipv4',
    takes: ['string'],
    gives: 'long',
    call: (a) => {
      const n = four(a);
      return n ? masked(n) : null;
    },
  },
  {
    name: 'parse_ipv4_mask',
    takes: ['string', 'long'],
    gives: 'long',
    call: (a, p) => {
      const n = four(a);
      const bits = asNumber(p) ?? 32;
      return n && bits >= 0 && bits <= 32 ? masked(n, Math.min(bits, n.prefix)) : null;
    },
  },
  {
    // For ipv6_lookup: what is no network has no first address, and nothing lies behind it.
    name: '$ipv6_first',
    takes: ['string'],
    gives: 'string',
    call: (a) => {
      const n = six(a);
      return n ? printIpv6(masked(n)) : '~';
    },
  },
  {
    name: '$ipv6_last',
    takes: ['string'],
    gives: 'string',
    call: (a) => {
      const n = six(a);
      return n ? printIpv6(masked(n) + (1n << BigInt(n.bits - n.prefix)) - 1n) : '';
    },
  },
  {
    name: 'parse_ipv6',
    takes: ['string'],
    gives: 'string',
    call: (a) => {
      const n = six(a);
      return n ? printIpv6(masked(n)) : '';
    },
  },
  {
    name: 'parse_ipv6_mask',
    takes: ['string', 'long'],
    gives: 'string',
    call: (a, p) => {
      const n = six(a);
      return n ? printIpv6(masked(n, Math.min(asNumber(p) ?? 128, n.prefix))) : '';
    },
  },
  {
    name: 'format_ipv4',
    takes: ['dynamic', 'long'],
    gives: 'string',
    call: (a, p) => formatIpv4(a, p)?.address ?? '',
  },
  {
    name: 'format_ipv4_mask',
    takes: ['dynamic', 'long'],
    gives: 'string',
    call: (a, p) => {
      const f = formatIpv4(a, p);
      return f ? `${f.address}/${f.bits}` : '';
    },
  },
  {
    name: 'ipv4_range_to_cidr_list',
    takes: ['string', 'string'],
    gives: 'dynamic',
    call: (a, b) => {
      const [x, y] = [parseIpv4(asText(a)), parseIpv4(asText(b))];
      return x !== null && y !== null && x <= y ? jsonText(cidrList(x, y)) : null;
    },
  },
  {
    name: 'has_ipv4',
    takes: ['string', 'string'],
    gives: 'bool',
    call: (t, a) => addressesIn(asText(t)).includes(asText(a)),
  },
  {
    name: 'has_any_ipv4',
    takes: ['string'],
    rest: 'dynamic',
    gives: 'bool',
    call: (t, ...list) => {
      const found = addressesIn(asText(t));
      return texts(list).some((a) => found.includes(a));
    },
  },
  {
    name: 'has_ipv4_prefix',
    takes: ['string', 'string'],
    gives: 'bool',
    call: (t, p) => hasPrefix(asText(t), asText(p)),
  },
  {
    name: 'has_any_ipv4_prefix',
    takes: ['string'],
    rest: 'dynamic',
    gives: 'bool',
    call: (t, ...list) => texts(list).some((p) => hasPrefix(asText(t), p)),
  },
  {
    name: 'geo_info_from_ip_address',
    takes: ['string'],
    gives: 'dynamic',
    bind: (natives) => (a) => natives.locate(asText(a)),
  },
]);

export const networkFunctions: FunctionGroup = withText(rows);
