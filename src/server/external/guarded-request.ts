import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns/promises';
import { Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestTls, Agent as TlsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { failed, refused } from './errors.ts';
import { isPublicAddress } from './public-address.ts';

/** What reaches outside; tests put their own in its place. */
export interface Network {
  resolve(name: string): Promise<readonly LookupAddress[]>;
  /** Whether an address may be connected to. */
  isPublic(address: string): boolean;
  /** Trusted beside the usual ones, PEM. */
  readonly ca?: string;
  /** Our own certificate and its key, PEM, for servers that ask for one. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

export const realNetwork: Network = {
  resolve: (name) => resolveName(name, { all: true }),
  isPublic: isPublicAddress,
};

export interface GuardedRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * One request, without redirects, to an address that was checked. The answer's body is the caller's to read or destroy.
 * Throws ExternalError for an address that may not be reached, or what the connection throws.
 */
export async function sendGuarded(
  { method, url, headers, body, signal }: GuardedRequest,
  network: Network,
): Promise<IncomingMessage> {
  assertReachable(url.hostname, network);
  const settings: RequestOptions = {
    method,
    agent: false,
    lookup: guardedLookup(network),
    signal,
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'weir',
      ...headers,
      ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
    },
    ...(network.ca === undefined ? {} : { ca: network.ca }),
    ...network.identity,
  };
  const request = url.protocol === 'http:' ? requestPlain : requestTls;
  return new Promise((resolve, reject) => {
    const sent = request(url, settings, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

/**
 * For libraries that send requests of their own to the host of a URL: connects to addresses that were checked, and to no
 * other. `keepAlive` uses connections again. Throws ExternalError for an address that may not be reached.
 */
export function guardedAgent(
  url: URL,
  network: Network,
  { keepAlive = false }: { readonly keepAlive?: boolean } = {},
): Agent {
  assertReachable(url.hostname, network);
  const options = { keepAlive, lookup: guardedLookup(network) };
  if (url.protocol === 'http:') return new Agent(options);
  const { ca, identity } = network;
  return new TlsAgent({ ...options, ...(ca === undefined ? {} : { ca }), ...identity });
}

/** Throws ExternalError when a host is an address that may not be reached: addresses are not looked up on the way. */
export function assertReachable(hostname: string, network: Network): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !network.isPublic(host)) throw notReachable(hostname);
}

/** Looks a name up once and hands over only what was checked. */
export function guardedLookup(network: Network): LookupFunction {
  return (name, options, done) => {
    network.resolve(name).then(
      (found) => {
        const hidden = found.find(({ address }) => !network.isPublic(address));
        const [first] = found;
        if (hidden || !first)
          done(hidden ? notReachable(name) : failed(`${name} has no address.`), []);
        else if (options.all) done(null, [...found]);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, []),
    );
  };
}

const notReachable = (name: string) =>
  refused(`${name} leads to an address that is not on the public internet.`);
