import { type IpWords, type Micros, parseIp, printIp } from '#core/base/index.ts';
import { type IndicatorType, ROLES, type Role } from '../indicator.ts';
import { parseUrl, urlKey } from '../url.ts';
import { type AddressTable, compareAt, findExact, findNetwork } from './address-table.ts';
import { NO_END, type TermColumns } from './terms.ts';
import { findText, flatText, type TextTable, textOf } from './text-table.ts';

/** A value that is looked for, as the feeds together see it. */
export interface Term {
  /** In this matcher alone: another build gives other numbers. */
  readonly number: number;
  readonly type: IndicatorType;
  readonly value: string;
  readonly port: number | null;
  readonly role: Role;
  /** 0 to 100, effective, of all feeds together. */
  readonly confidence: number;
  readonly firstSeen: Micros | null;
  readonly validUntil: Micros | null;
  readonly feeds: readonly string[];
  /** Of TERM_FLAGS. */
  readonly flags: number;
}

/** Types that are texts, and the byte that tells them apart in the table. The values are part of the file's format. */
export const TEXT_KINDS = {
  domain: 1,
  'domain-suffix': 2,
  url: 3,
  'url-prefix': 4,
  'url-path': 5,
  md5: 6,
  sha1: 7,
  sha256: 8,
  'cert-sha1': 9,
  'cert-sha256': 10,
  ja3: 11,
  ja3s: 12,
  ja4: 13,
  jarm: 14,
  email: 15,
  'user-agent': 16,
  asn: 17,
} as const satisfies Partial<Record<IndicatorType, number>>;
export type TextType = keyof typeof TEXT_KINDS;

const TYPE_OF_KIND: readonly TextType[] = (Object.keys(TEXT_KINDS) as TextType[]).sort(
  (a, b) => TEXT_KINDS[a] - TEXT_KINDS[b],
);

export interface MatcherParts {
  readonly feeds: readonly string[];
  readonly sets: readonly (readonly number[])[];
  readonly v4: AddressTable;
  readonly v6: AddressTable;
  readonly texts: TextTable;
  /** Hosts with a rule by prefix of the URL. */
  readonly prefixHosts: TextTable;
  /** Rows in the order: IPv4 addresses, IPv4 networks, IPv6 addresses, IPv6 networks, texts. */
  readonly terms: TermColumns;
}

/**
 * Every indicator compiled to flat arrays: immutable, in one buffer, shared between threads when that is a SharedArrayBuffer.
 * Look-ups hand over numbers of terms and allocate nothing; `term` says what a number is.
 */
export class Matcher {
  readonly parts: MatcherParts;
  readonly #bases: readonly [v4Networks: number, v6: number, v6Networks: number, texts: number];

  constructor(parts: MatcherParts) {
    this.parts = parts;
    const v4Networks = parts.v4.exact.length;
    const v6 = v4Networks + parts.v4.parents.length;
    const v6Networks = v6 + parts.v6.exact.length / 4;
    this.#bases = [v4Networks, v6, v6Networks, v6Networks + parts.v6.parents.length];
  }

  get size(): number {
    return this.parts.terms.port.length;
  }

  /** Terms of an address: itself, with any port, then the networks around it, narrowest first. */
  findAddress(words: IpWords, found: number[]): void {
    const isV4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
    const table = isV4 ? this.parts.v4 : this.parts.v6;
    const from = isV4 ? 3 : 0;
    const base = isV4 ? 0 : this.#bases[1];
    const networks = isV4 ? this.#bases[0] : this.#bases[2];
    const count = table.exact.length / table.width;
    let at = findExact(table, words, from);
    for (
      ;
      at >= 0 && at < count && compareAt(table.exact, table.width, at, words, from) === 0;
      at++
    )
      found.push(base + at);
    let network = findNetwork(table, words, from);
    for (; network >= 0; network = table.parents[network]! - 1) found.push(networks + network);
  }

