import { encodeUtf8, parseIp, printIp } from '#core/base/index.ts';
import { canonicalName } from './host-name.ts';

export const LONGEST_URL = 4096;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ftp: '21' };

/** A URL taken apart, each part in its one form. */
export interface CanonicalUrl {
  /** '' where the source names none. */
  readonly scheme: string;
  /** A host name, or an address as RFC 5952 prints it. */
  readonly host: string;
  /** '' for the scheme's own. */
  readonly port: string;
  /** Path and query; at least `/`. */
  readonly path: string;
}

/**
 * Reads `scheme://host:port/path?query#fragment` or the same without scheme. Scheme and host are folded, the default
 * port, user and fragment go, escapes of unreserved characters are undone and the others have capitals, so that equal
 * URLs have equal texts. The query stays as it is. Undefined when there is no valid host.
 * Source: RFC 3986 sections 3 and 6.2.
 */
export function parseUrl(text: string): CanonicalUrl | undefined {
  if (text.length > LONGEST_URL) return undefined;
  const found = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#\\]*)([^#]*)/i.exec(text.trim());
  if (!found) return undefined;
  const scheme = (found[1] ?? '').toLowerCase();
  const authority = found[2]!.slice(found[2]!.lastIndexOf('@') + 1);
  const split = /^(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?$/.exec(authority);
  if (!split) return undefined;
  const host = canonicalHost(split[1]!);
  if (host === undefined) return undefined;
  const port = Number(split[2] || 0);
  if (port > 65535) return undefined;
  const named = port === 0 || DEFAULT_PORTS[scheme] === String(port) ? '' : String(port);
  const rest = found[3]!;
  return { scheme, host, port: named, path: foldEscapes(rest.startsWith('/') ? rest : `/${rest}`) };
}

function canonicalHost(text: string): string | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const words = parseIp(bare);
  return words ? printIp(words) : canonicalName(bare);
}

const UNRESERVED = /[A-Za-z0-9._~-]/;

/** RFC 3986 section 6.2.2: `%7e` is `~`, `%2f` is `%2F`; what no URL may hold is escaped as UTF-8. */
function foldEscapes(path: string): string {
  return path
    .replaceAll(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
      const char = String.fromCharCode(Number.parseInt(hex, 16));
      return UNRESERVED.test(char) ? char : whole.toUpperCase();
    })
    .replaceAll(/[^\x21-\x7e]+/g, percentEncoded);
}

const percentEncoded = (text: string): string =>
  Array.from(
    encodeUtf8(text),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');

/** The URL without its scheme: what is compared, since a log of requests knows no scheme. */
export function urlKey({ host, port, path }: CanonicalUrl): string {
  return `${host.includes(':') ? `[${host}]` : host}${port === '' ? '' : `:${port}`}${path}`;
}

export function printUrl(url: CanonicalUrl): string {
  return url.scheme === '' ? urlKey(url) : `${url.scheme}://${urlKey(url)}`;
}
