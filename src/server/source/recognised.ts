import type { Checkpoint } from '#server/store/index.ts';

/**
 * What is known of the bytes of an object up to a position; plain JSON, some KiB. Two objects with equal
 * marks at a position have the same bytes before it.
 */
export interface Mark {
  /** Uncompressed bytes from the object's beginning. */
  readonly position: number;
  /** CRC-32 of all of them. */
  readonly crc: number;
  /** SHA-256 of the first `min(position, HEAD_BYTES)` of them, hex. */
  readonly head: string;
  /** SHA-256 of the last `min(position, TAIL_BYTES)` of them, hex. */
  readonly tail: string;
  /** The first bytes, and halves of CRC-32s on the way here, thinning out; base64. Tells a shorter copy from another object. */
  readonly trail: string;
}

/** Takes the fingerprint of an object while it is read: give it every byte once, in order, from `position` on. */
export interface Trail {
  readonly position: number;
  append(bytes: Uint8Array): void;
  /** The mark at the present position. About 10 µs. */
  mark(): Mark;
}

/** What the pipeline keeps with a checkpoint beside the mark. */
export interface Progress {
  /** `Reading.stateAt(mark.position)`. */
  readonly source: unknown;
  /** The pipeline's own: the name of the format, the header line. Plain JSON. */
  readonly reader: unknown;
  /**
   * When the object was read to its end: the bytes after `mark.position` that made no whole record (a trailer, damage
   * already counted). An object with exactly these bytes is then known whole. Leave out while there is more to read.
   */
  readonly rest?: Uint8Array;
}

/** The answer to: what of this object has been read before, under whatever name? */
export interface Recognised {
  /** Null as long as nothing of it was committed, and for objects without identity. */
  readonly identity: string | null;
  /** Read on from here (`object.open(recognised.from, …)`); every byte before is stored or counted. */
  readonly from: { readonly position: number; readonly state: unknown };
  /** The latest `Progress.reader`; null for something new. */
  readonly reader: unknown;
  /** True when every record in it was read before: there is nothing to do but to count it as known. */
  readonly isKnownWhole: boolean;
  /** True when it is the beginning of something longer that was read: `reader` tells of all of that. Known whole, too. */
  readonly isShorter: boolean;
  /** The name under which it was read before when that is another one; null otherwise. For "known: same as …". */
  readonly knownAs: string | null;
  /** Stands at `from.position`. Not to be used when `isKnownWhole`. */
  readonly trail: Trail;
  /**
   * The checkpoint to commit together with the rows of all bytes before `mark.position`. Each starts where the one before
   * ended: commit all of them, in the order of their positions. Null when there is nothing to remember: objects without identity, positions of less than 8 bytes.
   */
  advance(mark: Mark, progress: Progress): Checkpoint | null;
  /**
   * To be called once the last commit is acknowledged, or given up: objects that begin with the same bytes wait for it
   * in `recognise`. Idempotent.
   */
  release(): void;
}
