import { isAllowedUrl } from '#core/kql/index.ts';
import { failed, refused } from './errors.ts';
import { exchangeGuarded } from './guarded-exchange.ts';
import type { Network } from './guarded-request.ts';

export interface FetchOptions {
  /** See isAllowedUrl. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The bytes under a URL. Throws ExternalError, or the signal's reason. */
export async function guardedFetch(
  start: string,
  { hosts, maxBytes, signal }: FetchOptions,
  network: Network,
): Promise<Buffer> {
  const check = (url: URL) => {
    if (!isAllowedUrl(url, hosts)) throw refused(`${url.origin} may not be read from.`);
  };
  const { status, body } = await exchangeGuarded(start, { check, maxBytes, signal }, network);
  if (status === 200) return body;
  const { origin, pathname } = new URL(start);
  throw failed(`${origin} answers ${pathname} with status ${status}.`);
}
