import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ExternalError, failed } from './errors.ts';
import { type Network, realNetwork, sendGuarded } from './guarded-request.ts';

export interface GuardedExchange {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent only to the origin that was asked first, never to where it redirects. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  /** POST with this body; GET without one. */
  readonly body?: string;
  /** Asked before each connection, those of redirects too. Throws when a URL may not be asked. */
  readonly check: (url: URL) => void;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface GuardedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const REDIRECTS = 5;

/**
 * A question with its whole answer, whatever its status; redirects are followed and checked like a first request. Throws
 * ExternalError, what `check` throws, or the signal's reason.
 */
export async function exchangeGuarded(
  start: string,
  exchange: GuardedExchange,
  network: Network = realNetwork,
): Promise<GuardedAnswer> {
  const first = new URL(start);
  let url = first;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    exchange.check(url);
    const response = await open(url, exchange, url.origin === first.origin, network);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined)
      return { status: statusCode, headers, body: await read(response, url, exchange) };
    response.destroy();
    const next = URL.parse(headers.location, url.href);
    if (!next) throw failed(`${url.origin} redirects to an address that is none.`);
    url = next;
  }
  throw failed(`${first.origin} redirects more than ${REDIRECTS} times.`);
}

async function open(
  url: URL,
  { headers, secretHeaders, body, signal }: GuardedExchange,
  isFirst: boolean,
  network: Network,
): Promise<IncomingMessage> {
  try {
    return await sendGuarded(
      {
        method: body === undefined ? 'GET' : 'POST',
        url,
        headers: { accept: '*/*', ...headers, ...(isFirst ? secretHeaders : {}) },
        ...(body === undefined ? {} : { body: Buffer.from(body, 'utf8') }),
        signal,
      },
      network,
    );
  } catch (error) {
    throw explain(error, url, signal);
  }
}

async function read(
  response: IncomingMessage,
  url: URL,
  { maxBytes, signal }: GuardedExchange,
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
