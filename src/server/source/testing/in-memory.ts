/** Inputs and checkpoints in memory, for tests. */
import type { Checkpoint } from '#server/store/index.ts';
import { openContent } from '../content.ts';
import { RAW_CHUNK_BYTES, type RawBytes } from '../raw.ts';
import type { Recogniser } from '../recognise.ts';
import type { InputObject } from '../source.ts';
import { GZIP_TRAILER_BYTES, packingOf, parseGzipTrailer } from '../unpack.ts';

export interface MemoryObjectOptions {
  readonly name?: string;
  readonly stamp?: string | null;
  readonly lineage?: string | null;
  readonly isFinal?: boolean;
  /** Told of the first uncompressed position of each opening. */
  readonly onOpen?: (position: number) => void;
}

/** An object whose stored bytes are these: packed or plain. */
export function memoryObject(stored: Uint8Array, options: MemoryObjectOptions = {}): InputObject {
  const packing = packingOf(stored);
  return {
    source: 'memory',
    name: options.name ?? 'object',
    sizeBytes: stored.length,
    modifiedAt: null,
    hasIdentity: true,
    isFinal: options.isFinal ?? false,
    stamp: options.stamp ?? null,
    lineage: options.lineage ?? null,
    open(from, signal, limit) {
      options.onOpen?.(from.position);
      return openContent(async () => rawMemory(stored), from, signal, limit);
    },
    async extent() {
      if (packing === 'none') return { size: stored.length, crc: null };
      return packing === 'gzip' && stored.length >= GZIP_TRAILER_BYTES
        ? parseGzipTrailer(stored.subarray(-GZIP_TRAILER_BYTES))
        : null;
    },
  };
}

function rawMemory(stored: Uint8Array): RawBytes {
  return {
    size: stored.length,
    path: null,
    problem: null,
    magic: async () => stored.subarray(0, 4),
    async *read(position, _signal, options) {
      const end = Math.min(stored.length, position + (options?.limit ?? Number.POSITIVE_INFINITY));
      const step = options?.chunkBytes ?? RAW_CHUNK_BYTES;
      for (let at = position; at < end; at += step)
        yield stored.slice(at, Math.min(end, at + step));
    },
    stateAt: () => null,
    close: async () => {},
  };
}

/** Checkpoints as the store keeps them: as JSON. */
export class MemoryCheckpoints {
  readonly #rows = new Map<string, string>();

  /** Refuses, as the store does, a checkpoint that does not start where the one before ended. */
  commit(checkpoint: Checkpoint | null): void {
    if (!checkpoint) return;
    const { from, ...row } = checkpoint;
    const at = this.checkpoint(row.identity)?.position ?? 0;
    if (at !== from) throw new Error(`${row.object} stands at ${at}, not at ${from}.`);
    this.#rows.set(row.identity, JSON.stringify(row));
  }

  checkpoint(identity: string): Checkpoint | undefined {
    const row = this.#rows.get(identity);
    return row === undefined ? undefined : JSON.parse(row);
  }

  checkpoints(source?: string): Checkpoint[] {
    const all: Checkpoint[] = [...this.#rows.values()].map((row) => JSON.parse(row));
    return all.filter((checkpoint) => source === undefined || checkpoint.source === source);
  }

  get size(): number {
    return this.#rows.size;
  }
}

/**
 * What the pipeline does, with lines (or records that end with `}`) as units: returns the text of what was new. With
 * `most`, it stops after so many bytes, as one that is killed between two commits does.
 */
export async function readNew(
  recogniser: Recogniser,
  checkpoints: MemoryCheckpoints,
  object: InputObject,
  signal: AbortSignal = new AbortController().signal,
  most: number = Number.POSITIVE_INFINITY,
): Promise<string> {
  const known = await recogniser.recognise(object, signal);
  try {
    if (known.isKnownWhole) return '';
    const reading = object.open(known.from, signal);
    const chunks: Uint8Array[] = [];
    for await (const chunk of reading) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = bytes.toString('latin1');
    const isJson = known.from.position > 0 ? known.reader === 'json' : text.startsWith('{');
    const taken = text.slice(0, most);
    const end = isJson ? endOfRecords(taken) : taken.lastIndexOf('\n') + 1;
    known.trail.append(bytes.subarray(0, end));
    const mark = known.trail.mark();
    checkpoints.commit(
      known.advance(mark, {
        source: reading.stateAt(mark.position),
        reader: isJson ? 'json' : 'lines',
        ...(taken === text && { rest: bytes.subarray(end) }),
      }),
    );
    return text.slice(0, end);
  } finally {
    known.release();
  }
}

/** Before the closing `]}` when it is there; else behind the last `}`. */
function endOfRecords(text: string): number {
  const closing = /\s*\]\s*\}\s*$/.exec(text);
  return closing ? closing.index : text.lastIndexOf('}') + 1;
}
