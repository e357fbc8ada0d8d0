import { BlockList, isIP } from 'node:net';

/** Trusted proxies, as addresses or prefixes (10.0.0.0/8). Throws a RangeError for anything else. */
export type Proxies = (address: string) => boolean;

export function readProxies(ranges: readonly string[]): Proxies {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = fold(range).split('/');
    const family = isIP(address);
    const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
    if (
      family === 0 ||
      !Number.isInteger(length) ||
      length < 0 ||
      length > (family === 6 ? 128 : 32)
    )
      throw new RangeError(`${range} is neither an address nor a prefix such as 10.0.0.0/8`);
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return (address) =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** An address as it is compared and logged: IPv4 inside IPv6 folded, without a zone, in lower case. */
function fold(address: string): string {
  return address
    .trim()
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * The network address of whoever asks. `X-Forwarded-For` is believed only as far as proxies that the configuration
 * names have written it: from its end, the first address that is not one of theirs. Anyone may write the rest.
 */
export function callerAddress(peer: string, forwardedFor: string | null, isProxy: Proxies): string {
  const direct = fold(peer);
  if (forwardedFor === null || !isProxy(direct)) return direct;
  let last = direct;
  for (const hop of forwardedFor.split(',').slice(-20).reverse()) {
    const address = fold(hop);
    if (isIP(address) === 0) return last;
    last = address;
    if (!isProxy(address)) return address;
  }
  return last;
}
