import { decodeUtf8 } from '#core/base/index.ts';
import type { TextColumn } from '#core/batch/index.ts';

const MAX_ENTRIES = 1 << 14;
const SLOTS = MAX_ENTRIES * 2;
const ARENA = MAX_ENTRIES * 32;
const MAX_KEY = 1024;

/** A token as text; '' for `-`. */
export function decodeToken(bytes: Uint8Array, start: number, end: number): string {
  return end - start === 1 && bytes[start] === 0x2d ? '' : decodeUtf8(bytes.subarray(start, end));
}

/**
 * Codes of a text column, looked up by the bytes of a token, so that a value seen before costs no string.
 *
 * `make` turns a token that is new into its text. Call `forget` when the column's codes no longer hold. Memory: at most
 * 16,384 tokens in half a MiB, after which it starts afresh; tokens over 1 KiB are never kept.
 */
export class ByteInterner {
  readonly #column: TextColumn;
  readonly #make: (bytes: Uint8Array, start: number, end: number) => string;
  readonly #slots = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(MAX_ENTRIES + 1);
  readonly #offsets = new Int32Array(MAX_ENTRIES + 1);
  readonly #lengths = new Int32Array(MAX_ENTRIES + 1);
  readonly #codes = new Int32Array(MAX_ENTRIES + 1);
  readonly #arena = new Uint8Array(ARENA);
  #count = 0;
  #used = 0;
  /** The entry that was looked up last; 0 is none. Records of one source often come in runs. */
  #last = 0;

  constructor(column: TextColumn, make: (bytes: Uint8Array, start: number, end: number) => string) {
    this.#column = column;
    this.#make = make;
  }

  forget(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#used = 0;
    this.#last = 0;
  }

  /** The column's code of the token in bytes[start, end). */
  code(bytes: Uint8Array, start: number, end: number): number {
    if (this.#last !== 0 && this.#isEntry(this.#last, bytes, start, end))
      return this.#codes[this.#last]!;
    let hash = end - start;
    let at = start;
    for (const last = end - 3; at < last; at += 4) {
      const word =
        bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash ^= hash >>> 13;
    const slots = this.#slots;
    let slot = hash & (SLOTS - 1);
    for (let entry = slots[slot]!; entry !== 0; entry = slots[slot]!) {
      if (this.#hashes[entry] === hash && this.#isEntry(entry, bytes, start, end)) {
        this.#last = entry;
        return this.#codes[entry]!;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return this.#add(bytes, start, end, hash, slot);
  }

  /** Compares from the end, where identifiers differ. */
  #isEntry(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (this.#lengths[entry] !== length) return false;
    const arena = this.#arena;
    const offset = this.#offsets[entry]!;
    let i = length - 1;
    while (i >= 0 && arena[offset + i] === bytes[start + i]) i--;
    return i < 0;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const code = this.#column.intern(this.#make(bytes, start, end));
    const length = end - start;
    if (length > MAX_KEY) return code;
    if (this.#count === MAX_ENTRIES || this.#used + length > ARENA) {
      this.forget();
      return code;
    }
    const entry = ++this.#count;
    this.#arena.set(bytes.subarray(start, end), this.#used);
    this.#slots[slot] = entry;
    this.#hashes[entry] = hash;
    this.#offsets[entry] = this.#used;
    this.#lengths[entry] = length;
    this.#codes[entry] = code;
    this.#used += length;
    return code;
  }
}
