import { flattenConstants } from '../../functions/operators.ts';
import { masked, type Network, parseNetwork } from '../../runtime/address.ts';
import { toText } from '../convert.ts';
import { bind } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';

/** IPv4 addresses, where the networks that they are compared with are constants. */

/** An address with an optional prefix as (number, prefix, whether it is one). */
function parsed(text: string): string {
  return bind(text, (x) => {
    const parts = `arrayMap(p -> toUInt32(p), extractAll(${x}, '[0-9]+'))`;
    const slow = bind(
      `if(match(${x}, '^\\\\s*[0-9]{1,3}([.][0-9]{1,3}){3}(/[0-9]{1,3})?\\\\s*$'), ${parts}, emptyArrayUInt32())`,
      (p) =>
        `tuple(toUInt64(${p}[1]) * 16777216 + ${p}[2] * 65536 + ${p}[3] * 256 + ${p}[4], if(length(${p}) = 5, ${p}[5], 32), length(${p}) >= 4 AND arrayMax(arraySlice(${p}, 1, 4)) <= 255 AND ${p}[5] <= 32)`,
    );
    const fast = `IPv4StringToNumOrDefault(${x})`;
    return `if(${fast} != 0, tuple(toUInt64(${fast}), toUInt32(32), true), ${slow})`;
  });
}

/** Computes with the address in a text; null where it is none. */
function withAddress(
  text: Value,
  c: Call,
  body: (value: string, prefix: string) => string,
): string {
  return bind(parsed(toText(text, c)), (n) => `if(${n}.3, ${body(`${n}.1`, `${n}.2`)}, NULL)`);
}

function constantNetwork(value: Value | undefined): Network | null {
  const text = value?.type === 'string' ? value.literal?.value : null;
  return typeof text === 'string' ? parseNetwork(text, 4) : null;
}

/** Whether a number is inside a network. */
function inside(value: string, network: Network): string {
  const size = 2n ** BigInt(32 - network.prefix);
  const first = masked(network);
  return size === 1n ? `${value} = ${first}` : `${value} BETWEEN ${first} AND ${first + size - 1n}`;
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((r) => parseNetwork(r, 4)!);

/** The number that an address has under its own prefix. */
const underPrefix = (value: string, prefix: string) =>
  `bitShiftLeft(bitShiftRight(${value}, ${dropped(prefix)}), ${dropped(prefix)})`;

/** The bits after a prefix, which may be no prefix: both sides of a condition are computed. */
const dropped = (prefix: string) => `(32 - least(32, ${prefix}))`;

const anyRange: Printer = ([address, ...ranges], c) => {
  const constants = flattenConstants(ranges);
  if (!constants || constants.length > 1000) return null;
  const networks = constants.flatMap((r) => parseNetwork(r, 4) ?? []);
  return withAddress(address!, c, (value) =>
    networks.length === 0 ? 'false' : `(${networks.map((n) => inside(value, n)).join(' OR ')})`,
  );
};

/** Equal under the shortest of the prefixes. */
const isMatch: Printer = ([a, b, prefix], c) => {
  const [x, y] = a?.literal ? [b, a] : [a, b];
  const network = constantNetwork(y);
  const bits = prefix ? prefix.literal?.value : '32';
  if (!network || typeof bits !== 'string' || !/^\d+$/.test(bits)) return null;
  const most = Math.min(network.prefix, Number(bits));
  return withAddress(x!, c, (value, own) => {
    const drop = dropped(`least(${own}, ${most})`);
    return `bitShiftRight(${value}, ${drop}) = bitShiftRight(toUInt64(${network.value}), ${drop})`;
  });
};

export const networkPrinters: PrinterGroup = {
  ipv4_is_private: ([address], c) =>
    withAddress(address!, c, (value, prefix) =>
      PRIVATE.map((range) => `(${inside(value, range)} AND ${prefix} >= ${range.prefix})`).join(
        ' OR ',
      ),
    ),
  ipv4_is_in_range: ([address, range], c) => {
    const network = constantNetwork(range);
    return network ? withAddress(address!, c, (value) => inside(value, network)) : null;
  },
  ipv4_is_in_any_range: anyRange,
  ipv4_is_match: isMatch,
  ipv4_netmask_suffix: ([address], c) =>
    withAddress(address!, c, (_value, prefix) => `toInt64(${prefix})`),
  parse_ipv4: ([address], c) =>
    withAddress(address!, c, (value, prefix) => `toInt64(${underPrefix(value, prefix)})`),
};