  /** Terms of a canonical host name: itself, and each suffix that has a rule. */
  findName(name: string, found: number[]): void {
    this.#findText(TEXT_KINDS.domain, name, 0, name.length, found);
    for (let from = 0; from >= 0; ) {
      this.#findText(TEXT_KINDS['domain-suffix'], name, from, name.length, found);
      const dot = name.indexOf('.', from);
      from = dot < 0 ? -1 : dot + 1;
    }
  }

  /** Terms of a URL, with or without scheme: itself, prefixes, its path; not those of its host, which are asked apart. */
  findUrl(text: string, found: number[]): void {
    const url = parseUrl(text);
    if (!url) return;
    const key = urlKey(url);
    this.#findText(TEXT_KINDS.url, key, 0, key.length, found);
    const query = url.path.indexOf('?');
    this.#findText(TEXT_KINDS['url-path'], url.path, 0, url.path.length, found);
    if (query > 0) this.#findText(TEXT_KINDS['url-path'], url.path, 0, query, found);
    if (findText(this.parts.prefixHosts, TEXT_KINDS['url-prefix'], url.host) < 0) return;
    for (let end = key.length - url.path.length + 1; end <= key.length; end++)
      this.#findText(TEXT_KINDS['url-prefix'], key, 0, end, found);
  }

  /** The term of any other text: hashes, e-mail addresses, autonomous systems. */
  findValue(type: TextType, value: string, found: number[]): void {
    const flat = flatText(value);
    this.#findText(TEXT_KINDS[type], flat, 0, flat.length, found);
  }

  #findText(kind: number, text: string, from: number, to: number, found: number[]): void {
    const number = findText(this.parts.texts, kind, text, from, to);
    if (number >= 0) found.push(this.#bases[3] + number);
  }

  /** Terms of an address in text, with what each is. Convenient, not fast. */
  termsOfAddress(ip: string): readonly Term[] {
    const words = parseIp(ip);
    const found: number[] = [];
    if (words) this.findAddress(words, found);
    return found.map((number) => this.term(number));
  }

  term(number: number): Term {
    const { terms, feeds, sets } = this.parts;
    const port = terms.port[number]!;
    const until = terms.until[number]!;
    const first = terms.first[number]!;
    return {
      number,
      ...this.#valueOf(number),
      port: port === 0 ? null : port,
      role: ROLES[terms.role[number]!] ?? 'unknown',
      confidence: terms.confidence[number]!,
      firstSeen: first === 0 ? null : first * 1e6,
      validUntil: until === NO_END ? null : until * 1e6,
      feeds: (sets[terms.feeds[number]!] ?? []).map((feed) => feeds[feed]!),
      flags: terms.flags[number]!,
    };
  }

  #valueOf(number: number): { readonly type: IndicatorType; readonly value: string } {
    const [v4Networks, v6, v6Networks, texts] = this.#bases;
    const { parts } = this;
    if (number >= texts) {
      const { kind, text } = textOf(parts.texts, number - texts);
      return { type: TYPE_OF_KIND[kind - 1]!, value: text };
    }
    if (number < v4Networks)
      return { type: 'ip', value: printIp(wide(parts.v4, parts.v4.exact, number)) };
    if (number < v6) return networkOf(parts.v4, number - v4Networks);
    if (number < v6Networks)
      return { type: 'ip', value: printIp(wide(parts.v6, parts.v6.exact, number - v6)) };
    return networkOf(parts.v6, number - v6Networks);
  }
}

function wide({ width }: AddressTable, list: Uint32Array, index: number): IpWords {
  return width === 1
    ? Uint32Array.of(0, 0, 0xffff, list[index]!)
    : list.slice(4 * index, 4 * index + 4);
}

function networkOf(table: AddressTable, index: number) {
  const first = wide(table, table.firsts, index);
  const last = wide(table, table.lasts, index);
  let bits = 0;
  for (let w = 0; w < 4; w++) {
    const same = Math.clz32(first[w]! ^ last[w]!);
    bits += same;
    if (same < 32) break;
  }
  return {
    type: 'cidr',
    value: `${printIp(first)}/${table.width === 1 ? bits - 96 : bits}`,
  } as const;
}
