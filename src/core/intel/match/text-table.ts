import { decodeUtf8, encodeUtf8 } from '#core/base/index.ts';
import { growing8, growing32 } from './growing.ts';

/**
 * Distinct texts, each with its number in order of arrival: open addressing over the hash, the bytes kept to compare with,
 * so that equal hashes are no match. A unit is kept as one byte: texts are in the form that `flatText` gives.
 */
export interface TextTable {
  /** Number + 1 of the text in each slot; 0 is empty. A power of two long. */
  readonly slots: Uint32Array;
  readonly hashes: Uint32Array;
  /** Where each text begins; one more than there are texts. */
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  /** Begins every hash, so that nobody can write texts that all fall into one slot. */
  readonly seed: number;
}

/** A text in units of at most 8 bits: itself where it is ASCII, else its UTF-8 bytes as units. */
export function flatText(text: string): string {
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 127)
      return Array.from(encodeUtf8(text), (byte) => String.fromCharCode(byte)).join('');
  return text;
}

/** FNV-1a of the units from `from` to `to`, finished as MurmurHash3 does so that the low bits depend on all. */
function hashOf(seed: number, text: string, from: number, to: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function isAt(
  table: Pick<TextTable, 'offsets' | 'bytes'>,
  number: number,
  kind: number,
  text: string,
  from: number,
  to: number,
): boolean {
  const start = table.offsets[number]!;
  if (table.offsets[number + 1]! - start !== to - from + 1 || table.bytes[start] !== kind)
    return false;
  for (let i = from, at = start + 1; i < to; i++, at++)
    if (table.bytes[at] !== text.charCodeAt(i)) return false;
  return true;
}

/** The number of the text `kind` + text[from, to); -1 when it is not there. Allocates nothing. */
export function findText(
  table: TextTable,
  kind: number,
  text: string,
  from = 0,
  to = text.length,
): number {
  const mask = table.slots.length - 1;
  if (mask < 0) return -1;
  const hash = hashOf(table.seed ^ kind, text, from, to);
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const number = table.slots[slot]! - 1;
    if (number < 0) return -1;
    if (table.hashes[number] === hash && isAt(table, number, kind, text, from, to)) return number;
  }
}

/** Kind and text of a number. */
export function textOf(
  table: TextTable,
  number: number,
): { readonly kind: number; readonly text: string } {
  const start = table.offsets[number]!;
  const end = table.offsets[number + 1]!;
  return { kind: table.bytes[start]!, text: decodeUtf8(table.bytes.slice(start + 1, end)) };
}

/** Collects distinct texts. */
export class TextTableBuilder {
  #slots = new Uint32Array(1024);
  readonly #hashes = growing32();
  readonly #offsets = growing32();
  readonly #bytes = growing8();
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#offsets.push(0);
  }

  get size(): number {
    return this.#hashes.length;
  }

  /** The number of a text, new or known. Characters beyond Latin-1 must have been escaped. */
  intern(kind: number, text: string): number {
    if ((this.size + 1) * 3 > this.#slots.length * 2) this.#rehash();
    const mask = this.#slots.length - 1;
    const hash = hashOf(this.#seed ^ kind, text, 0, text.length);
    const view = { offsets: this.#offsets.view(), bytes: this.#bytes.view() };
    let slot = hash & mask;
    for (let number = this.#slots[slot]! - 1; number >= 0; number = this.#slots[slot]! - 1) {
      if (this.#hashes.get(number) === hash && isAt(view, number, kind, text, 0, text.length))
        return number;
      slot = (slot + 1) & mask;
    }
    const number = this.size;
    this.#slots[slot] = number + 1;
    this.#hashes.push(hash);
    this.#bytes.push(kind);
    for (let i = 0; i < text.length; i++) this.#bytes.push(text.charCodeAt(i));
    this.#offsets.push(this.#bytes.length);
    return number;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = this.#hashes.get(number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }

  build(): TextTable {
    return {
      slots: this.#slots,
      hashes: this.#hashes.view(),
      offsets: this.#offsets.view(),
      bytes: this.#bytes.view(),
      seed: this.#seed,
    };
  }
}
