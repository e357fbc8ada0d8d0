import type { Refusal } from './indicator.ts';
import { type Hint, type Observed, observe } from './observable.ts';

/** A value that a pattern looks for. */
export interface PatternValue {
  readonly raw: string;
  readonly seen: Observed;
}

/** What can be said of traffic by a pattern: any one of the values, or why it is beyond that. */
export type PatternReading =
  | { readonly values: readonly PatternValue[] }
  | { readonly refused: Refusal; readonly detail: string };

const LONGEST = 65_536;
const DEEPEST = 32;
/** Alternatives that one pattern may be multiplied out to. */
const MOST_TERMS = 1_024;

interface Comparison {
  readonly path: string;
  readonly operator: string;
  readonly values: readonly string[];
}
type Term = readonly Comparison[];

class Unsupported extends Error {}

/**
 * Reads the part of STIX patterning that names values: observation expressions joined by OR, inside them comparisons by
 * `=`, IN, LIKE and ISSUBSET joined by AND and OR. Terms of AND must speak of one thing: an address and its port, or
 * hashes and properties of one file. The rest (FOLLOWEDBY, AND of observations, WITHIN, REPEATS, NOT, MATCHES) is refused.
 * Source: STIX 2.1 section 9; 2.0's patterns are read alike.
 */
export function readStixPattern(pattern: string): PatternReading {
  if (pattern.length > LONGEST) return { refused: 'too-long', detail: '' };
  try {
    const terms = new PatternParser(tokens(pattern)).pattern();
    return { values: terms.flatMap(valuesOf) };
  } catch (error) {
    if (error instanceof Unsupported)
      return { refused: 'unsupported-pattern', detail: error.message };
    throw error;
  }
}

const TOKEN =
  /\s*(?:(\[|\]|\(|\)|,|!=|<=|>=|=|<|>)|([thb]?'(?:[^'\\]|\\.)*')|([+-]?\d+(?:\.\d+)?(?![\w:-]))|([a-zA-Z][\w-]*:(?:[\w.-]|\[(?:\*|\d+)\]|'(?:[^'\\]|\\.)*'|"[^"]*")+)|([a-zA-Z]+))/y;

function tokens(text: string): readonly string[] {
  const list: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      if (text.slice(from).trim() === '') break;
      throw new Unsupported(`unreadable at ${from + 1}`);
    }
    list.push(match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? '');
  }
  return list;
}

