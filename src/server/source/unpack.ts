import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { ReadProblem } from './source.ts';
import { ZstdFrames } from './zstd-frames.ts';

/** How the bytes of an object are packed; told by its first bytes, whatever its name. */
export type Packing = 'none' | 'gzip' | 'zstd' | 'parquet';

/** Bytes needed to tell the packing. */
export const MAGIC_BYTES = 4;

/** gzip: RFC 1952 §2.3.1; zstd: RFC 8878 §3.1.1 and, for skippable frames, §3.1.2; Parquet: its format page, "File format". */
export function packingOf(head: Uint8Array): Packing {
  const [a = 0, b, c, d] = head;
  if (a === 0x1f && b === 0x8b && c === 8) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  if (a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd';
  if (a === 0x50 && b === 0x41 && c === 0x52 && d === 0x31) return 'parquet';
  return 'none';
}

export const GZIP_TRAILER_BYTES = 8;

/** CRC-32 and length of the uncompressed bytes, little-endian (RFC 1952 §2.3.1). */
export function parseGzipTrailer(bytes: Uint8Array): { size: number; crc: number } | null {
  if (bytes.length < GZIP_TRAILER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { crc: view.getUint32(0, true), size: view.getUint32(4, true) };
}

/** What an archive may unpack to. */
export interface UnpackLimits {
  /** Unpacked bytes for each packed one, once more than `freeBytes` came out. */
  readonly ratio: number;
  readonly freeBytes: number;
  readonly maxBytes: number;
}

/** Logs pack 4 to 40 times, the emptiest of them some hundred times; deflate ends at 1,032, zstd at tens of thousands. */
export const UNPACK_LIMITS: UnpackLimits = { ratio: 600, freeBytes: 64 << 20, maxBytes: 2 ** 44 };

export interface Unpacked extends AsyncIterable<Uint8Array> {
  readonly problem: ReadProblem | null;
}

/** Where an attempt to unpack failed, so that the next one can go about that place in small steps. */
interface Failure {
  readonly error: Error;
  /** Packed bytes before the piece that failed. */
  readonly takenBefore: number;
}

const CHUNK_BYTES = 1 << 20;
/** Steps in which the place of damage is approached, one attempt each. */
const FINE_BYTES = [256, 1];

/**
 * Unpacks in libuv's thread pool, all members (gzip) or frames (zstd). Everything that comes out before damage or before
 * the end of a cut archive is given; then the iteration ends and `problem` says why. `open` is called again after
 * damage: zlib drops what it unpacked of the piece in which it finds it, so that piece is fed again in smaller steps; it
 * gives null when its bytes cannot be had again.
 * Chunks may share buffers: copy what is kept. Holds about 2 MiB. What `open` throws is thrown.
 */
export function unpack(
  packing: 'gzip' | 'zstd',
  open: (attempt: number) => AsyncIterable<Uint8Array> | null,
  limits: UnpackLimits = UNPACK_LIMITS,
  chunkBytes = CHUNK_BYTES,
): Unpacked {
  let problem: ReadProblem | null = null;
  let given = 0;

  async function* attempt(
    packed: AsyncIterable<Uint8Array>,
    fineFrom: number,
    fineBytes: number,
  ): AsyncGenerator<Uint8Array, Failure | null> {
    const frames = packing === 'zstd' ? new ZstdFrames() : null;
    let skip = given;
    let taken = 0;
    let inflater = new Inflater(packing, chunkBytes);
    async function* pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        const known = Math.min(skip, chunk.length);
        skip -= known;
        given += chunk.length - known;
        problem = overLimit(given, taken, limits);
        if (problem) return;
        if (known < chunk.length) yield chunk.subarray(known);
      }
    }
    try {
      for await (const chunk of packed) {
        for (const piece of stepsOf(chunk, taken, fineFrom, fineBytes)) {
          const takenBefore = taken;
          taken += piece.length;
          for (const part of frames?.split(piece) ?? [whole(piece)]) {
            yield* pass(inflater.write(part.bytes));
            if (part.endsFrame && !inflater.error && !problem) {
              yield* pass(inflater.end());
              if (!inflater.error) inflater = inflater.next();
            }
            if (inflater.error) return { error: inflater.error, takenBefore };
            if (problem) return null;
          }
          if (frames?.isDamaged) {
            problem = damaged(packing, given);
            return null;
          }
        }
      }
      if (frames) problem = frames.isBetweenFrames ? null : cut(packing, given);
      else yield* pass(inflater.end());
      return inflater.error && { error: inflater.error, takenBefore: Number.POSITIVE_INFINITY };
    } finally {
      inflater.destroy();
    }
  }

  async function* run(): AsyncGenerator<Uint8Array> {
    const first = open(1);
    let failure = first && (yield* attempt(first, Number.POSITIVE_INFINITY, 1));
    for (const [i, fineBytes] of FINE_BYTES.entries()) {
      if (!failure || !Number.isFinite(failure.takenBefore)) break;
      const again = open(i + 2);
      if (!again) break;
      failure = yield* attempt(again, failure.takenBefore, fineBytes);
    }
    if (failure) problem ??= toProblem(failure.error, packing, given);
  }

  return {
    get problem() {
      return problem;
    },
    [Symbol.asyncIterator]: run,
  };
}

