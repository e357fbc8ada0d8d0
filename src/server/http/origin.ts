import { isIP } from 'node:net';
import { Refused } from '#server/auth/index.ts';

/** The host of a Host header without its port, in lower case; undefined when it is none. */
export function hostName(header: string | null): string | undefined {
  if (header === null) return undefined;
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]@/?#\s]+))(?::\d{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

/**
 * Refuses requests under names that are not ours. A page elsewhere whose name is made to resolve to this machine (DNS
 * rebinding) still sends its own name; an address cannot be rebound, so every address passes.
 */
export function checkHost(header: string | null, hosts: ReadonlySet<string>): void {
  const name = hostName(header);
  if (name !== undefined && (name === 'localhost' || isIP(name) !== 0 || hosts.has(name))) return;
  throw new Refused(
    'wrong-host',
    name === undefined
      ? 'The request does not say which host it is for.'
      : 'This server does not answer for the host in the request.',
    {
      hint: 'Use the address of the server, or add the name to `hosts` in the configuration.',
    },
  );
}

/**
 * Refuses requests that another web page made. `Origin` must name the host that the request is for; browsers send it
 * with everything that can change something, and `Sec-Fetch-Site` with all requests. A request that carries a session
 * cookie and changes something must have one of them; other programs use tokens.
 */
export function checkOrigin(headers: Headers, isChange: boolean, hasCookie: boolean): void {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const isOurs =
    (origin === null || isSameHost(origin, headers.get('host'))) &&
    (site === null || site === 'same-origin' || site === 'none') &&
    (!isChange || !hasCookie || origin !== null || site !== null);
  if (!isOurs)
    throw new Refused('wrong-origin', 'The request was made by another web page.', {
      hint: 'Use the page that this server serves; programs log in with an API token.',
    });
}

function isSameHost(origin: string, host: string | null): boolean {
  const at = /^https?:\/\//.exec(origin);
  return (
    at !== null && host !== null && origin.slice(at[0].length).toLowerCase() === host.toLowerCase()
  );
}
