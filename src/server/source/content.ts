import { readParquetText } from './parquet-text.ts';
import { allocate, type RawBytes } from './raw.ts';
import type { ReadFrom, Reading, ReadProblem } from './source.ts';
import { type Packing, packingOf, UNPACK_LIMITS, type UnpackLimits, unpack } from './unpack.ts';

/** Chunks of unpacked content. */
const CHUNK_BYTES = 1 << 20;
/** Packed bytes read at once when only a little is wanted. */
const SMALL_READ_BYTES = 16 << 10;

/**
 * The uncompressed bytes of an object: plain ones as they are, gzip and zstd unpacked, Parquet printed as text lines.
 * In archives a position is reached by unpacking what lies before. `openRaw` is called when the iteration begins.
 */
export function openContent(
  openRaw: () => Promise<RawBytes>,
  from: ReadFrom,
  signal: AbortSignal,
  limit?: number,
  limits: UnpackLimits = UNPACK_LIMITS,
): Reading {
  return new ContentReading(openRaw, from, signal, limit, limits);
}

class ContentReading implements Reading {
  readonly #openRaw: () => Promise<RawBytes>;
  readonly #from: ReadFrom;
  readonly #signal: AbortSignal;
  readonly #limit: number | undefined;
  readonly #limits: UnpackLimits;
  #raw: RawBytes | null = null;
  problem: ReadProblem | null = null;

  constructor(
    openRaw: () => Promise<RawBytes>,
    from: ReadFrom,
    signal: AbortSignal,
    limit: number | undefined,
    limits: UnpackLimits,
  ) {
    this.#openRaw = openRaw;
    this.#from = from;
    this.#signal = signal;
    this.#limit = limit;
    this.#limits = limits;
  }

  stateAt(position: number): unknown {
    return position === this.#from.position
      ? this.#from.state
      : (this.#raw?.stateAt(position) ?? null);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    this.#signal.throwIfAborted();
    const raw = await this.#openRaw();
    this.#raw = raw;
    try {
      const packing = packingOf(await raw.magic(this.#signal));
      if (packing === 'none') yield* this.#plain(raw);
      else yield* this.#packed(raw, packing);
      this.problem ??= raw.problem;
    } catch (error) {
      // Whatever broke because of it: being aborted is the reason.
      this.#signal.throwIfAborted();
      throw error;
    } finally {
      await raw.close();
    }
  }

  async *#plain(raw: RawBytes): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const bytes = raw.read(this.#from.position, this.#signal, { limit: this.#limit });
    if (bytes === null) throw new Error('A stream cannot be read from its middle.');
    yield* bytes;
  }

  async *#packed(
    raw: RawBytes,
    packing: Exclude<Packing, 'none'>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const isSmall = this.#limit !== undefined && this.#from.position + this.#limit <= 64 << 10;
    const options = isSmall ? { chunkBytes: SMALL_READ_BYTES } : {};
    const open = () => raw.read(0, this.#signal, options);
    const unpacked =
      packing === 'parquet'
        ? readParquetText(parquetOf(raw, this.#signal), this.#signal, this.#limits)
        : unpack(packing, open, this.#limits, isSmall ? 64 << 10 : undefined);
    yield* regroup(unpacked, this.#from.position, this.#limit, this.#signal);
    this.problem = unpacked.problem;
  }
}

function parquetOf(raw: RawBytes, signal: AbortSignal) {
  if (raw.path !== null) return { path: raw.path };
  const bytes = raw.read(0, signal);
  if (bytes === null) throw new Error('A Parquet stream cannot be read twice.');
  return { bytes };
}

/** Copies chunks of any size into buffers of their own of `CHUNK_BYTES`, leaving out the first `skip` bytes. */
async function* regroup(
  chunks: AsyncIterable<Uint8Array>,
  skip: number,
  limit: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  let toSkip = skip;
  let group = allocate(Math.min(CHUNK_BYTES, left));
  let filled = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const skipped = Math.min(toSkip, chunk.length);
    toSkip -= skipped;
    let at = skipped;
    while (at < chunk.length && left > 0) {
      const length = Math.min(group.length - filled, chunk.length - at, left);
      group.set(chunk.subarray(at, at + length), filled);
      at += length;
      filled += length;
      left -= length;
      if (filled < group.length) continue;
      yield group;
      group = allocate(Math.min(CHUNK_BYTES, left));
      filled = 0;
    }
    if (left === 0) return;
  }
  if (filled > 0) yield group.slice(0, filled);
}
