import type { FunctionGroup, HostValue, Natives } from '../dialect/dialect.ts';
import { toDynamic, toText } from '../dialect/duckdb.ts';
import { fromBase64, toBase64, utf8, utf8Text, wellFormed } from '../runtime/binary.ts';
import {
  parseUrl,
  parseUrlQuery,
  parseUserAgent,
  parseVersion,
  parseXml,
} from '../runtime/parsers.ts';
import { compileRegex } from '../runtime/regex.ts';
import { parseKv, parsePattern } from '../runtime/text-parse.ts';
import {
  asNumber,
  asText,
  type Json,
  jsonText,
  parseJson,
  printJson,
  textOf,
} from '../runtime/value.ts';
import { xxhash64 } from '../runtime/xxhash.ts';
import { type HostSpec, hosts } from './host.ts';

/** By code points; a start before the text gives nothing. */
function substring(
  text: HostValue,
  start: HostValue | undefined,
  length: HostValue | undefined,
): string {
  const source = [...asText(text)];
  const from = asNumber(start) ?? 0;
  const at = from < 0 ? source.length + from : from;
  const count = asNumber(length);
  if (at < 0) return '';
  return source.slice(at, count === null ? undefined : at + Math.max(0, count)).join('');
}

function indexOf(args: readonly HostValue[]): number | null {
  const [text, sought] = [asText(args[0]), asText(args[1])];
  const start = asNumber(args[2]) ?? 0;
  const length = asNumber(args[3]) ?? -1;
  const occurrence = asNumber(args[4]) ?? 1;
  if (length < -1 || occurrence < 0 || sought === '') return null;
  const from = start < 0 ? Math.max(0, text.length + start) : start;
  if (occurrence === 0) return -1;
  // The length counts from where each look begins: after an occurrence, from the place behind its start.
  const look = (start: number): number => {
    const end = length === -1 ? text.length : Math.min(text.length, start + length);
    const at = text.indexOf(sought, start);
    return at >= 0 && at + sought.length <= end ? at : -1;
  };
  let at = look(from);
  for (let i = 1; i < occurrence && at >= 0; i++) at = look(at + 1);
  return at;
}

function countOf(text: string, sought: string, kind: string): number {
  if (sought === '') return 0;
  if (kind === 'regex') return [...text.matchAll(compileRegex(sought, 'g'))].length;
  let count = 0;
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) count++;
  return count;
}

function trimBy(edge: 'start' | 'end' | 'both'): (regex: HostValue, text: HostValue) => string {
  return (regex, text) => {
    let out = asText(text);
    const source = asText(regex);
    if (edge !== 'end') out = out.replace(compileRegex(`^(?:${source})`, ''), '');
    if (edge !== 'start') out = out.replace(compileRegex(`(?:${source})$`, ''), '');
    return out;
  };
}

/** `\1` of KQL is `$1` of JavaScript. */
function rewrite(replacement: string): string {
  return replacement
    .replaceAll('$', '$$$$')
    .replace(/\\(\d)/g, (_m, d: string) => (d === '0' ? '$&' : `$${d}`))
    .replaceAll('\\\\', '\\');
}