class PatternParser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(list: readonly string[]) {
    this.#tokens = list;
  }

  pattern(): readonly Term[] {
    const terms = [...this.#observation()];
    while (this.#takes('OR')) terms.push(...this.#observation());
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new Unsupported(`${rest} between observations`);
    return terms;
  }

  #observation(): readonly Term[] {
    if (this.#takes('(')) {
      this.#deeper();
      const terms = [...this.#observation()];
      while (this.#takes('OR')) terms.push(...this.#observation());
      this.#expect(')');
      this.#depth--;
      return terms;
    }
    this.#expect('[');
    const terms = this.#or();
    this.#expect(']');
    return terms;
  }

  #or(): readonly Term[] {
    const terms = [...this.#and()];
    while (this.#takes('OR')) terms.push(...this.#and());
    return bounded(terms);
  }

  #and(): readonly Term[] {
    let terms = this.#primary();
    while (this.#takes('AND')) {
      const right = this.#primary();
      if (terms.length * right.length > MOST_TERMS) throw new Unsupported('too many alternatives');
      terms = terms.flatMap((a) => right.map((b) => [...a, ...b]));
    }
    return terms;
  }

  #primary(): readonly Term[] {
    if (!this.#takes('(')) return [[this.#comparison()]];
    this.#deeper();
    const terms = this.#or();
    this.#expect(')');
    this.#depth--;
    return terms;
  }

  #comparison(): Comparison {
    const path = this.#next();
    if (!path.includes(':')) throw new Unsupported(`${path} where an object path is expected`);
    const operator = this.#next().toUpperCase();
    if (operator === 'IN') {
      this.#expect('(');
      const values = [literal(this.#next())];
      while (this.#takes(',')) values.push(literal(this.#next()));
      this.#expect(')');
      if (values.length > MOST_TERMS) throw new Unsupported('too many alternatives');
      return { path, operator, values };
    }
    if (!['=', 'LIKE', 'ISSUBSET'].includes(operator)) throw new Unsupported(operator);
    return { path, operator, values: [literal(this.#next())] };
  }

  #deeper(): void {
    if (++this.#depth > DEEPEST) throw new Unsupported('nested too deep');
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Unsupported('it ends too early');
    return token;
  }

  #takes(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    const found = this.#next();
    if (found !== token) throw new Unsupported(`${found} where ${token} is expected`);
  }
}

function bounded(terms: readonly Term[]): readonly Term[] {
  if (terms.length > MOST_TERMS) throw new Unsupported('too many alternatives');
  return terms;
}

function literal(token: string): string {
  if (/^[tb']/.test(token) && token.endsWith("'"))
    return token.slice(token.indexOf("'") + 1, -1).replaceAll(/\\(.)/gs, '$1');
  if (/^[+-]?\d/.test(token)) return token;
  throw new Unsupported(`${token} where a value is expected`);
}

const HASHES: Readonly<Record<string, 'md5' | 'sha1' | 'sha256'>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
};

/** What the values of an object path are, 'narrows' where it only tells more of the same thing; undefined when unknown. */
function meaningOf(path: string): Hint | 'port' | 'narrows' | undefined {
  const plain = path.toLowerCase();
  const hash = /^(file|x509-certificate|artifact):(?:.*\.)?hashes\.['"]?([\w-]+)['"]?$/.exec(plain);
  if (hash) {
    const kind = HASHES[hash[2]!.replaceAll(/[-_]/g, '')];
    if (hash[1] !== 'x509-certificate')
      return kind ?? (/^sha-?512|ssdeep|tlsh|sha3/.test(hash[2]!) ? 'narrows' : undefined);
    return kind === 'sha1' ? 'cert-sha1' : kind === 'sha256' ? 'cert-sha256' : undefined;
  }
  switch (plain) {
    case 'ipv4-addr:value':
    case 'ipv6-addr:value':
    case 'network-traffic:dst_ref.value':
    case 'network-traffic:src_ref.value':
      return 'ip';
    case 'domain-name:value':
      return 'domain';
    case 'url:value':
      return 'url';
    case 'email-addr:value':
    case 'email-message:from_ref.value':
    case 'email-message:sender_ref.value':
      return 'email';
    case 'autonomous-system:number':
      return 'asn';
    case 'network-traffic:dst_port':
    case 'network-traffic:src_port':
      return 'port';
    // The addresses a name was seen to lead to.
    case 'domain-name:resolves_to_refs[*].value':
    case 'network-traffic:dst_ref.type':
    case 'network-traffic:src_ref.type':
    case 'network-traffic:protocols[*]':
      return 'narrows';
    case "network-traffic:extensions.'http-request-ext'.request_header.'user-agent'":
      return 'user-agent';
    default:
      return plain.startsWith('file:') ? 'narrows' : undefined;
  }
}

/** The values of one term. Hashes of one file each name it alone; what else is said of the file narrows nothing then. */
function valuesOf(term: Term): readonly PatternValue[] {
  const values: PatternValue[] = [];
  const ports: string[] = [];
  for (const comparison of term) {
    const meaning = meaningOf(comparison.path);
    if (meaning === undefined) throw new Unsupported(comparison.path);
    if (meaning === 'port') ports.push(...comparison.values);
    else if (meaning !== 'narrows')
      values.push(
        ...comparison.values.map((raw) => patternValue(raw, meaning, comparison.operator)),
      );
  }
  if (values.length === 0) throw new Unsupported(term[0]?.path ?? 'nothing');
  const kinds = new Set(term.map((c) => c.path.slice(0, c.path.indexOf(':'))));
  const hashes = values.every(({ seen }) => 'refused' in seen || isHash(seen.type));
  const compared = term.filter((c) => !['narrows', 'port'].includes(meaningOf(c.path) ?? ''));
  if (compared.length > 1 && !(hashes && kinds.size === 1))
    throw new Unsupported(`${compared.map((c) => c.path).join(' AND ')} in one`);
  return ports.length === 0 ? values : withPorts(values, ports);
}

const isHash = (type: string): boolean => /^(md5|sha1|sha256|cert-sha1|cert-sha256)$/.test(type);

function withPorts(values: readonly PatternValue[], ports: readonly string[]): PatternValue[] {
  return values.flatMap(({ raw, seen }) =>
    ports.map((text): PatternValue => {
      const port = Number(text);
      if (!Number.isInteger(port) || port < 1 || port > 65535)
        return { raw, seen: { refused: 'malformed-port' } };
      if ('refused' in seen) return { raw, seen };
      if (seen.type !== 'ip') throw new Unsupported(`a port beside ${seen.type}`);
      return { raw, seen: { ...seen, port } };
    }),
  );
}

/** `LIKE '%.example.com'` is a suffix and `LIKE 'http://host/path%'` a prefix; other wildcards name no single value. */
function patternValue(raw: string, hint: Hint, operator: string): PatternValue {
  if (operator === 'ISSUBSET')
    return { raw, seen: hint === 'ip' ? observe(raw, 'ip') : { refused: 'unsupported-pattern' } };
  if (operator !== 'LIKE' || !/[%_]/.test(raw)) return { raw, seen: observe(raw, hint) };
  const suffix = /^%\.([^%_]+)$/.exec(raw)?.[1];
  if (hint === 'domain' && suffix) return { raw, seen: observe(suffix, 'domain-suffix') };
  const prefix = /^([^%]+)%$/.exec(raw)?.[1];
  if (hint === 'url' && prefix && !prefix.includes('_'))
    return { raw, seen: observe(prefix, 'url-prefix') };
  throw new Unsupported(`LIKE '${raw.slice(0, 80)}'`);
}
