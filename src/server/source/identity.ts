/**
 * Identity by content. An object is known by what its bytes were up to where it was read, never by its name:
 *
 * - Candidates are found by a key, the hash of a short beginning that tells objects apart and does not depend on how far
 *   they were read (`keyOf`). Objects that share a key all the same are numbered: `.2`, `.3` … behind it.
 * - A candidate is this object, grown, when head, CRC-32 of everything up to the position, and the bytes before the
 *   position agree. CRC-32 because gzip archives carry it too: a packed copy is known by its trailer.
 * - A shorter copy of a candidate is told by `startsAlike`: exactly in the first `RAW_BYTES`; record by record up to
 *   `DENSE_BYTES`; beyond that to within a 64th of its length, which two different logs that agree until then do not meet.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Mark, Trail } from './recognised.ts';

export const HEAD_BYTES = 4096;
export const TAIL_BYTES = 4096;
/** Kept verbatim (deflated) with a mark. */
export const RAW_BYTES = 2048;

/** Every record end up to here is kept with a mark; further on they are a 64th of the length apart. */
export const DENSE_BYTES = 16_384;

/** Lengths of key prefixes where lines do not give them. */
const KEY_LENGTHS: readonly number[] = [512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16, 8];

const NEWLINE = 0x0a;
const BRACE = 0x7d;
const COMMENT = 0x23;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Where key prefixes may end; best first. Text: behind the second line that is no leading comment, which takes the first
 * record along behind a header line; else behind the first one. Anything else: 512 bytes, in which JSON records have
 * their time and place. Shorter ones are for growing objects whose first commit did not cover these.
 */
function keyLengths(head: Uint8Array): number[] {
  const isJson = head[0] === 0x7b || head[0] === 0x5b;
  const lines: number[] = [];
  for (let at = 0; !isJson && lines.length < 2; ) {
    const end = head.indexOf(NEWLINE, at) + 1;
    if (end === 0) break;
    if (head[at] !== COMMENT && end >= 8) lines.unshift(end);
    at = end;
  }
  return [...lines, ...KEY_LENGTHS.filter((length) => length <= head.length)];
}

/** The key of an object whose first commit covers `covered` bytes; null when that is too little to tell anything. */
export function keyOf(head: Uint8Array, covered: number): string | null {
  const [length] = keyLengths(head.subarray(0, covered));
  return length === undefined ? null : printKey(head, length);
}

/** Every key that an earlier commit of an object with this head may have; at most 14. */
export function keysOf(head: Uint8Array): string[] {
  return keyLengths(head).map((length) => printKey(head, length));
}

const printKey = (head: Uint8Array, length: number): string =>
  `${length}-${sha256(head.subarray(0, length)).slice(0, 32)}`;

/** True when one of the two is the beginning of the other; then only the bytes that follow can tell them apart. */
export function beginAlike(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length);
  return Buffer.compare(a.subarray(0, length), b.subarray(0, length)) === 0;
}

/** Where the next record end must lie at least, after one at `end`. */
const nextEnd = (end: number): number => (end < DENSE_BYTES ? end + 1 : end + (end >>> 6));

class ContentTrail implements Trail {
  position = 0;
  #crc = 0;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headLength = 0;
  #tail = new Uint8Array(0);
  #threshold = 1;
  #marks: number[] = [];
  /** Offsets of the marks made since this trail began; used for shorter copies, which always begin at 0. */
  #ends: number[] = [];
  #headHash: string | null = null;
  #raw: Uint8Array | null = null;

  static from(mark: Mark, head: Uint8Array, tail: Uint8Array): ContentTrail {
    const trail = new ContentTrail();
    trail.position = mark.position;
    trail.#crc = mark.crc;
    trail.#headLength = Math.min(mark.position, HEAD_BYTES);
    trail.#head.set(head.subarray(0, trail.#headLength));
    trail.#tail = tail.slice();
    const kept = parseTrail(mark.trail);
    trail.#threshold = kept.threshold;
    trail.#marks = [...kept.marks];
    return trail;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#headLength < HEAD_BYTES) {
      const more = bytes.subarray(0, HEAD_BYTES - this.#headLength);
      this.#head.set(more, this.#headLength);
      this.#headLength += more.length;
      this.#headHash = null;
      this.#raw = null;
    }
    this.#hash(bytes);
    this.position += bytes.length;
    this.#keepTail(bytes);
  }

  #hash(bytes: Uint8Array): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const next = { newline: -1, brace: -1 };
    let hashed = 0;
    for (;;) {
      // An end at `index` covers index + 1 bytes.
      const from = Math.max(0, this.#threshold - 1 - this.position);
      if (from >= view.length) break;
      if (next.newline < from) next.newline = find(view, NEWLINE, from);
      if (next.brace < from) next.brace = find(view, BRACE, from);
      const index = Math.min(next.newline, next.brace);
      if (index === Number.POSITIVE_INFINITY) break;
      this.#crc = crc32(view.subarray(hashed, index + 1), this.#crc);
      hashed = index + 1;
      this.#marks.push(this.#crc);
      this.#ends.push(this.position + hashed);
      this.#threshold = nextEnd(this.position + hashed);
    }
    if (hashed < view.length) this.#crc = crc32(view.subarray(hashed), this.#crc);
  }

