import { parseIp } from '#core/base/index.ts';
import { parseRange, RangeTableBuilder } from '#core/enrich/index.ts';
import { canonicalName } from './host-name.ts';
import type { Observable } from './indicator.ts';
import { isObject, type JsonObject, textAt, textsAt } from './json-records.ts';
import { TERM_FLAGS } from './match/terms.ts';
import { parseUrl } from './url.ts';

/**
 * What being on a list means. `never`: no indicator at all (reserved networks, resolvers, own hosts). `shared`: many strangers
 * behind one value (CDN, cloud, top sites): a hit is evidence only. `scanner`: known and harmless. `sinkhole`: run by
 * defenders, so what calls it is infected.
 */
export const WARNING_CLASSES = ['never', 'shared', 'scanner', 'sinkhole'] as const;
export type WarningClass = (typeof WARNING_CLASSES)[number];

/** MISP's kinds of matching. */
type Matching = 'string' | 'substring' | 'hostname' | 'cidr' | 'regex';

export interface WarningList {
  readonly name: string;
  readonly class: WarningClass;
  readonly matching: Matching;
  readonly values: readonly string[];
}

/** Words in the names of MISP's lists that tell its class; others are `never`. */
const CLASS_WORDS: readonly (readonly [RegExp, WarningClass])[] = [
  [/sinkhole/i, 'sinkhole'],
  [/scanner|scanning|shodan|censys|shadowserver|rapid7/i, 'scanner'],
  [
    /\bcdn\b|cloud|akamai|fastly|amazon|\baws\b|azure|google|gcp|ovh|oracle|zscaler|microsoft|office|top[ -]?\d|tranco|umbrella|majestic|alexa|dynamic dns|\bdyndns|url shorten|trusted site|parking|disposable|what.?s.my.?ip|vpn/i,
    'shared',
  ],
];

/**
 * Reads a list as MISP has them (`{name, type, list, …}`) or one value a line. The class is the one given, else told by the
 * name. Throws RangeError with what is wrong with it.
 * Source: MISP/misp-warninglists, schema.json.
 */
export function readWarningList(text: string, name: string, given?: WarningClass): WarningList {
  const parsed = parse(text);
  if (!parsed) {
    const values = text
      .split('\n')
      .map((line) => line.replace(/#.*$/, '').trim())
      .filter((line) => line !== '');
    const isNetworks = values.length > 0 && values.every((value) => parseRange(value));
    return {
      name,
      class: given ?? classOf(name),
      matching: isNetworks ? 'cidr' : 'hostname',
      values,
    };
  }
  const title = textAt(parsed, 'name') || name;
  const type = textAt(parsed, 'type') || 'string';
  const matching = (['string', 'substring', 'hostname', 'cidr', 'regex'] as const).find(
    (t) => t === type,
  );
  if (!matching) throw new RangeError(`the type ${type} of the warning list ${title} is not known`);
  return { name: title, class: given ?? classOf(title), matching, values: textsAt(parsed, 'list') };
}

function parse(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && Array.isArray(value['list'])) return value;
  } catch {
    // Said below, as the one reason.
  }
  throw new RangeError('a warning list in JSON is an object with a list');
}

const classOf = (name: string): WarningClass =>
  CLASS_WORDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'never';

/** Values that no feed should name: empty files, the EICAR test, public resolvers. */
const BUILT_IN: readonly WarningList[] = [
  {
    name: 'hashes of nothing and of the EICAR test',
    class: 'never',
    matching: 'string',
    values: [
      'd41d8cd98f00b204e9800998ecf8427e',
      'da39a3ee5e6b4b0d3255bfef95601890afd80709',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '44d88612fea8a8f36de82e1278abb02f',
      '3395856ce81f2b7382dee72602f798b642f14140',
      '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f',
    ],
  },
  {
    name: 'public DNS resolvers',
    class: 'never',
    matching: 'cidr',
    values:
      '1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 2606:4700:4700::1111 2606:4700:4700::1001 2001:4860:4860::8888 2001:4860:4860::8844 2620:fe::fe 2620:fe::9'.split(
        ' ',
      ),
  },
];

