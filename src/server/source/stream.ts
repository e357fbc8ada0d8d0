import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { openContent } from './content.ts';
import { HealthLog } from './health.ts';
import { allocate, RAW_CHUNK_BYTES, type RawBytes } from './raw.ts';
import type { InputObject, Source } from './source.ts';
import { MAGIC_BYTES } from './unpack.ts';

export interface StreamObjectOptions {
  readonly source: string;
  readonly name: string;
  readonly open: () => Readable;
}

/** Bytes that come once: standard input, a named pipe. Nothing is remembered of them. Can be opened once, from its start. */
export function createStreamObject(options: StreamObjectOptions): InputObject {
  const { source, name } = options;
  return {
    source,
    name,
    sizeBytes: null,
    modifiedAt: null,
    hasIdentity: false,
    isFinal: true,
    stamp: null,
    lineage: null,
    open: (from, signal, limit) =>
      openContent(async () => new RawStream(options.open(), signal), from, signal, limit),
    extent: async () => null,
  };
}

/** Standard input as a source of one object named `-`. */
export function createStdinSource(stdin: Readable = process.stdin): Source {
  const object = createStreamObject({ source: 'stdin', name: '-', open: () => stdin });
  const health = new HealthLog(
    () => Date.now() * 1000,
    null,
    () => 'Standard input is read to its end; nothing of it is remembered.',
  );
  return {
    name: 'stdin',
    kind: 'stdin',
    async *list() {
      health.succeed(1);
      health.noteChange(null);
      yield object;
    },
    async follow(handler, signal) {
      health.succeed(1);
      health.noteChange(null);
      await handler(object, signal);
    },
    health: () => health.get(),
  };
}

const PAUSE: unique symbol = Symbol('pause');
const PAUSE_MS = 250;

async function pause(signal: AbortSignal): Promise<typeof PAUSE> {
  await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  return PAUSE;
}

class RawStream implements RawBytes {
  readonly size = null;
  readonly path = null;
  readonly problem = null;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #early: Uint8Array[] = [];
  readonly #signal: AbortSignal;
  readonly #stop = () => this.#stream.destroy();
  #isTaken = false;

  /** Aborting breaks the wait for a writer. */
  constructor(stream: Readable, signal: AbortSignal) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#signal = signal;
    signal.addEventListener('abort', this.#stop, { once: true });
  }

  async magic(): Promise<Uint8Array> {
    let have = 0;
    while (have < MAGIC_BYTES) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      this.#early.push(value);
      have += value.length;
    }
    return Buffer.concat(this.#early).subarray(0, MAGIC_BYTES);
  }

  read(position: number): AsyncIterable<Uint8Array<ArrayBuffer>> | null {
    if (this.#isTaken || position > 0) return null;
    this.#isTaken = true;
    return this.#gather();
  }

  /** Pipes give 64 KiB at most: gathered, so that each piece is worth handing on, unless the writer pauses. */
  async *#gather(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let group = allocate(RAW_CHUNK_BYTES);
    let filled = 0;
    for await (const chunk of this.#all(() => filled > 0)) {
      if (chunk === PAUSE) {
        yield group.slice(0, filled);
        filled = 0;
        continue;
      }
      for (let at = 0; at < chunk.length; ) {
        const length = Math.min(chunk.length - at, group.length - filled);
        group.set(chunk.subarray(at, at + length), filled);
        at += length;
        filled += length;
        if (filled < group.length) continue;
        yield group;
        group = allocate(RAW_CHUNK_BYTES);
        filled = 0;
      }
    }
    if (filled > 0) yield group.slice(0, filled);
  }

  /** Chunks as they come, with `PAUSE` where none came for a while and some are waiting. */
  async *#all(isWaiting: () => boolean): AsyncGenerator<Uint8Array | typeof PAUSE> {
    yield* this.#early;
    this.#early = [];
    let next = this.#chunks.next();
    for (;;) {
      const timer = new AbortController();
      const result = isWaiting() ? await Promise.race([next, pause(timer.signal)]) : await next;
      timer.abort();
      if (result === PAUSE) {
        yield PAUSE;
        continue;
      }
      if (result.done) return;
      yield result.value;
      next = this.#chunks.next();
    }
  }

  stateAt(): unknown {
    return null;
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#stop);
    this.#stream.destroy();
  }
}