const whole = (bytes: Uint8Array) => ({ bytes, endsFrame: false });

function* stepsOf(
  chunk: Uint8Array,
  taken: number,
  fineFrom: number,
  fineBytes: number,
): Generator<Uint8Array> {
  const coarse = Math.max(0, Math.min(chunk.length, fineFrom - taken));
  if (coarse > 0) yield chunk.subarray(0, coarse);
  for (let at = coarse; at < chunk.length; at += fineBytes) {
    yield chunk.subarray(at, at + fineBytes);
  }
}

/** One zlib stream, driven write by write, so that nothing it gave is lost when a later write fails. */
class Inflater {
  readonly #packing: 'gzip' | 'zstd';
  readonly #chunkSize: number;
  readonly #stream;
  #wake = () => {};
  error: Error | null = null;

  constructor(packing: 'gzip' | 'zstd', chunkSize: number) {
    this.#packing = packing;
    this.#chunkSize = chunkSize;
    const options = { chunkSize, highWaterMark: chunkSize };
    this.#stream = packing === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
    this.#stream.on('error', (error: Error) => {
      this.error = error;
      this.#wake();
    });
    this.#stream.on('readable', () => this.#wake());
    this.#stream.on('close', () => this.#wake());
  }

  async *write(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    let isThrough = false;
    this.#stream.write(bytes, () => {
      isThrough = true;
      this.#wake();
    });
    yield* this.#drain(() => isThrough);
  }

  async *end(): AsyncGenerator<Uint8Array> {
    this.#stream.end();
    yield* this.#drain(() => this.#stream.readableEnded || this.#stream.destroyed);
  }

  async *#drain(isThrough: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk: Uint8Array | null = this.#stream.read();
      if (chunk !== null) {
        yield chunk;
        continue;
      }
      if (this.error || isThrough()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A fresh one for the next frame. */
  next(): Inflater {
    this.destroy();
    return new Inflater(this.#packing, this.#chunkSize);
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

/** The problem of having unpacked `given` bytes out of `taken`; null when it is within the limits. */
export function overLimit(given: number, taken: number, limits: UnpackLimits): ReadProblem | null {
  const allowed = Math.min(limits.maxBytes, Math.max(limits.freeBytes, taken * limits.ratio));
  if (given <= allowed) return null;
  const detail = `It unpacks to more than ${limits.ratio} times its size, which no log does; reading stopped after ${given} bytes. If it is genuine, unpack it and give the unpacked file.`;
  return { code: 'too-large', detail };
}

function toProblem(error: Error, packing: string, given: number): ReadProblem {
  const code = 'code' in error ? error.code : undefined;
  return code === 'Z_BUF_ERROR' ? cut(packing, given) : damaged(packing, given);
}

const cut = (packing: string, given: number): ReadProblem => ({
  code: 'truncated',
  detail: `The ${packing} archive ends early; ${given} bytes of content came out before. Give the complete file: what was read is not read twice.`,
});

const damaged = (packing: string, given: number): ReadProblem => ({
  code: 'damaged',
  detail: `The ${packing} archive is damaged after ${given} bytes of content, or other bytes follow it. What came before was read; give an intact copy for the rest.`,
});
