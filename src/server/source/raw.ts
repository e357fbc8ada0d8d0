import type { ReadProblem } from './source.ts';

/** Bytes as they are stored, of one object, as of one moment. Closed once; not used by two at a time. */
export interface RawBytes {
  /** Stored length at that moment; null when unknown. */
  readonly size: number | null;
  /** Where these bytes are a file that others can open; null when they are not. */
  readonly path: string | null;
  /** The first bytes, at least `MAGIC_BYTES` when there are as many. */
  magic(signal: AbortSignal): Promise<Uint8Array>;
  /**
   * From a position on. Chunks own their buffers and have `chunkBytes`, except the last. Null when these bytes cannot be
   * had any more (a stream that is past them).
   */
  read(
    position: number,
    signal: AbortSignal,
    options?: { readonly limit?: number | undefined; readonly chunkBytes?: number },
  ): AsyncIterable<Uint8Array<ArrayBuffer>> | null;
  /** Set while reading when the object changes under the reader. */
  readonly problem: ReadProblem | null;
  /** See `Reading.stateAt`. */
  stateAt(position: number): unknown;
  close(): Promise<void>;
}

/** 2 MiB: reading costs nothing beside decoding, and two of them are in flight for each object that is read. */
export const RAW_CHUNK_BYTES = 2 << 20;

/** Buffers of chunks that were given back, to be filled again; a few are enough for the objects read at once. */
const spare: ArrayBuffer[] = [];
const MOST_SPARE = 12;

/**
 * Memory that is not zeroed first. Of the sizes that reading uses, memory that was given back is used again: fresh
 * memory of megabytes costs page faults, and collections of all garbage.
 */
export function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  const at = spare.findIndex(
    (buffer) => buffer.byteLength >= bytes && buffer.byteLength <= bytes * 2,
  );
  const buffer = at < 0 ? undefined : spare.splice(at, 1)[0];
  return new Uint8Array(buffer ?? (Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer), 0, bytes);
}

/** Takes the memory of a chunk back; nobody may look at the chunk afterwards. */
export function recycle(chunk: Uint8Array<ArrayBuffer>): void {
  if (chunk.buffer.byteLength >= 1 << 18 && spare.length < MOST_SPARE) spare.push(chunk.buffer);
}
