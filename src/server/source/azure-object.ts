import {
  AzureError,
  type BlobContainer,
  type BlobItem,
  type BlobView,
} from '#server/azure/index.ts';
import { openContent } from './content.ts';
import { allocate, type RawBytes } from './raw.ts';
import { type InputObject, ObjectGone, type ReadProblem } from './source.ts';
import { GZIP_TRAILER_BYTES, MAGIC_BYTES, packingOf, parseGzipTrailer } from './unpack.ts';

/** What `Checkpoint` keeps of a blob beside the position: whole blocks before it, and the ETag they were seen with. */
export interface BlobState {
  readonly blocks: number;
  readonly etag: string;
}

const HEAD_BYTES = 4096;
/** One ranged request; two are in flight. */
const RANGE_BYTES = 4 << 20;
/** `{"records":[` and `]}`, between which Azure inserts blocks. */
const OPENING_BYTES = 12;
const CLOSING_BYTES = 2;

/** Where the blocks that stay end: before the closing one of Azure's growing logs, else at the end. */
export function stableEnd({ blocks, sizeBytes }: BlobView): number {
  const isGrowingLog =
    blocks.length >= 2 &&
    blocks[0]?.sizeBytes === OPENING_BYTES &&
    blocks.at(-1)?.sizeBytes === CLOSING_BYTES;
  return isGrowingLog ? sizeBytes - CLOSING_BYTES : sizeBytes;
}

/** How many blocks lie wholly before a position. */
export function blocksBefore({ blocks }: BlobView, position: number): number {
  let end = 0;
  const index = blocks.findIndex((block) => {
    end += block.sizeBytes;
    return end > position;
  });
  return index < 0 ? blocks.length : index;
}

/**
 * A blob as of the moment it is first read. It is followed by whole blocks: Azure inserts new ones before the closing
 * `]}` and never changes old ones. All requests name the ETag; when it moves, the list of blocks tells whether what is
 * being read still stands.
 */
export function createBlobObject(
  source: string,
  container: BlobContainer,
  item: BlobItem,
  isFinal: boolean,
): InputObject {
  const moment = new BlobMoment(container, item.name);
  return {
    source,
    name: `${container.name}/${item.name}`,
    sizeBytes: item.sizeBytes,
    modifiedAt: item.modifiedAt,
    hasIdentity: true,
    isFinal,
    stamp: item.etag,
    lineage: `${container.name}/${item.name}:${item.createdAt}`,
    open: (from, signal, limit) =>
      openContent(async () => RawBlob.open(moment, signal), from, signal, limit),
    extent: (signal) => extentOf(moment, signal),
  };
}

async function extentOf(moment: BlobMoment, signal: AbortSignal) {
  const raw = await RawBlob.open(moment, signal);
  const packing = packingOf(await raw.magic(signal));
  if (packing === 'none') return { size: raw.size, crc: null };
  if (packing !== 'gzip' || raw.size < GZIP_TRAILER_BYTES) return null;
  return parseGzipTrailer(
    await moment.read(raw.size - GZIP_TRAILER_BYTES, GZIP_TRAILER_BYTES, signal),
  );
}

/** What several readings of one object share: the view, and the first bytes. */
class BlobMoment {
  readonly #container: BlobContainer;
  readonly #name: string;
  #view: BlobView | null = null;
  #head: Uint8Array<ArrayBuffer> | null = null;

  constructor(container: BlobContainer, name: string) {
    this.#container = container;
    this.#name = name;
  }

  async view(signal: AbortSignal): Promise<BlobView> {
    this.#view ??= await orGone(this.#container.view(this.#name, signal), this.#name);
    return this.#view;
  }

  async head(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const length = Math.min(HEAD_BYTES, stableEnd(await this.view(signal)));
    this.#head ??= await this.read(0, length, signal);
    return this.#head;
  }

