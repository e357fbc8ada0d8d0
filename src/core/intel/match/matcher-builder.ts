import { parseIp } from '#core/base/index.ts';
import { parseRange } from '#core/enrich/index.ts';
import type { Observable } from '../indicator.ts';
import { parseUrl, urlKey } from '../url.ts';
import { type AddressTable, bucketsOf, orderOf, parentsOf } from './address-table.ts';
import { growing32 } from './growing.ts';
import { Matcher, TEXT_KINDS } from './matcher.ts';
import { FeedSets, type TermColumns, TermRows, type Weight } from './terms.ts';
import { flatText, TextTableBuilder } from './text-table.ts';

/** Addresses or networks of one family while they are collected; networks have a last address too. */
class Collected {
  readonly firsts = growing32();
  readonly lasts = growing32();
  readonly rows = new TermRows();
}

/** Collects weighed indicators and compiles them. Several sources of one value become one term. */
export class MatcherBuilder {
  readonly #feeds: readonly string[];
  readonly #sets = new FeedSets();
  readonly #v4 = new Collected();
  readonly #v4Networks = new Collected();
  readonly #v6 = new Collected();
  readonly #v6Networks = new Collected();
  readonly #texts: TextTableBuilder;
  readonly #textRows = new TermRows();
  readonly #prefixHosts: TextTableBuilder;

  /** `feeds`: names of the feeds that weights number. `seed`: 32 bits, any; random where feeds may be hostile. */
  constructor(feeds: readonly string[], seed = 0) {
    this.#feeds = feeds;
    this.#texts = new TextTableBuilder(seed);
    this.#prefixHosts = new TextTableBuilder(seed);
  }

  /** Adds what one feed says of one canonical value; see `observe`. Values that are none are passed over. */
  add({ type, value, port }: Observable, weight: Weight): void {
    if (type === 'ip') this.#addAddress(value, port, weight);
    else if (type === 'cidr') this.#addNetwork(value, weight);
    else if (type === 'url' || type === 'url-prefix') this.#addUrl(type, value, weight);
    else this.#addText(TEXT_KINDS[type], value, weight);
  }

  #addAddress(value: string, port: number | null, weight: Weight): void {
    const words = parseIp(value);
    if (!words) return;
    const isV4 = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
    const to = isV4 ? this.#v4 : this.#v6;
    if (isV4) to.firsts.push(words[3]!);
    else to.firsts.append(words);
    to.rows.push(port, weight, this.#sets);
  }

  #addNetwork(value: string, weight: Weight): void {
    const range = parseRange(value);
    if (!range) return;
    const isV4 = range.first[2] === 0xffff && range.first[0] === 0 && range.first[1] === 0;
    const to = isV4 ? this.#v4Networks : this.#v6Networks;
    const from = isV4 ? 3 : 0;
    to.firsts.append(range.first.subarray(from));
    to.lasts.append(range.last.subarray(from));
    to.rows.push(null, weight, this.#sets);
  }

