import { open, rm } from 'node:fs/promises';
import type { Spooled } from './spool.ts';

/** The printed rows of an answer, to be read once or discarded. */
export interface AnswerBody {
  readonly sizeBytes: number;
  /** The bytes, when they are at hand: an answer of a few megabytes at most. */
  readonly held: Uint8Array | undefined;
  /** In pieces. Whoever stops early frees it too. */
  stream(): AsyncIterable<Uint8Array>;
  /** All bytes. */
  bytes(): Promise<Uint8Array>;
  /** Frees what nobody will read. Idempotent. */
  discard(): Promise<void>;
}

export function heldBody(bytes: Uint8Array): AnswerBody {
  return {
    sizeBytes: bytes.byteLength,
    held: bytes,
    async *stream() {
      yield bytes;
    },
    bytes: async () => bytes,
    discard: async () => {},
  };
}

/** Takes a file over: its name goes at once, its bytes when they have been read. */
async function fileBody(path: string): Promise<AnswerBody> {
  const file = await open(path);
  await rm(path, { force: true });
  const { size } = await file.stat();
  const stream = () => file.createReadStream({ highWaterMark: 2 ** 18 });
  return {
    sizeBytes: size,
    held: undefined,
    stream,
    async bytes() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream()) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    discard: () => file.close(),
  };
}

export const openBody = async (spooled: Spooled): Promise<AnswerBody> =>
  spooled.kind === 'held' ? heldBody(spooled.bytes) : fileBody(spooled.path);