export interface Warning {
  readonly list: string;
  readonly class: WarningClass;
}

/** Longest `substring` list that is searched through for each value. */
const MOST_SUBSTRINGS = 10_000;

/**
 * All lists together. Of several that hold a value the gravest class counts, in the order of WARNING_CLASSES. Lists of
 * regular expressions are left out: `refused` names them.
 */
export class WarningLists {
  readonly refused: string[] = [];
  readonly #lists: readonly WarningList[];
  readonly #exact = new Map<string, number>();
  readonly #hosts = new Map<string, number>();
  readonly #networks = WARNING_CLASSES.map(() => new RangeTableBuilder());
  readonly #tables;
  readonly #parts: { readonly part: string; readonly list: number }[] = [];

  constructor(lists: readonly WarningList[], withBuiltIn = true) {
    this.#lists = withBuiltIn ? [...BUILT_IN, ...lists] : lists;
    for (const [number, list] of this.#lists.entries()) this.#take(list, number);
    this.#tables = this.#networks.map((builder) => builder.build());
  }

  #take(list: WarningList, number: number): void {
    const rank = WARNING_CLASSES.indexOf(list.class);
    const put = (map: Map<string, number>, key: string) => {
      const known = map.get(key);
      if (known === undefined || WARNING_CLASSES.indexOf(this.#lists[known]!.class) > rank)
        map.set(key, number);
    };
    if (list.matching === 'regex')
      this.refused.push(`${list.name}: regular expressions are not evaluated`);
    else if (list.matching === 'substring')
      for (const value of list.values.slice(0, MOST_SUBSTRINGS))
        this.#parts.push({ part: value.toLowerCase(), list: number });
    else
      for (const value of list.values) {
        const range = list.matching === 'hostname' ? undefined : parseRange(value);
        if (range) this.#networks[rank]!.add(range, number);
        else if (list.matching === 'hostname') {
          const name = canonicalName(value.replace(/^\./, ''));
          if (name !== undefined) put(this.#hosts, name);
        } else put(this.#exact, value.toLowerCase());
      }
  }

  /** The list that holds a value, and what that means; undefined when none does. */
  check(observable: Observable): Warning | undefined {
    const { type, value } = observable;
    const found: number[] = [];
    const note = (list: number | undefined) => {
      if (list !== undefined && list >= 0) found.push(list);
    };
    note(this.#exact.get(value.toLowerCase()));
    const url = type === 'url' || type === 'url-prefix' ? parseUrl(value) : undefined;
    const name = type === 'domain' || type === 'domain-suffix' ? value : url?.host;
    if (name !== undefined)
      for (let at = 0; at >= 0; ) {
        note(this.#hosts.get(name.slice(at)));
        const dot = name.indexOf('.', at);
        at = dot < 0 ? -1 : dot + 1;
      }
    const address =
      type === 'ip' ? value : type === 'cidr' ? value.slice(0, value.indexOf('/')) : url?.host;
    const words = address === undefined ? undefined : parseIp(address);
    if (words) for (const table of this.#tables) note(table.find(words));
    for (const { part, list } of this.#parts) if (value.toLowerCase().includes(part)) note(list);
    const [first] = found.sort((a, b) => this.#rank(a) - this.#rank(b));
    if (first === undefined) return undefined;
    const list = this.#lists[first]!;
    // A full URL on a shared host names more than the host: that it is shared does not make it harmless or weak.
    if (url && list.class === 'shared') return undefined;
    return { list: list.name, class: list.class };
  }

  #rank(list: number): number {
    return WARNING_CLASSES.indexOf(this.#lists[list]!.class);
  }
}

/** The flag of a class in the terms of a matcher. */
export function flagOf(warning: Warning | undefined): number {
  if (warning === undefined || warning.class === 'never') return 0;
  return TERM_FLAGS[warning.class];
}
