import type { IpWords } from '#core/base/index.ts';

/**
 * Addresses and networks of one family, sorted. An address is `width` words (1: IPv4, 4: IPv6). Networks nest or are apart,
 * never overlap halfway, so one search and the chain of parents finds all that hold an address.
 */
export interface AddressTable {
  readonly width: 1 | 4;
  /** Exact addresses in ascending order; equal ones (with other ports) side by side. */
  readonly exact: Uint32Array;
  /** Where the addresses begin whose first 16 bits are i; 65537 long. Empty when there are none. */
  readonly buckets: Uint32Array;
  /** First and last address of each network, by first ascending, then last descending. */
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
  /** Number + 1 of the network around each; 0 for none. */
  readonly parents: Uint32Array;
  /** Buckets of `firsts`. */
  readonly networkBuckets: Uint32Array;
}

/** Compares address `index` of a list with the words at `from`. */
export function compareAt(
  list: Uint32Array,
  width: number,
  index: number,
  words: IpWords,
  from: number,
): number {
  const at = index * width;
  for (let w = 0; w < width; w++) {
    const a = list[at + w]!;
    const b = words[from + w]!;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/** Number of the first in words[low, high) that is not below `value`. */
function lowerBound(words: Uint32Array, low: number, high: number, value: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (words[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same for addresses of four words. */
function lowerBoundWide(list: Uint32Array, low: number, high: number, words: IpWords): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(list, 4, middle, words, 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first of the exact addresses that equal the words; -1 when none does. */
export function findExact(table: AddressTable, words: IpWords, from: number): number {
  const { exact, buckets, width } = table;
  if (buckets.length === 0) return -1;
  const value = words[from]!;
  const end = buckets[(value >>> 16) + 1]!;
  if (width === 1) {
    const at = lowerBound(exact, buckets[value >>> 16]!, end, value);
    return at < end && exact[at] === value ? at : -1;
  }
  const at = lowerBoundWide(exact, buckets[value >>> 16]!, end, words);
  return at < end && compareAt(exact, 4, at, words, from) === 0 ? at : -1;
}

/** The narrowest network that holds the address; -1 when none does. Its parents hold it too. */
export function findNetwork(table: AddressTable, words: IpWords, from: number): number {
  const { firsts, lasts, parents, networkBuckets, width } = table;
  if (networkBuckets.length === 0) return -1;
  const value = words[from]!;
  const low = networkBuckets[value >>> 16]!;
  const high = networkBuckets[(value >>> 16) + 1]!;
  // The last that begins at or before the address: it, or a network around it, is the narrowest.
  let at =
    width === 1 ? lowerBound(firsts, low, high, value) : lowerBoundWide(firsts, low, high, words);
  while (at < high && compareAt(firsts, width, at, words, from) === 0) at++;
  for (at--; at >= 0 && compareAt(lasts, width, at, words, from) < 0; ) at = parents[at]! - 1;
  return at;
}

/** Order of `count` addresses and, of equal ones, of their ports: numbers into the lists. */
export function orderOf(words: Uint32Array, ports: Uint16Array, width: 1 | 4): Uint32Array {
  const count = ports.length;
  if (width === 1) return orderOfNarrow(words, ports);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  return order.sort(
    (a, b) => compareAt(words, 4, a, words, b * 4) || ports[a]! - ports[b]! || a - b,
  );
}

/** IPv4 by the engine's own sort of 64-bit numbers (address above number), ports by insertion within equal addresses. */
function orderOfNarrow(words: Uint32Array, ports: Uint16Array): Uint32Array {
  const keys = new BigUint64Array(words.length);
  const halves = new Uint32Array(keys.buffer);
  // The engine's own byte order decides which half is the higher one.
  const highHalf = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
  for (let i = 0; i < words.length; i++) {
    halves[2 * i + highHalf] = words[i]!;
    halves[2 * i + 1 - highHalf] = i;
  }
  keys.sort();
  const order = new Uint32Array(words.length);
  for (let i = 0; i < order.length; i++) {
    const next = halves[2 * i + 1 - highHalf]!;
    let at = i;
    while (
      at > 0 &&
      words[order[at - 1]!] === words[next] &&
      ports[order[at - 1]!]! > ports[next]!
    ) {
      order[at] = order[at - 1]!;
      at--;
    }
    order[at] = next;
  }
  return order;
}

export function bucketsOf(exact: Uint32Array, width: 1 | 4): Uint32Array {
  const count = exact.length / width;
  if (count === 0) return new Uint32Array(0);
  const buckets = new Uint32Array(65537);
  for (let i = 0; i < count; i++) buckets[(exact[i * width]! >>> 16) + 1]!++;
  for (let i = 0; i < 65536; i++) buckets[i + 1]! += buckets[i]!;
  return buckets;
}

/** Number + 1 of the network around each of sorted ones. */
export function parentsOf(firsts: Uint32Array, lasts: Uint32Array, width: 1 | 4): Uint32Array {
  const count = firsts.length / width;
  const parents = new Uint32Array(count);
  const open: number[] = [];
  for (let i = 0; i < count; i++) {
    while (open.length > 0 && compareAt(lasts, width, open.at(-1)!, firsts, i * width) < 0)
      open.pop();
    parents[i] = (open.at(-1) ?? -1) + 1;
    open.push(i);
  }
  return parents;
}
