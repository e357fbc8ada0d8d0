/**
 * Identity by content. An object is known by what its bytes were up to where it was read, never by its name:
 *
 * - Candidates are found by a key, the hash of a short beginning that tells objects apart and does not depend on how far
 *   they were read (`keyOf`). Objects that share a key all the same are numbered: `.2`, `.3` … behind it.
 * - A candidate is this object, grown, when head, CRC-32 of everything up to the position, and the bytes before the
 *   position agree. CRC-32 because gzip archives carry it too: a packed copy is known by its trailer.
 * - A shorter copy of a candidate, cut anywhere, is told by `startsAlike`. The first `RAW_BYTES` are compared as they
 *   are; beyond, the CRC-32 so far is kept at fixed offsets, 16 bytes apart and further on a 256th of the length.
 *   What remains possible: an object that agrees with a longer one until less than that before its own end, and
 *   differs only there, is taken for a cut copy; so is, once in 65,536 times, one that differs first in the piece before.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Mark, Trail } from './recognised.ts';

export const HEAD_BYTES = 4096;
export const TAIL_BYTES = 4096;
/** Kept verbatim (deflated) with a mark. */
export const RAW_BYTES = 2048;

/** Longest trailer that is looked past. */
export const TRAILER_BYTES = 256;

/** Where the CRC after one at `offset` is kept; the first is at `RAW_BYTES`. */
const nextOffset = (offset: number): number => offset + Math.max(16, Math.floor(offset / 256));

/** Lengths of key prefixes where lines do not give them. */
const KEY_LENGTHS: readonly number[] = [512, 384, 256, 192, 128, 96, 64, 48, 32, 24, 16, 8];

const NEWLINE = 0x0a;
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

class ContentTrail implements Trail {
  position = 0;
  #crc = 0;
  readonly #head = new Uint8Array(HEAD_BYTES);
  #headLength = 0;
  #tail = new Uint8Array(0);
  /** The low 16 bits of the CRC-32 at each offset so far. */
  #marks: number[] = [];
  #nextOffset = RAW_BYTES;
  #headHash: string | null = null;
  #raw: Uint8Array | null = null;

  static from(mark: Mark, head: Uint8Array, tail: Uint8Array): ContentTrail {
    const trail = new ContentTrail();
    trail.position = mark.position;
    trail.#crc = mark.crc;
    trail.#headLength = Math.min(mark.position, HEAD_BYTES);
    trail.#head.set(head.subarray(0, trail.#headLength));
    trail.#tail = tail.slice();
    trail.#marks = [...parseTrail(mark.trail).marks];
    while (trail.#nextOffset <= mark.position) trail.#nextOffset = nextOffset(trail.#nextOffset);
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
    let hashed = 0;
    while (this.#nextOffset <= this.position + bytes.length) {
      const end = this.#nextOffset - this.position;
      this.#crc = crc32(bytes.subarray(hashed, end), this.#crc);
      hashed = end;
      this.#marks.push(this.#crc & 0xffff);
      this.#nextOffset = nextOffset(this.#nextOffset);
    }
    if (hashed < bytes.length) this.#crc = crc32(bytes.subarray(hashed), this.#crc);
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
      trail: printTrail(this.#raw, this.#marks),
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
    copy.#marks = [...this.#marks];
    copy.#nextOffset = this.#nextOffset;
    return copy;
  }
}

export type { ContentTrail };

/** A trail at the beginning of an object. */
export const createTrail = (): ContentTrail => new ContentTrail();

/** A trail at a mark; `head` and `tail` are the object's bytes that the mark's hashes were made of. */
export const resumeTrail = (mark: Mark, head: Uint8Array, tail: Uint8Array): ContentTrail =>
  ContentTrail.from(mark, head, tail);

/** `length of raw (2 bytes LE) · raw, deflated · low halves of CRC-32s (2 bytes LE each)`, base64. */
function printTrail(raw: Uint8Array, marks: readonly number[]): string {
  const bytes = Buffer.alloc(2 + raw.length + 2 * marks.length);
  bytes.writeUInt16LE(raw.length, 0);
  bytes.set(raw, 2);
  marks.forEach((crc, i) => {
    bytes.writeUInt16LE(crc, 2 + raw.length + 2 * i);
  });
  return bytes.toString('base64');
}

function parseTrail(text: string): { raw: Uint8Array; marks: Uint16Array } {
  const bytes = Buffer.from(text, 'base64');
  const end = 2 + bytes.readUInt16LE(0);
  const raw = inflateRawSync(bytes.subarray(2, end), { maxOutputLength: RAW_BYTES });
  const marks = new Uint16Array((bytes.length - end) >>> 1);
  for (let i = 0; i < marks.length; i++) marks[i] = bytes.readUInt16LE(end + 2 * i);
  return { raw, marks };
}

/** Whether an object with this head can be what the mark knows: grown, or a copy cut anywhere. */
export const mayBe = (head: Uint8Array, mark: Mark): boolean =>
  beginAlike(head.subarray(0, head.length - trailerLength(head)), parseTrail(mark.trail).raw);

/** Whether a head (all bytes of the object, or the first `HEAD_BYTES`) is that of the mark. */
export function headAgrees(head: Uint8Array, mark: Mark): boolean {
  const length = Math.min(mark.position, HEAD_BYTES);
  return head.length >= length && sha256(head.subarray(0, length)) === mark.head;
}

/** Whether `crc` and the last bytes before a position are those of the mark. */
export const agrees = (mark: Mark, crc: number, tail: Uint8Array): boolean =>
  mark.crc === crc && mark.tail === sha256(tail);

/**
 * Length of the run of `"`, `]`, `}` and space at the end, with a `]` in it; else 0. It may be what a growing object
 * overwrites with its next record, or what made valid JSON of a copy that was cut.
 */
export function trailerLength(end: Uint8Array): number {
  const text = Buffer.from(end.subarray(Math.max(0, end.length - TRAILER_BYTES))).toString(
    'latin1',
  );
  const length = text.length - text.search(/[\s\]}"]*$/);
  return text.slice(text.length - length).includes(']') ? length : 0;
}

/**
 * Whether a whole object, whose trail began at 0 and stands at its end, is the beginning of what the mark knows.
 * Cut anywhere: a trailer at the end may differ. See the top of this file for how exactly the rest is compared.
 */
export function startsAlike(whole: ContentTrail, mark: Mark): boolean {
  const length = whole.position - trailerLength(whole.tail);
  if (length <= 0 || length > mark.position) return false;
  if (length >= HEAD_BYTES && !headAgrees(whole.head, mark)) return false;
  const known = parseTrail(mark.trail);
  if (!beginAlike(whole.head.subarray(0, length), known.raw)) return false;
  for (let i = 0, at = RAW_BYTES; at <= length; i++, at = nextOffset(at)) {
    if (whole.marks[i] !== known.marks[i]) return false;
  }
  return true;
}
