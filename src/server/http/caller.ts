import { isIP } from 'node:net';

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
export function callerAddress(
  peer: string,
  forwardedFor: string | null,
  proxies: ReadonlySet<string>,
): string {
  const direct = fold(peer);
  if (forwardedFor === null || !proxies.has(direct)) return direct;
  let last = direct;
  for (const hop of forwardedFor.split(',').slice(-20).reverse()) {
    const address = fold(hop);
    if (isIP(address) === 0) return last;
    last = address;
    if (!proxies.has(address)) return address;
  }
  return last;
}
