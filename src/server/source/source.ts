/**
 * What every input is to the pipeline: a source lists or follows objects, an object gives uncompressed bytes from an
 * uncompressed offset. What of an object has been read already is decided by its content: see recognise.ts.
 */

/** Where to go on reading. Begin with `START`. */
export interface ReadFrom {
  /** Uncompressed bytes to skip. */
  readonly position: number;
  /** What `Reading.stateAt` gave for that position when it was committed; null when there is nothing. */
  readonly state: unknown;
}

export const START: ReadFrom = { position: 0, state: null };

/**
 * Why reading ended before the object did. What was given until then is good.
 * `truncated`: a compressed object ends early. `damaged`: its bytes contradict its format. `too-large`: it unpacks to
 * more than the limits allow. `changed`: it was truncated or replaced under the reader; look at it again.
 */
export interface ReadProblem {
  readonly code: 'truncated' | 'damaged' | 'too-large' | 'changed';
  /** A sentence for people, with what to do next. */
  readonly detail: string;
}

/** One pass over an object, to be iterated once. Chunks own their ArrayBuffer: it may be transferred to a worker. */
export interface Reading extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** Set when the iteration has ended. */
  readonly problem: ReadProblem | null;
  /** Plain JSON to be kept with a committed position (of this pass or the one it began at), e.g. Azure's block count. */
  stateAt(position: number): unknown;
}

/** A file, a blob or a stream, as it was when it was listed. It may have changed since; `open` sees what is there then. */
export interface InputObject {
  /** Name of the source it came from. */
  readonly source: string;
  /** For people, and stable for one place: path, `az://account/container/blob`, `-`. */
  readonly name: string;
  /** As stored, so before uncompressing; null when unknown. */
  readonly sizeBytes: number | null;
  /** Last change, µs; null when unknown. */
  readonly modifiedAt: number | null;
  /** False for standard input and the like: nothing is remembered of it, every byte is new. */
  readonly hasIdentity: boolean;
  /** True when what is read now is all there will be: a last piece of a record is damage, not "not yet written". */
  readonly isFinal: boolean;
  /** Differs whenever the content may have changed; null when that cannot be told. */
  readonly stamp: string | null;
  /** The same as long as it is the same growing thing (device and inode, blob and its creation); null when unknown. */
  readonly lineage: string | null;
  /**
   * Reads on from a position, at most `limit` bytes when that is given. Chunks are 1 MiB or more except the last ones.
   * Iterating throws when the object cannot be read at all; `ObjectGone` when it is gone by now.
   */
  open(from: ReadFrom, signal: AbortSignal, limit?: number): Reading;
  /**
   * How many uncompressed bytes there are, as far as it can be told without reading them. With `crc` null it is the
   * present length of something that can be opened at any position at the same cost. Otherwise it is the claim of a gzip
   * trailer, with the CRC-32 of all bytes: only its equality with something known means anything. Null when unknown.
   */
  extent(
    signal: AbortSignal,
  ): Promise<{ readonly size: number; readonly crc: number | null } | null>;
}

/** The object was deleted or renamed between being listed and being opened. Not an error: the next pass sees what is there. */
export class ObjectGone extends Error {
  override readonly name = 'ObjectGone';
}

/** What keeps a source from being read, as sentences for people, the last of them saying what to do. No secrets in it. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
}

/** Counted by reason, with the latest name of each, so that nothing is passed over in silence. */
export type SkipReason =
  | 'hidden'
  | 'temporary'
  | 'unreadable'
  | 'not-a-file'
  | 'symlink-loop'
  | 'too-deep'
  | 'empty'
  | 'gone';

export interface SourceHealth {
  /** waiting: nothing found yet. reading: fine. late: nothing new for longer than usual. error: see lastError. */
  readonly state: 'waiting' | 'reading' | 'late' | 'error';
  /** One sentence: what the state means here and what to do next. */
  readonly says: string;
  /** Objects present at the last pass. */
  readonly objects: number;
  /** Last pass without error, µs; null before the first. */
  readonly lastSuccess: number | null;
  /** When an object last was new or had changed, µs. */
  readonly lastChange: number | null;
  readonly lastError: { readonly at: number; readonly message: string } | null;
  readonly skipped: Readonly<
    Partial<Record<SkipReason, { readonly count: number; readonly latest: string }>>
  >;
}

export interface FollowOptions {
  /** Objects given out at once; default 4. */
  readonly concurrency?: number;
  /**
   * True when an object was read to its end under this name and stamp: it is passed over then, which spares a restart
   * from looking into each of many. See `Recogniser.untouched`.
   */
  readonly isUntouched?: (name: string, stamp: string) => boolean;
}

/** Inert until `list` or `follow` is called. */
export interface Source {
  /** `folder:/var/log/flows`, `az://account/container`, or as configured. */
  readonly name: string;
  readonly kind: 'file' | 'stdin' | 'azure-blob';
  /** One pass over everything that is there now, in a stable order; objects are `isFinal`. Throws when nothing can be listed. */
  list(signal: AbortSignal): AsyncIterable<InputObject>;
  /**
   * Until aborted: hands out every object that is new or has changed since it was last handed out and the handler
   * resolved. A handler that rejects gets the object again, later each time; the error shows in `health`. The same
   * object is never handed out twice at once. Resolves, within 5 s, when aborted and all handlers have returned.
   */
  follow(
    handler: (object: InputObject, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    options?: FollowOptions,
  ): Promise<void>;
  health(): SourceHealth;
}
