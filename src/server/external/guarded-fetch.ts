import type { IncomingMessage } from 'node:http';
import { isAllowedUrl } from '#core/kql/index.ts';
import { ExternalError, failed, refused } from './errors.ts';
import { type Network, sendGuarded } from './guarded-request.ts';

export interface FetchOptions {
  /** See isAllowedUrl. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

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

async function open(
  url: URL,
  { signal }: FetchOptions,
  network: Network,
): Promise<IncomingMessage> {
  try {
    return await sendGuarded({ method: 'GET', url, headers: { accept: '*/*' }, signal }, network);
  } catch (error) {
    throw explain(error, url, signal);
  }
}

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
