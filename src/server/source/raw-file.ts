import { type FileHandle, open } from 'node:fs/promises';
import { allocate, RAW_CHUNK_BYTES, type RawBytes } from './raw.ts';
import { ObjectGone, type ReadProblem, SourceError } from './source.ts';
import { MAGIC_BYTES } from './unpack.ts';

/**
 * Opens a file once: renaming or deleting it meanwhile does no harm. It ends where it ended when it was opened, so that
 * a fast writer cannot hold the reader; what came since is for the next pass. Throws `ObjectGone`, or what the system says.
 */
export async function openRawFile(path: string): Promise<RawBytes> {
  const handle = await openOrGone(path);
  try {
    const { size } = await handle.stat();
    return new RawFile(path, handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openOrGone(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new ObjectGone(path, { cause: error });
    if (code === 'EACCES' || code === 'EPERM') throw forbidden(path, error);
    throw error;
  }
}

export const forbidden = (path: string, cause: unknown): SourceError =>
  new SourceError(
    `${path} may not be read by the user that Weir runs as. Give that user the right to read it.`,
    { cause },
  );

class RawFile implements RawBytes {
  readonly #handle: FileHandle;
  readonly path: string;
  readonly size: number;
  problem: ReadProblem | null = null;

  constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.size = size;
  }

  async magic(): Promise<Uint8Array> {
    return this.#readAt(0, MAGIC_BYTES);
  }

  async *read(
    position: number,
    signal: AbortSignal,
    options: { limit?: number | undefined; chunkBytes?: number } = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const chunkBytes = options.chunkBytes ?? RAW_CHUNK_BYTES;
    const end = Math.min(this.size, position + (options.limit ?? Number.POSITIVE_INFINITY));
    const begin = (at: number) =>
      at < end ? this.#readAt(at, Math.min(chunkBytes, end - at)) : null;
    let at = position;
    let next = begin(at);
    try {
      while (next) {
        const chunk = await next;
        next = null;
        signal.throwIfAborted();
        if (chunk.length === 0) break;
        at += chunk.length;
        next = begin(at);
        yield chunk;
      }
    } finally {
      await next;
    }
    if (at < end) {
      const detail = `The file became shorter while it was read (at ${at} of ${this.size} bytes); it is looked at again.`;
      this.problem = { code: 'changed', detail };
    }
  }

  /** As many bytes as there are, up to `length`. */
  async #readAt(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = allocate(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(
        bytes,
        filled,
        length - filled,
        position + filled,
      );
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === length ? bytes : bytes.slice(0, filled);
  }

  stateAt(): unknown {
    return null;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
