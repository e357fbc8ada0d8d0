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

/** Memory that is not zeroed first. */
export const allocate = (bytes: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer, 0, bytes);