function extractAll(regex: string, groups: Json, text: string): Json {
  const matches = [...text.matchAll(compileRegex(regex, 'g'))];
  if (matches.length === 0) return null;
  const wanted = Array.isArray(groups) ? groups : null;
  return matches.map((m): Json => {
    const all = m.slice(1).map((g) => g ?? '');
    const chosen = wanted
      ? wanted.map((g) => (typeof g === 'string' ? (m.groups?.[g] ?? '') : (m[Number(g)] ?? '')))
      : all;
    return chosen.length === 1 ? (chosen[0] ?? '') : chosen;
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A function that needs what only the surroundings have: hashing, compression, randomness. */
const native = (
  name: string,
  call: (natives: Natives, text: string) => HostValue,
  gives: HostSpec['gives'] = 'string',
  isVolatile = false,
): HostSpec => ({
  name: name.replace('$', ''),
  takes: name.startsWith('$') ? [] : ['string'],
  gives,
  ...(isVolatile ? { isVolatile: true as const } : {}),
  bind: (natives) => (t) => call(natives, asText(t)),
});

const one = (
  name: string,
  call: (text: string) => HostValue,
  gives: HostSpec['gives'] = 'string',
): HostSpec => ({ name, takes: ['string'], gives, call: (t) => call(asText(t)) });

function codepoints(args: readonly HostValue[]): string {
  const numbers = args.flatMap((a) => {
    const value = typeof a === 'string' ? parseJson(a) : (a ?? null);
    return Array.isArray(value) ? value : [value];
  });
  return numbers
    .map((n) =>
      n === null ? '' : String.fromCodePoint(Math.max(0, Math.min(0x10ffff, Number(n) || 0))),
    )
    .join('');
}

export const textFunctions: FunctionGroup = {
  strlen: { returns: 'long', duckdb: ([a]) => `length(${toText(a!)})` },
  string_size: { returns: 'long', duckdb: ([a]) => `strlen(${toText(a!)})` },
  tolower: { returns: 'string', duckdb: ([a]) => `lower(${toText(a!)})` },
  toupper: { returns: 'string', duckdb: ([a]) => `upper(${toText(a!)})` },
  strcat: { returns: 'string', duckdb: (args) => `(${args.map(toText).join(' || ')})` },
  replace_string: {
    returns: 'string',
    duckdb: ([a, b, c]) => `replace(${toText(a!)}, ${toText(b!)}, ${toText(c!)})`,
  },
  extract_all: {
    returns: 'dynamic',
    duckdb: ([regex, a, b]) =>
      `weir__extract_all(${toText(regex!)}, ${b ? toDynamic(a!) : 'NULL::VARCHAR'}, ${toText(b ?? a!)})`,
  },
  ...hosts([
    { name: 'substring', takes: ['string', 'long', 'long'], gives: 'string', call: substring },
    one('reverse', (t) => [...t].reverse().join('')),
    {
      name: 'split',
      takes: ['string', 'string', 'long'],
      gives: 'dynamic',
      call: (text, delimiter, index) => {
        const source = asText(text);
        const parts = asText(delimiter) === '' ? [source] : source.split(asText(delimiter));
        const at = asNumber(index);
        if (at === null) return jsonText(parts);
        const part = parts[at];
        return part === undefined ? null : jsonText([part]);
      },
    },
    {
      name: 'strcat_delim',
      takes: ['string'],
      rest: 'string',
      gives: 'string',
      call: (delimiter, ...parts) => parts.map(asText).join(asText(delimiter)),
    },
    {
      name: 'strrep',
      takes: ['string', 'long', 'string'],
      gives: 'string',
      call: (t, n, d) =>
        Array.from({ length: Math.max(0, Math.min(1024, asNumber(n) ?? 0)) }, () => asText(t)).join(
          asText(d),
        ),
    },
    {
      name: 'strcmp',
      takes: ['string', 'string'],
      gives: 'int',
      call: (a, b) => compare(asText(a), asText(b)),
    },
    {
      name: 'indexof',
      takes: ['string', 'string', 'long', 'long', 'long'],
      gives: 'long',
      call: (...args) => indexOf(args),
    },
    {
      name: 'indexof_regex',
      takes: ['string', 'string', 'long', 'long', 'long'],
      gives: 'long',
      call: (text, regex, start, length, occurrence) => {
        const from = asNumber(start) ?? 0;
        const limit = asNumber(length) ?? -1;
        const source = asText(text).slice(0, limit < 0 ? undefined : from + limit);
        const found = [...source.matchAll(compileRegex(asText(regex), 'g'))].filter(
          (m) => m.index >= from,
        );
        return found[(asNumber(occurrence) ?? 1) - 1]?.index ?? -1;
      },
    },
    {
      name: 'countof',
      takes: ['string', 'string', 'string'],
      gives: 'long',
      call: (t, s, k) => countOf(asText(t), asText(s), asText(k)),
    },
    { name: 'trim', takes: ['string', 'string'], gives: 'string', call: trimBy('both') },
    { name: 'trim_start', takes: ['string', 'string'], gives: 'string', call: trimBy('start') },
    { name: 'trim_end', takes: ['string', 'string'], gives: 'string', call: trimBy('end') },
    {
      name: 'replace_regex',
      takes: ['string', 'string', 'string'],
      gives: 'string',
      call: (text, regex, by) =>
        asText(text).replace(compileRegex(asText(regex), 'g'), rewrite(asText(by))),
    },
    {
      name: 'replace_strings',
      takes: ['string', 'dynamic', 'dynamic'],
      gives: 'string',
      call: (text, lookups, by) => {
        const [from, to] = [parseJson(lookups ?? null), parseJson(by ?? null)];
        if (!Array.isArray(from)) return asText(text);
        const sought = from.map(textOf);
        const pattern = sought
          .filter((x) => x !== '')
          .map((x) => x.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
        if (pattern.length === 0) return asText(text);
        return asText(text).replace(new RegExp(pattern.join('|'), 'g'), (found) =>
          Array.isArray(to) ? textOf(to[sought.indexOf(found)]) : textOf(to),
        );
      },
    },
    {
      name: 'extract',
      takes: ['string', 'long', 'string'],
      gives: 'string',
      call: (regex, group, text) =>
        compileRegex(asText(regex), '').exec(asText(text))?.[asNumber(group) ?? 0] ?? '',
    },
    {
      name: '$extract_all',
      takes: ['string', 'dynamic', 'string'],
      gives: 'dynamic',
      call: (regex, groups, text) =>
        printJson(extractAll(asText(regex), parseJson(groups ?? null), asText(text))),
    },
    {
      name: 'extract_json',
      takes: ['string', 'string'],
      gives: 'string',
      call: (path, json) => textOf(jsonPath(parseJson(json ?? null), asText(path))),
    },
    one('base64_encode_tostring', (t) => toBase64(utf8(t))),
    one('base64_decode_tostring', (t) => {
      const bytes = fromBase64(t);
      return bytes ? utf8Text(bytes) : '';
    }),
    one(
      'base64_decode_toarray',
      (t) => {
        const bytes = fromBase64(t);
        return bytes ? jsonText([...bytes]) : null;
      },
      'dynamic',
    ),
    one(
      'base64_decode_toguid',
      (t) => {
        const bytes = fromBase64(t);
        return bytes && bytes.length === 16 ? guidText(bytes) : null;
      },
      'guid',
    ),
    {
      name: 'base64_encode_fromarray',
      takes: ['dynamic'],
      gives: 'string',
      call: (a) => {
        const value = parseJson(a ?? null);
        return Array.isArray(value)
          ? toBase64(Uint8Array.from(value.map((v) => Number(v) & 255)))
          : '';
      },
    },
    {
      name: 'base64_encode_fromguid',
      takes: ['guid'],
      gives: 'string',
      call: (g) => (typeof g === 'string' ? toBase64(guidBytes(g)) : ''),
    },
    one('url_encode', (t) =>
      encodeURIComponent(wellFormed(t))
        .replace(/%20/g, '+')
        .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
        .replace(/%[0-9A-F]{2}/g, (m) => m.toLowerCase()),
    ),
    one('url_encode_component', (t) =>
      encodeURIComponent(wellFormed(t)).replace(/%[0-9A-F]{2}/g, (m) => m.toLowerCase()),
    ),
    one('url_decode', (t) => decodeUrl(t)),
    one('isascii', (t) => [...t].every((c) => c.charCodeAt(0) < 128), 'bool'),
    one('isutf8', (t) => t === wellFormed(t), 'bool'),
    native('hash_md5', (n, t) => n.hash('md5', t)),
    native('hash_sha1', (n, t) => n.hash('sha1', t)),
    native('hash_sha256', (n, t) => n.hash('sha256', t)),
    {
      name: 'hash_xxhash64',
      takes: ['string', 'long'],
      gives: 'long',
      call: (t, mod) => modulo(xxhash64(utf8(asText(t)), 0n), asNumber(mod)),
    },
    {
      name: 'hash',
      takes: ['string', 'long'],
      gives: 'long',
      call: (t, mod) => modulo(xxhash64(utf8(asText(t)), 0n), asNumber(mod)),
    },
    one(
      'unicode_codepoints_from_string',
      (t) => jsonText([...t].map((c) => c.codePointAt(0) ?? 0)),
      'dynamic',
    ),
    {
      name: 'unicode_codepoints_to_string',
      takes: [],
      rest: 'dynamic',
      gives: 'string',
      call: (...args) => codepoints(args),
    },
    {
      name: 'make_string',
      takes: [],
      rest: 'dynamic',
      gives: 'string',
      call: (...args) => codepoints(args),
    },
    {
      name: '$parse',
      takes: ['string', 'string', 'string', 'string', 'string'],
      gives: 'dynamic',
      call: (t, r, f, m, k) =>
        printJson(parsePattern(asText(t), asText(r), asText(f), asText(m), asText(k))),
    },
    {
      name: '$parse_kv',
      takes: ['string', 'string', 'string'],
      gives: 'dynamic',
      call: (t, o, k) => printJson(parseKv(asText(t), asText(o), asText(k))),
    },
    one('parse_url', (t) => jsonText(parseUrl(t)), 'dynamic'),
    one('parse_urlquery', (t) => jsonText(parseUrlQuery(t)), 'dynamic'),
    one('parse_xml', (t) => printJson(parseXml(t)), 'dynamic'),
    one('parse_path', (t) => jsonText(parsePath(t)), 'dynamic'),
    one('parse_csv', (t) => jsonText(parseCsv(t)), 'dynamic'),
    one('parse_version', (t) => parseVersion(t), 'decimal'),
    {
      name: 'parse_user_agent',
      takes: ['string', 'dynamic'],
      gives: 'dynamic',
      call: (t) => jsonText(parseUserAgent(asText(t))),
    },
    one(
      'parse_command_line',
      (t) => jsonText(t.match(/"[^"]*"|\S+/g)?.map((x) => x.replace(/^"(.*)"$/, '$1')) ?? []),
      'dynamic',
    ),
    native('gzip_compress_to_base64_string', (n, t) => n.compress('gzip', t)),
    native('gzip_decompress_from_base64_string', (n, t) => n.decompress('gzip', t) ?? ''),
    native('zlib_compress_to_base64_string', (n, t) => n.compress('zlib', t)),
    native('zlib_decompress_from_base64_string', (n, t) => n.decompress('zlib', t) ?? ''),
    native('$new_guid', (n) => n.guid(), 'guid', true),
  ]),
};

function decodeUrl(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    // Half an escape is not an escape: the text stays as it is.
    return text;
  }
}

function modulo(value: bigint, by: number | null): bigint {
  if (by === null || by === 0) return value;
  const m = BigInt(Math.trunc(by));
  return ((value % m) + m) % m;
}

/** .NET keeps the first three fields of a guid little-endian. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

function guidText(bytes: Uint8Array): string {
  const hex = GUID_ORDER.map((i) => bytes[i]!.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function guidBytes(guid: string): Uint8Array {
  const hex = guid.replace(/-/g, '');
  const bytes = new Uint8Array(16);
  GUID_ORDER.forEach((to, i) => {
    bytes[to] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  });
  return bytes;
}

function jsonPath(value: Json, path: string): Json {
  let at: Json | undefined = value;
  for (const step of path.replace(/^\$/, '').match(/[^.[\]'"]+/g) ?? []) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (typeof at === 'object' && at !== null && Object.hasOwn(at, step)) at = at[step];
    else return null;
  }
  return at ?? null;
}

function parsePath(text: string): { [key: string]: Json } {
  const scheme = /^([A-Za-z][\w+.-]+):\/\//.exec(text)?.[1] ?? '';
  const bare = scheme ? text.slice(scheme.length + 3) : text;
  const drive = /^([A-Za-z]):/.exec(bare);
  const [file, stream] = bare.slice(drive ? 2 : 0).split(':');
  const parts = (file ?? '').split(/[\\/]/);
  const name = parts.at(-1) ?? '';
  const directory = bare.slice(0, bare.lastIndexOf(name) - (name === bare ? 0 : 1));
  return {
    Scheme: scheme,
    RootPath: drive ? drive[0] : '',
    DirectoryPath: directory,
    DirectoryName: parts.at(-2) ?? '',
    Filename: name,
    Extension: name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '',
    AlternateDataStreamName: stream ?? '',
  };
}

function parseCsv(text: string): string[] {
  const out: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/y;
  for (let m = field.exec(text); m; m = field.exec(text)) {
    out.push(m[1] === undefined ? (m[2] ?? '') : m[1].replaceAll('""', '"'));
    if (m[3] !== ',') break;
  }
  return out;
}
