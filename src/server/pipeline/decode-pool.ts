import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DecodedReply, DecodeRequest, SealedReply, WorkerReply } from './messages.ts';

export interface PoolOptions {
  /** Threads that decode; default one a core. */
  readonly workers?: number;
  /** Bytes handed to workers and not yet decoded, above which `ready` waits. */
  readonly mostQueuedBytes?: number;
  /** Milliseconds without work after which threads are let go; default 20 s. */
  readonly idleMs?: number;
}

/**
 * Size of the buffers that go round between this thread and the others: a unit is a MiB and what its last record adds.
 * They are shared, not transferred: V8 counts a buffer that comes and goes as garbage, and collects for each few dozen.
 */
const BUFFER_BYTES = 1_250_000;

interface Member {
  readonly thread: Worker;
  queuedBytes: number;
  /** True when it holds rows that no seal has asked for. */
  isDirty: boolean;
}

/**
 * Threads that decode units into segments. Units go to the thread with the least to do, so that a small input is one
 * segment and a large one uses every core. Threads start when they are first needed and go when nothing was for a while.
 */
export class DecodePool {
  readonly #most: number;
  readonly #mostQueued: number;
  readonly #idleMs: number;
  #members: Member[] = [];
  #queuedBytes = 0;
  #waiting: (() => void)[] = [];
  #spare: SharedArrayBuffer[] = [];
  #seals = new Map<
    number,
    {
      left: number;
      replies: SealedReply[];
      resolve: (replies: SealedReply[]) => void;
      reject: (e: unknown) => void;
    }
  >();
  #failure: Error | null = null;
  #idle: NodeJS.Timeout | undefined;
  /** Resolves when the threads that were let go have ended. */
  #ended: Promise<unknown> = Promise.resolve();
  #onDecoded: (reply: DecodedReply) => void = () => undefined;

  constructor(options: PoolOptions = {}) {
    this.#most = Math.max(1, options.workers ?? availableParallelism());
    this.#mostQueued = options.mostQueuedBytes ?? 32 * 1024 * 1024;
    this.#idleMs = options.idleMs ?? 20_000;
  }