  #keepTail(bytes: Uint8Array): void {
    if (bytes.length >= TAIL_BYTES) {
      this.#tail = bytes.slice(bytes.length - TAIL_BYTES);
      return;
    }
    const kept = this.#tail.subarray(Math.max(0, this.#tail.length + bytes.length - TAIL_BYTES));
    const tail = new Uint8Array(kept.length + bytes.length);
    tail.set(kept);
    tail.set(bytes, kept.length);
    this.#tail = tail;
  }

  mark(): Mark {
    this.#headHash ??= sha256(this.head);
    this.#raw ??= deflateRawSync(this.head.subarray(0, RAW_BYTES));
    return {
      position: this.position,
      crc: this.#crc,
      head: this.#headHash,
      tail: sha256(this.#tail),
      trail: printTrail(this.#threshold, this.#raw, this.#marks),
    };
  }

  get head(): Uint8Array {
    return this.#head.subarray(0, this.#headLength);
  }

  get tail(): Uint8Array {
    return this.#tail;
  }

  get crc(): number {
    return this.#crc;
  }

  get ends(): readonly number[] {
    return this.#ends;
  }

  get marks(): readonly number[] {
    return this.#marks;
  }

  clone(): ContentTrail {
    const copy = new ContentTrail();
    copy.position = this.position;
    copy.#crc = this.#crc;
    copy.#head.set(this.#head);
    copy.#headLength = this.#headLength;
    copy.#tail = this.#tail;
    copy.#threshold = this.#threshold;
    copy.#marks = [...this.#marks];
    copy.#ends = [...this.#ends];
    return copy;
  }
}

const find = (bytes: Buffer, byte: number, from: number): number => {
  const index = bytes.indexOf(byte, from);
  return index < 0 ? Number.POSITIVE_INFINITY : index;
};

export type { ContentTrail };

/** A trail at the beginning of an object. */
export const createTrail = (): ContentTrail => new ContentTrail();

/** A trail at a mark; `head` and `tail` are the object's bytes that the mark's hashes were made of. */
export const resumeTrail = (mark: Mark, head: Uint8Array, tail: Uint8Array): ContentTrail =>
  ContentTrail.from(mark, head, tail);

/**
 * `threshold (6 bytes LE) · length of raw (2 bytes LE) · raw, deflated · CRC-32s (4 bytes LE each)`, base64.
 */
function printTrail(threshold: number, raw: Uint8Array, marks: readonly number[]): string {
  const bytes = Buffer.alloc(8 + raw.length + 4 * marks.length);
  bytes.writeUIntLE(threshold, 0, 6);
  bytes.writeUInt16LE(raw.length, 6);
  bytes.set(raw, 8);
  marks.forEach((crc, i) => {
    bytes.writeUInt32LE(crc, 8 + raw.length + 4 * i);
  });
  return bytes.toString('base64');
}

function parseTrail(text: string): { threshold: number; raw: Uint8Array; marks: Uint32Array } {
  const bytes = Buffer.from(text, 'base64');
  const rawLength = bytes.readUInt16LE(6);
  const raw = inflateRawSync(bytes.subarray(8, 8 + rawLength), { maxOutputLength: RAW_BYTES });
  const marks = new Uint32Array((bytes.length - 8 - rawLength) >>> 2);
  for (let i = 0; i < marks.length; i++) marks[i] = bytes.readUInt32LE(8 + rawLength + 4 * i);
  return { threshold: bytes.readUIntLE(0, 6), raw, marks };
}

/** Whether a head (all bytes of the object, or the first `HEAD_BYTES`) can be of an object that agrees with the mark. */
export function headAgrees(head: Uint8Array, mark: Mark): boolean {
  const length = Math.min(mark.position, HEAD_BYTES);
  if (head.length >= length) return sha256(head.subarray(0, length)) === mark.head;
  const { raw } = parseTrail(mark.trail);
  const trailer = trailerLength(head);
  return beginAlike(head.subarray(0, head.length - trailer), raw);
}

/** Whether `crc` and the last bytes before a position are those of the mark. */
export const agrees = (mark: Mark, crc: number, tail: Uint8Array): boolean =>
  mark.crc === crc && mark.tail === sha256(tail);

/** Length of a closing `]`, `]}` and of space around it: what a growing object overwrites with its next record. */
export function trailerLength(end: Uint8Array): number {
  const text = Buffer.from(end.subarray(Math.max(0, end.length - 64))).toString('latin1');
  return /\s*\]\s*\}?\s*$/.exec(text)?.[0].length ?? 0;
}

/**
 * Whether a whole object, whose trail began at 0 and stands at its end, is the beginning of what the mark knows.
 * Cut anywhere: a piece of a record at the end, or a trailer, may differ.
 */
export function startsAlike(whole: ContentTrail, mark: Mark): boolean {
  const length = whole.position - trailerLength(whole.tail);
  if (length <= 0 || length > mark.position) return false;
  const known = parseTrail(mark.trail);
  if (length <= RAW_BYTES) return beginAlike(whole.head.subarray(0, length), known.raw);
  const count = whole.ends.findLastIndex((end) => end <= length) + 1;
  if (count === 0 || count > known.marks.length) return false;
  const checked = whole.ends[count - 1] ?? 0;
  if (length - checked > Math.max(HEAD_BYTES, length >>> 5)) return false;
  return whole.marks[count - 1] === known.marks[count - 1] && headAgrees(whole.head, mark);
}