  #addUrl(type: 'url' | 'url-prefix', value: string, weight: Weight): void {
    const url = parseUrl(value);
    if (!url) return;
    this.#addText(TEXT_KINDS[type], urlKey(url), weight);
    if (type === 'url-prefix') this.#prefixHosts.intern(TEXT_KINDS['url-prefix'], url.host);
  }

  #addText(kind: number, text: string, weight: Weight): void {
    const number = this.#texts.intern(kind, flatText(text));
    const row = this.#textRows.length;
    this.#textRows.push(null, weight, this.#sets);
    if (number < row) {
      this.#textRows.merge(number, row, this.#sets);
      this.#textRows.pop();
    }
  }

  build(): Matcher {
    const v4 = sorted(this.#v4, 1, this.#sets);
    const v4Networks = sorted(this.#v4Networks, 1, this.#sets);
    const v6 = sorted(this.#v6, 4, this.#sets);
    const v6Networks = sorted(this.#v6Networks, 4, this.#sets);
    return new Matcher({
      feeds: this.#feeds,
      sets: this.#sets.sets,
      v4: tableOf(v4, v4Networks, 1),
      v6: tableOf(v6, v6Networks, 4),
      texts: this.#texts.build(),
      prefixHosts: this.#prefixHosts.build(),
      terms: joinTerms([
        v4.terms,
        v4Networks.terms,
        v6.terms,
        v6Networks.terms,
        columnsOf(this.#textRows),
      ]),
    });
  }
}

interface Sorted {
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
  readonly terms: TermColumns;
}

const tableOf = (addresses: Sorted, networks: Sorted, width: 1 | 4): AddressTable => ({
  width,
  exact: addresses.firsts,
  buckets: bucketsOf(addresses.firsts, width),
  firsts: networks.firsts,
  lasts: networks.lasts,
  parents: parentsOf(networks.firsts, networks.lasts, width),
  networkBuckets: bucketsOf(networks.firsts, width),
});

/** In ascending order, equal ones joined. Networks that begin together come widest first, as their parents must. */
function sorted({ firsts, lasts, rows }: Collected, width: 1 | 4, sets: FeedSets): Sorted {
  const from = firsts.view();
  const to = lasts.view();
  const isNetwork = to.length > 0;
  const order = orderOf(from, rows.port.view(), width);
  if (isNetwork) widestFirst(order, from, to, width);
  const same = (a: number, b: number): boolean => {
    for (let w = 0; w < width; w++) {
      if (from[a * width + w] !== from[b * width + w]) return false;
      if (isNetwork && to[a * width + w] !== to[b * width + w]) return false;
    }
    return rows.port.get(a) === rows.port.get(b);
  };
  let count = 0;
  for (const index of order) {
    const before = order[count - 1];
    if (before !== undefined && count > 0 && same(before, index)) rows.merge(before, index, sets);
    else order[count++] = index;
  }
  const kept = order.subarray(0, count);
  return {
    firsts: picked(from, kept, width),
    lasts: isNetwork ? picked(to, kept, width) : new Uint32Array(0),
    terms: columnsOf(rows, kept),
  };
}

/** Orders networks with one first address by descending last address; there are at most as many as prefix lengths. */
function widestFirst(
  order: Uint32Array,
  firsts: Uint32Array,
  lasts: Uint32Array,
  width: number,
): void {
  const compare = (list: Uint32Array, a: number, b: number): number => {
    for (let w = 0; w < width; w++) {
      const difference = list[a * width + w]! - list[b * width + w]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  order.sort((a, b) => compare(firsts, a, b) || compare(lasts, b, a) || a - b);
}

function picked(words: Uint32Array, order: Uint32Array, width: number): Uint32Array {
  const out = new Uint32Array(order.length * width);
  for (let i = 0; i < order.length; i++)
    for (let w = 0; w < width; w++) out[i * width + w] = words[order[i]! * width + w]!;
  return out;
}

function columnsOf(rows: TermRows, order?: Uint32Array): TermColumns {
  const pick = <T extends Uint8Array | Uint16Array | Uint32Array>(values: T, out: T): T => {
    if (!order) out.set(values.subarray(0, out.length));
    else for (let i = 0; i < out.length; i++) out[i] = values[order[i]!]!;
    return out;
  };
  const count = order?.length ?? rows.length;
  return {
    port: pick(rows.port.view(), new Uint16Array(count)),
    role: pick(rows.role.view(), new Uint8Array(count)),
    flags: pick(rows.flags.view(), new Uint8Array(count)),
    confidence: pick(rows.confidence.view(), new Uint8Array(count)),
    first: pick(rows.first.view(), new Uint32Array(count)),
    until: pick(rows.until.view(), new Uint32Array(count)),
    feeds: pick(rows.feeds.view(), new Uint32Array(count)),
  };
}

function joinTerms(parts: readonly TermColumns[]): TermColumns {
  const count = parts.reduce((sum, part) => sum + part.port.length, 0);
  const join = <T extends Uint8Array | Uint16Array | Uint32Array>(
    pick: (part: TermColumns) => T,
    out: T,
  ): T => {
    let at = 0;
    for (const part of parts) {
      out.set(pick(part), at);
      at += part.port.length;
    }
    return out;
  };
  return {
    port: join((p) => p.port, new Uint16Array(count)),
    role: join((p) => p.role, new Uint8Array(count)),
    flags: join((p) => p.flags, new Uint8Array(count)),
    confidence: join((p) => p.confidence, new Uint8Array(count)),
    first: join((p) => p.first, new Uint32Array(count)),
    until: join((p) => p.until, new Uint32Array(count)),
    feeds: join((p) => p.feeds, new Uint32Array(count)),
  };
}
