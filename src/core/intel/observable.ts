import { type IpWords, parseIp, printIp } from '#core/base/index.ts';
import { type IpRange, isPublicKind, parseRange, specialKind } from '#core/enrich/index.ts';
import { canonicalName } from './host-name.ts';
import type { IndicatorType, Observable, Refusal } from './indicator.ts';
import { isKnownTop, isPublicSuffix } from './public-suffix.ts';
import { LONGEST_URL, parseUrl, printUrl } from './url.ts';

/** What the source says a value is; `any` where it does not say. `ip` takes address, network and port as well. */
export type Hint = 'any' | 'ip' | 'name' | 'hash' | IndicatorType;

export type Observed = Observable | { readonly refused: Refusal };

const WIDEST_V4 = 8;
const WIDEST_V6 = 19;

/** Undoes what people do so that nobody follows a link: hxxp, [.], (dot), [:] and their kin. */
export function refang(text: string): string {
  return text
    .trim()
    .replace(/^["'<]+|["'>]+$/g, '')
    .replace(/^(hxxp|h\*\*p|htxp|meow)(s?)(?=:|\[:|\/\/)/i, 'http$2')
    .replace(/^fxp(?=:\/\/)/i, 'ftp')
    .replaceAll(/\[(?:\.|dot)\]|\((?:\.|dot)\)|\{(?:\.|dot)\}|\s+dot\s+|\\\./gi, '.')
    .replaceAll(/\[:\/\/\]|\[:\]\/\//g, '://')
    .replaceAll(/\[(?:@|at)\]|\((?:@|at)\)/gi, '@')
    .replaceAll(/\[:\](?=\d)/g, ':');
}

/** A value in the form that is compared, or why it is none that can be looked for. */
export function observe(text: string, hint: Hint = 'any'): Observed {
  const value = refang(text);
  if (value === '') return refuse('no-observable');
  if (value.length > LONGEST_URL) return refuse('too-long');
  switch (hint) {
    case 'any':
      return observeAny(value);
    case 'ip':
    case 'cidr':
      return observeAddress(value);
    case 'name':
      return parseRange(value) ? observeAddress(value) : observeName(value);
    case 'domain':
    case 'domain-suffix':
      return observeName(value, hint);
    case 'url':
    case 'url-prefix':
      return observeUrl(value, hint);
    case 'url-path':
      return value.startsWith('/') ? found('url-path', value) : refuse('malformed-url');
    case 'asn':
      return observeAsn(value);
    case 'hash':
      return observeHash(value);
    case 'md5':
    case 'ja3':
    case 'ja3s':
      return hexadecimal(hint, value, 32);
    case 'sha1':
    case 'cert-sha1':
      return hexadecimal(hint, value.replaceAll(':', ''), 40);
    case 'sha256':
    case 'cert-sha256':
      return hexadecimal(hint, value.replaceAll(':', ''), 64);
    case 'jarm':
      return hexadecimal(hint, value, 62);
    case 'ja4':
      return /^[tqd]\d\d[di]\d{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/i.test(value)
        ? found('ja4', value.toLowerCase())
        : refuse('malformed-hash');
    case 'email':
      return observeEmail(value);
    case 'user-agent':
      return found('user-agent', value);
  }
}

const found = (type: IndicatorType, value: string, port: number | null = null): Observed => ({
  type,
  value,
  port,
});
const refuse = (refused: Refusal): Observed => ({ refused });

function observeAny(value: string): Observed {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return observeUrl(value, 'url');
  if (/^[0-9a-f]+$/i.test(value) && value.length >= 32) return observeHash(value);
  if (looksLikeAddress(value)) return observeAddress(value);
  if (/^AS\s?\d+$/i.test(value)) return observeAsn(value);
  if (value.includes('@') && !value.includes('/')) return observeEmail(value);
  if (/^[^\s/]+\.[^\s/]+\//.test(value)) return observeUrl(value, 'url');
  if (/\s/.test(value)) return refuse('no-observable');
  const name = observeName(value);
  if ('refused' in name || isKnownTop(name.value)) return name;
  return refuse('unknown-suffix');
}

const looksLikeAddress = (value: string): boolean =>
  /^\d+\.\d+\.\d+\.\d+(?![\w.]*[a-z])(?:\/\d+|:\d+|-[\d.]+)?$/i.test(value) ||
  /^\[?[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*\]?(?:\/\d+|:\d+)?$/i.test(value);

/** An address, a network, `first-last` that is one, or an address with its port (`1.2.3.4:80`, `[::1]:80`, `a:b::c:80`). */
function observeAddress(value: string): Observed {
  const bare = /^\[(.*)\]$/.exec(value)?.[1] ?? value;
  const words = parseIp(bare);
  if (words) return addressOf(words, null);
  if (bare.includes('/')) return networkOf(bare);
  const range = bare.includes('-') ? parseRange(bare) : undefined;
  if (range) return rangeOf(range);
  const withPort = /^(?:\[([^\]]+)\]|(.+)):(\d+)$/.exec(value);
  const host = withPort && parseIp(withPort[1] ?? withPort[2]!);
  if (!withPort || !host) return refuse('malformed-address');
  const port = Number(withPort[3]);
  return port > 0 && port < 65536 ? addressOf(host, port) : refuse('malformed-port');
}

/**
 * An address with a port behind its last colon, as ThreatFox writes IPv6 without brackets, where it would otherwise
 * read as a longer address.
 */
export function observeEndpoint(text: string): Observed {
  const value = refang(text);
  const at = value.lastIndexOf(':');
  const host = parseIp(value.slice(0, at).replace(/^\[|\]$/g, ''));
  if (at < 0 || !host) return observeAddress(value);
  const port = Number(value.slice(at + 1));
  return Number.isInteger(port) && port > 0 && port < 65536
    ? addressOf(host, port)
    : refuse('malformed-port');
}

function addressOf(words: IpWords, port: number | null): Observed {
  if (!isPublicKind(specialKind(words))) return refuse('reserved-address');
  return found('ip', printIp(words), port);
}

function networkOf(text: string): Observed {
  const [, host = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const words = parseIp(host);
  const range = parseRange(text);
  if (!words || !range) return refuse('malformed-address');
  if (range.first.some((word, i) => word !== words[i])) return refuse('host-bits-set');
  const bits = Number(length);
  const isV4 = !host.includes(':');
  if (bits < (isV4 ? WIDEST_V4 : WIDEST_V6)) return refuse('network-too-wide');
  if (bits === (isV4 ? 32 : 128)) return addressOf(words, null);
  if (!isPublicKind(specialKind(range.first)) && !isPublicKind(specialKind(range.last)))
    return refuse('reserved-address');
  return found('cidr', `${printIp(range.first)}/${bits}`);
}

/** A run of addresses that is one network; others are refused, since half a network is somebody else's. */
function rangeOf({ first, last }: IpRange): Observed {
  let bits = 0;
  while (bits < 128 && bitAt(first, bits) === bitAt(last, bits)) bits++;
  for (let i = bits; i < 128; i++)
    if (bitAt(first, i) !== 0 || bitAt(last, i) !== 1) return refuse('malformed-address');
  const isV4 = !printIp(first).includes(':');
  return networkOf(`${printIp(first)}/${isV4 ? bits - 96 : bits}`);
}

const bitAt = (words: IpWords, i: number): number => (words[i >> 5]! >>> (31 - (i & 31))) & 1;

function observeName(value: string, hint: 'domain' | 'domain-suffix' = 'domain'): Observed {
  const wild = /^(?:\*\.|\.)(.+)$/.exec(value)?.[1];
  const name = canonicalName(wild ?? value);
  if (name === undefined) return refuse('malformed-name');
  if (!name.includes('.')) return refuse('bare-name');
  if (hint === 'domain' && wild === undefined) return found('domain', name);
  return isPublicSuffix(name) ? refuse('public-suffix') : found('domain-suffix', name);
}

function observeUrl(value: string, hint: 'url' | 'url-prefix'): Observed {
  const wild = hint === 'url' && /^[^?#]*\*$/.test(value);
  const url = parseUrl(wild ? value.slice(0, -1) : value);
  if (!url) return refuse('malformed-url');
  const words = parseIp(url.host);
  if (words && !isPublicKind(specialKind(words))) return refuse('reserved-address');
  if (!words && !url.host.includes('.')) return refuse('bare-name');
  return found(wild ? 'url-prefix' : hint, printUrl(url));
}

function observeAsn(value: string): Observed {
  const number = Number(/^(?:AS\s?)?(\d+)$/i.exec(value)?.[1]);
  return Number.isInteger(number) && number > 0 && number <= 0xffffffff
    ? found('asn', `AS${number}`)
    : refuse('malformed-address');
}

function observeHash(value: string): Observed {
  switch (value.length) {
    case 32:
      return hexadecimal('md5', value, 32);
    case 40:
      return hexadecimal('sha1', value, 40);
    case 64:
      return hexadecimal('sha256', value, 64);
    case 96:
    case 128:
      return refuse('unsupported-type');
    default:
      return refuse('malformed-hash');
  }
}

const hexadecimal = (type: IndicatorType, value: string, length: number): Observed =>
  value.length === length && /^[0-9a-f]+$/i.test(value)
    ? found(type, value.toLowerCase())
    : refuse('malformed-hash');

function observeEmail(value: string): Observed {
  const [, user = '', domain = ''] = /^([^\s@]{1,64})@([^\s@]+)$/.exec(value) ?? [];
  const name = canonicalName(domain);
  return user !== '' && name?.includes('.')
    ? found('email', `${user.toLowerCase()}@${name}`)
    : refuse('malformed-name');
}
