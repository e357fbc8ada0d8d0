import type { Micros } from '#core/base/index.ts';
import { ROLES, type Role } from '../indicator.ts';
import { growing8, growing16, growing32 } from './growing.ts';

/** What a warning list says of a value without refusing it; see warning-lists.ts. */
export const TERM_FLAGS = { shared: 1, scanner: 2, sinkhole: 4 } as const;

/** What one feed says of a value, weighed. */
export interface Weight {
  /** Number of the feed, as the builder was given them. */
  readonly feed: number;
  readonly role: Role;
  /** 0 to 100, effective: decayed, by trust and specificity. */
  readonly confidence: number;
  readonly firstSeen: Micros | null;
  /** Null for no end. */
  readonly validUntil: Micros | null;
  /** Of TERM_FLAGS. */
  readonly flags: number;
}

/**
 * What is known of each term (a value, with its port), as columns. Instants are seconds since 1970; `until` 2^32-1 is no end,
 * `first` 0 not known, `port` 0 any.
 */
export interface TermColumns {
  readonly port: Uint16Array;
  readonly role: Uint8Array;
  readonly flags: Uint8Array;
  readonly confidence: Uint8Array;
  readonly first: Uint32Array;
  readonly until: Uint32Array;
  /** Number of the set of feeds that name it. */
  readonly feeds: Uint32Array;
}

export const NO_END = 0xffffffff;

/** Seconds of an instant, within what a column holds. */
export const secondsOf = (at: Micros | null, unknown: number): number =>
  at === null ? unknown : Math.max(1, Math.min(NO_END - 1, Math.floor(at / 1e6)));

/** Sets of feeds, each once. */
export class FeedSets {
  readonly sets: (readonly number[])[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #unions = new Map<number, number>();

  of(feeds: readonly number[]): number {
    const key = feeds.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.sets.push(feeds);
    this.#numbers.set(key, this.sets.length - 1);
    return this.sets.length - 1;
  }

  union(a: number, b: number): number {
    if (a === b) return a;
    const key = Math.min(a, b) * 0x100000 + Math.max(a, b);
    const known = this.#unions.get(key);
    if (known !== undefined) return known;
    const both = [...new Set([...this.sets[a]!, ...this.sets[b]!])].sort((x, y) => x - y);
    const number = this.of(both);
    this.#unions.set(key, number);
    return number;
  }
}

/** Rows of terms while they are collected. */
export class TermRows {
  readonly port = growing16();
  readonly role = growing8();
  readonly flags = growing8();
  readonly confidence = growing8();
  readonly first = growing32();
  readonly until = growing32();
  readonly feeds = growing32();

  get length(): number {
    return this.port.length;
  }

  push(port: number | null, weight: Weight, sets: FeedSets): void {
    this.port.push(port ?? 0);
    this.role.push(ROLES.indexOf(weight.role));
    this.flags.push(weight.flags);
    this.confidence.push(Math.round(Math.max(0, Math.min(100, weight.confidence))));
    this.first.push(secondsOf(weight.firstSeen, 0));
    this.until.push(secondsOf(weight.validUntil, NO_END));
    this.feeds.push(sets.of([weight.feed]));
  }

  /** Takes the last row away. */
  pop(): void {
    const { port, role, flags, confidence, first, until, feeds } = this;
    for (const column of [port, role, flags, confidence, first, until, feeds]) column.length--;
  }

  /**
   * Joins row `from` into row `into`, two sources of one value: the chance that one of them is right, the role of the surer
   * one, the longer life. Feeds that are already in it add nothing to the confidence, nor does any feed where a warning list
   * names the value: feeds copy each other, and so their mistakes.
   */
  merge(into: number, from: number, sets: FeedSets): void {
    const before = sets.sets[this.feeds.get(into)]!;
    const added = sets.sets[this.feeds.get(from)]!;
    const a = this.confidence.get(into);
    const b = this.confidence.get(from);
    const flags = this.flags.get(into) | this.flags.get(from);
    const addsUp = flags === 0 && added.some((feed) => !before.includes(feed));
    if (b > a) this.role.set(into, this.role.get(from));
    this.confidence.set(
      into,
      addsUp ? Math.round(100 - ((100 - a) * (100 - b)) / 100) : Math.max(a, b),
    );
    this.flags.set(into, flags);
    const first = [this.first.get(into), this.first.get(from)].filter((at) => at > 0);
    this.first.set(into, first.length > 0 ? Math.min(...first) : 0);
    this.until.set(into, Math.max(this.until.get(into), this.until.get(from)));
    this.feeds.set(into, sets.union(this.feeds.get(into), this.feeds.get(from)));
  }
}
