import type { IpWords } from '#core/base/index.ts';
import { type IpRange, isV4 } from './cidr.ts';

/**
 * Disjoint runs of addresses in ascending order, each with a number: what a longest-prefix trie says, in arrays that
 * binary search walks. Run i covers words [i*width, (i+1)*width) of `firsts` to those of `lasts`, ends included.
 */
interface Runs {
  /** Words per address: 1 for IPv4, 4 for IPv6. */
  readonly width: 1 | 4;
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
  readonly values: Uint32Array;
}

/** What a table is made of, for keeping it in a file. */
export interface RangeTableParts {
  readonly v4: readonly [firsts: Uint32Array, lasts: Uint32Array, values: Uint32Array];
  readonly v6: readonly [firsts: Uint32Array, lasts: Uint32Array, values: Uint32Array];
}

/** Immutable. A look-up allocates nothing and takes about 20 comparisons for half a million runs. */
export class RangeTable {
  readonly #v4: Runs;
  readonly #v6: Runs;

  constructor({ v4, v6 }: RangeTableParts) {
    this.#v4 = { width: 1, firsts: v4[0], lasts: v4[1], values: v4[2] };
    this.#v6 = { width: 4, firsts: v6[0], lasts: v6[1], values: v6[2] };
  }

  get parts(): RangeTableParts {
    return {
      v4: [this.#v4.firsts, this.#v4.lasts, this.#v4.values],
      v6: [this.#v6.firsts, this.#v6.lasts, this.#v6.values],
    };
  }

  get size(): number {
    return this.#v4.values.length + this.#v6.values.length;
  }

  /** The number of the most specific range that holds the address; -1 when none does. */
  find(words: IpWords): number {
    return isV4(words) ? search(this.#v4, words, 3) : search(this.#v6, words, 0);
  }
}

function search(runs: Runs, words: IpWords, from: number): number {
  let low = 0;
  let high = runs.values.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (compare(runs.firsts, middle, words, from, runs.width) <= 0) low = middle + 1;
    else high = middle - 1;
  }
  if (high < 0 || compare(runs.lasts, high, words, from, runs.width) < 0) return -1;
  return runs.values[high]!;
}

/** Compares address `index` of a list with the words at `from`. */
function compare(
  list: Uint32Array,
  index: number,
  words: IpWords,
  from: number,
  width: number,
): number {
  const at = index * width;
  for (let w = 0; w < width; w++) {
    const a = list[at + w]!;
    const b = words[from + w]!;
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}

/**
 * Collects ranges in any order. Where they overlap the one that starts later wins, then the shorter, then the one
 * added later: for prefixes that is the longest match.
 */
export class RangeTableBuilder {
  readonly #v4: Collected = { firsts: [], lasts: [], values: [] };
  readonly #v6: Collected = { firsts: [], lasts: [], values: [] };

  add(range: IpRange, value: number): void {
    const to = isV4(range.first) && isV4(range.last) ? this.#v4 : this.#v6;
    if (to === this.#v4) this.addV4(range.first[3]!, range.last[3]!, value);
    else {
      for (let w = 0; w < 4; w++) {
        to.firsts.push(range.first[w]!);
        to.lasts.push(range.last[w]!);
      }
      to.values.push(value);
    }
  }

  addV4(first: number, last: number, value: number): void {
    this.#v4.firsts.push(first);
    this.#v4.lasts.push(last);
    this.#v4.values.push(value);
  }

  build(): RangeTable {
    return new RangeTable({ v4: flatten(this.#v4, 1), v6: flatten(this.#v6, 4) });
  }
}

interface Collected {
  readonly firsts: number[];
  readonly lasts: number[];
  readonly values: number[];
}

type Flat = readonly [Uint32Array, Uint32Array, Uint32Array];

/** Cuts nested and overlapping ranges into disjoint ones: a sweep over starts with the open ranges on a stack. */
function flatten({ firsts, lasts, values }: Collected, width: 1 | 4): Flat {
  const from = Uint32Array.from(firsts);
  const to = Uint32Array.from(lasts);
  if (isDisjoint(from, to, width)) return [from, to, Uint32Array.from(values)];

  const order = values.map((_, i) => i);
  const at = (list: Uint32Array, i: number) => list.subarray(i * width, (i + 1) * width);
  order.sort(
    (a, b) =>
      compare(from, a, at(from, b), 0, width) || -compare(to, a, at(to, b), 0, width) || a - b,
  );
  const out: Collected = { firsts: [], lasts: [], values: [] };
  const emit = (first: Uint32Array, last: Uint32Array, value: number) => {
    if (compare(first, 0, last, 0, width) > 0) return;
    out.firsts.push(...first);
    out.lasts.push(...last);
    out.values.push(value);
  };
  const open: number[] = [];
  /** First address not yet decided; null past the last address there is. */
  let cursor: Uint32Array | null = new Uint32Array(width);
  const close = (before: Uint32Array | null) => {
    for (let top = open.at(-1); top !== undefined && cursor; top = open.at(-1)) {
      if (before && compare(to, top, before, 0, width) >= 0) break;
      if (compare(to, top, cursor, 0, width) >= 0) {
        emit(cursor, at(to, top), values[top]!);
        cursor = step(at(to, top), 1);
      }
      open.pop();
    }
  };
  for (const i of order) {
    const start = at(from, i);
    close(start);
    const top = open.at(-1);
    if (top !== undefined && cursor && compare(cursor, 0, start, 0, width) < 0)
      emit(cursor, step(start, -1)!, values[top]!);
    cursor = start.slice();
    open.push(i);
  }
  close(null);
  return [Uint32Array.from(out.firsts), Uint32Array.from(out.lasts), Uint32Array.from(out.values)];
}

function isDisjoint(firsts: Uint32Array, lasts: Uint32Array, width: number): boolean {
  for (let i = 1; i * width < firsts.length; i++)
    if (compare(lasts, i - 1, firsts, i * width, width) >= 0) return false;
  return true;
}

/** The next or previous address; null past either end. */
function step(words: Uint32Array, by: 1 | -1): Uint32Array | null {
  const next = words.slice();
  for (let w = next.length - 1; w >= 0; w--) {
    const before = next[w]!;
    next[w] = before + by;
    if (by === 1 ? before !== 0xffffffff : before !== 0) return next;
  }
  return null;
}