  /** Throws BlobChanged when what is to be read is not there as it was. */
  async read(
    position: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocate(length);
    if (length === 0) return bytes;
    for (let attempt = 0; ; attempt++) {
      const view = await this.view(signal);
      try {
        await orGone(
          this.#container.read(this.#name, bytes, position, view.etag, signal),
          this.#name,
        );
        return bytes;
      } catch (error) {
        const isMoved = error instanceof AzureError && error.code === 'ConditionNotMet';
        if (!isMoved || attempt === MAX_MOVES) throw error;
        await this.#look(view, signal);
      }
    }
  }

  /** Takes the new ETag when the blob has only grown; sizes stay as they were, the next pass sees the rest. */
  async #look(before: BlobView, signal: AbortSignal): Promise<void> {
    const now = await orGone(this.#container.view(this.#name, signal), this.#name);
    const kept = blocksBefore(before, stableEnd(before));
    const canGrow = before.kind === 'append' || before.blocks.length > 0;
    const isGrown =
      canGrow &&
      now.kind === before.kind &&
      now.sizeBytes >= before.sizeBytes &&
      before.blocks.slice(0, kept).every((block, i) => {
        const other = now.blocks[i];
        return other?.name === block.name && other.sizeBytes === block.sizeBytes;
      });
    if (!isGrown) throw new BlobChanged(this.#name);
    this.#view = { ...before, etag: now.etag };
  }
}

/** A blob cannot gain blocks faster than once a second or so; a read takes less. */
const MAX_MOVES = 5;

class BlobChanged extends Error {
  override readonly name = 'BlobChanged';
}

async function orGone<T>(promise: Promise<T>, name: string): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const isGone = error instanceof AzureError && error.code === 'BlobNotFound';
    throw isGone ? new ObjectGone(name, { cause: error }) : error;
  }
}

class RawBlob implements RawBytes {
  readonly path = null;
  readonly size: number;
  problem: ReadProblem | null = null;
  readonly #moment: BlobMoment;
  readonly #view: BlobView;

  static async open(moment: BlobMoment, signal: AbortSignal): Promise<RawBlob> {
    return new RawBlob(moment, await moment.view(signal));
  }

  constructor(moment: BlobMoment, view: BlobView) {
    this.#moment = moment;
    this.#view = view;
    this.size = stableEnd(view);
  }

  async magic(signal: AbortSignal): Promise<Uint8Array> {
    return (await this.#moment.head(signal)).subarray(0, MAGIC_BYTES);
  }

  async *read(
    position: number,
    signal: AbortSignal,
    options: { limit?: number | undefined; chunkBytes?: number } = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const end = Math.min(this.size, position + (options.limit ?? Number.POSITIVE_INFINITY));
    const chunkBytes = options.chunkBytes ?? RANGE_BYTES;
    const head = await this.#moment.head(signal);
    if (end <= head.length) {
      if (position < end) yield head.slice(position, end);
      return;
    }
    const begin = (at: number) =>
      at < end ? settled(this.#moment.read(at, Math.min(chunkBytes, end - at), signal)) : null;
    let at = position;
    let next = begin(at);
    while (next) {
      const result = await next;
      if ('error' in result) {
        if (!(result.error instanceof BlobChanged)) throw result.error;
        const detail = `The blob was replaced while it was read (at ${at} of ${this.size} bytes); it is looked at again.`;
        this.problem = { code: 'changed', detail };
        return;
      }
      at += result.bytes.length;
      next = begin(at);
      yield result.bytes;
    }
  }

  stateAt(position: number): BlobState {
    return { blocks: blocksBefore(this.#view, position), etag: this.#view.etag };
  }

  async close(): Promise<void> {}
}

/** A request that is sent ahead must not count as unhandled when nobody comes for it. */
const settled = (promise: Promise<Uint8Array<ArrayBuffer>>) =>
  promise.then(
    (bytes) => ({ bytes }),
    (error: unknown) => ({ error }),
  );