  /** A copy of the bytes in memory that may be handed to `decode`. */
  copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > BUFFER_BYTES) return bytes.slice();
    const buffer = this.#spare.pop() ?? new SharedArrayBuffer(BUFFER_BYTES);
    const copy = new Uint8Array(buffer, 0, bytes.length);
    copy.set(bytes);
    return copy;
  }

  /** Called with each unit that was decoded; one listener. */
  onDecoded(listener: (reply: DecodedReply) => void): void {
    this.#onDecoded = listener;
  }

  /** Starts the threads now, for when a load is about to begin. */
  warm(): void {
    while (this.#members.length < this.#most) this.#start();
    this.#restLater();
  }

  #start(): Member {
    const thread = new Worker(new URL('./decode-worker.ts', import.meta.url));
    const member: Member = { thread, queuedBytes: 0, isDirty: false };
    thread.on('message', (reply: WorkerReply) => this.#receive(member, reply));
    thread.on('error', (error) => this.#lose(member, error));
    thread.on('exit', (code) =>
      this.#lose(member, new Error(`a decoding thread ended with code ${code}`)),
    );
    thread.unref();
    this.#members.push(member);
    return member;
  }

  #receive(member: Member, reply: WorkerReply): void {
    // What threads that were let go had still to say.
    if (!this.#members.includes(member)) return;
    if (reply.kind === 'decoded') {
      member.queuedBytes -= reply.bytes;
      this.#queuedBytes -= reply.bytes;
      if (reply.buffer) this.#spare.push(reply.buffer);
      this.#onDecoded(reply);
      this.#wake();
      return;
    }
    const seal = this.#seals.get(reply.epoch);
    if (!seal) return;
    seal.replies.push(reply);
    if (--seal.left > 0) return;
    this.#seals.delete(reply.epoch);
    seal.resolve(seal.replies);
    this.#restLater();
  }

  #wake(): void {
    if (this.#queuedBytes >= this.#mostQueued && !this.#failure) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** A thread died. When it was not asked for anything, nothing is lost with it. */
  #lose(member: Member, cause: unknown): void {
    if (!this.#members.includes(member)) return;
    if (member.isDirty || member.queuedBytes > 0 || this.#seals.size > 0) this.#fail(cause);
    else this.#members = this.#members.filter((m) => m !== member);
  }

  /** It died at work, which is a bug or memory: everything is given up, and the next use starts afresh. */
  #fail(cause: unknown): void {
    const failure = new Error(
      'decoding failed; nothing of the last seconds was stored, and it will be read again',
      { cause },
    );
    const seals = [...this.#seals.values()];
    this.#seals.clear();
    this.#failure = failure;
    for (const seal of seals) seal.reject(failure);
    this.#wake();
    void this.#stopThreads();
  }

  /** False after a thread has died, until `discard`. */
  get isSound(): boolean {
    return this.#failure === null;
  }

  /** Resolves when there is room for more. Throws when a thread has died since the last `discard`. */
  async ready(): Promise<void> {
    while (this.#queuedBytes >= this.#mostQueued && !this.#failure)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failure) throw this.#failure;
  }

  decode(request: DecodeRequest): void {
    if (this.#failure) throw this.#failure;
    clearTimeout(this.#idle);
    const member = this.#choose();
    const bytes = request.unit.length;
    member.queuedBytes += bytes;
    member.isDirty = true;
    this.#queuedBytes += bytes;
    member.thread.ref();
    const { buffer } = request.unit;
    member.thread.postMessage(request, buffer instanceof ArrayBuffer ? [buffer] : []);
  }

  #choose(): Member {
    let best: Member | undefined;
    for (const member of this.#members)
      if (!best || member.queuedBytes < best.queuedBytes) best = member;
    if (!best || (best.queuedBytes > 0 && this.#members.length < this.#most)) return this.#start();
    // With nothing queued anywhere, stay with a thread that already holds rows: fewer, larger segments.
    if (best.queuedBytes === 0)
      return this.#members.find((m) => m.queuedBytes === 0 && m.isDirty) ?? best;
    return best;
  }

  /** Everything decoded so far, from every thread that holds rows. Threads go on with units that are sent after. */
  seal(epoch: number): Promise<SealedReply[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    const dirty = this.#members.filter((m) => m.isDirty);
    if (dirty.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#seals.set(epoch, { left: dirty.length, replies: [], resolve, reject });
      for (const member of dirty) {
        member.isDirty = false;
        member.thread.postMessage({ kind: 'seal', epoch });
      }
    });
  }

  /** Lets go of everything that threads hold, and of a failure; work can begin again with fresh threads. */
  discard(): void {
    const seals = [...this.#seals.values()];
    this.#seals.clear();
    for (const seal of seals) seal.reject(new Error('given up'));
    this.#queuedBytes = 0;
    this.#failure = null;
    void this.#stopThreads();
    this.#wake();
  }

  #restLater(): void {
    if (this.#seals.size > 0 || this.#members.some((m) => m.isDirty || m.queuedBytes > 0)) return;
    for (const member of this.#members) member.thread.unref();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#stopThreads(), this.#idleMs);
    this.#idle.unref();
  }

  async #stopThreads(): Promise<void> {
    this.#spare = [];
    const members = this.#members;
    this.#members = [];
    this.#ended = Promise.all([this.#ended, ...members.map((m) => stopThread(m.thread))]);
    await this.#ended;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#stopThreads();
  }
}

/** Milliseconds after which a thread that was asked to end is ended. */
const PATIENCE_MS = 10_000;

/**
 * Lets a thread end by itself. Node 24 aborts the whole process when a thread is terminated while zlib is starting a
 * Zstandard stream in it ("close before init"), so that is only for one that hangs.
 */
async function stopThread(thread: Worker): Promise<void> {
  if (thread.threadId === -1) return;
  thread.ref();
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.postMessage({ kind: 'stop' });
  const hangs = setTimeout(() => void thread.terminate(), PATIENCE_MS);
  await ended;
  clearTimeout(hangs);
}
