import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isAllowedUrl } from '#core/kql/index.ts';
import { ExternalError, failed, refused } from './errors.ts';
import { isPublicAddress } from './public-address.ts';

export interface FetchOptions {
  /** See isAllowedUrl. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** What reaches outside; tests put their own in its place. */
export interface Network {
  resolve(name: string): Promise<readonly LookupAddress[]>;
  isPublic(address: string): boolean;
  /** Trusted beside the usual ones, PEM. */
  readonly ca?: string;
}

export const realNetwork: Network = {
  resolve: (name) => resolveName(name, { all: true }),
  isPublic: isPublicAddress,
};

const REDIRECTS = 5;

/** The bytes under a URL. Throws ExternalError, or the signal's reason. */
export async function guardedFetch(
  start: string,
  options: FetchOptions,
  network: Network,
): Promise<Buffer> {
  let url = new URL(start);
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    if (!isAllowedUrl(url, options.hosts)) throw refused(`${url.origin} may not be read from.`);
    const response = await open(url, options, network);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      const next = URL.parse(headers.location, url.href);
      if (!next) throw failed(`${url.origin} redirects to an address that is none.`);
      url = next;
    } else if (statusCode === 200) return read(response, url, options);
    else {
      response.destroy();
      throw failed(`${url.origin} answers ${url.pathname} with status ${statusCode}.`);
    }
  }
  throw failed(`${new URL(start).origin} redirects more than ${REDIRECTS} times.`);
}

function open(url: URL, { signal }: FetchOptions, network: Network): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Addresses are not looked up, so nothing would check them on the way.
  if (isIP(host) !== 0 && !network.isPublic(host)) throw notPublic(url.hostname);
  const settings: RequestOptions = {
    method: 'GET',
    agent: false,
    lookup: checkedLookup(network),
    signal,
    headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'weir' },
    ...(network.ca === undefined ? {} : { ca: network.ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, settings, resolve);
    sent.on('error', (error) => reject(explain(error, url, signal)));
    sent.end();
  });
}

/** Looks a name up once and hands over only what was checked. */
function checkedLookup(network: Network): LookupFunction {
  return (name, options, done) => {
    network.resolve(name).then(
      (found) => {
        const hidden = found.find(({ address }) => !network.isPublic(address));
        const [first] = found;
        if (hidden || !first)
          done(hidden ? notPublic(name) : failed(`${name} has no address.`), []);
        else if (options.all) done(null, [...found]);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, []),
    );
  };
}

const notPublic = (name: string) =>
  refused(`${name} leads to an address that is not on the public internet.`);

async function read(
  response: IncomingMessage,
  url: URL,
  { maxBytes, signal }: FetchOptions,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of response) {
      total += chunk.length;
      if (total > maxBytes)
        throw failed(
          `${url.href} is larger than ${maxBytes / 2 ** 20} MiB, the most that is read.`,
        );
      chunks.push(chunk);
    }
  } catch (error) {
    throw explain(error, url, signal);
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks);
}

function explain(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ExternalError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return failed(`${url.origin} cannot be read: ${why}.`);
}
