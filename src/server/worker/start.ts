import { type ChildProcess, fork } from 'node:child_process';
import type { Question, Reply } from './answer.ts';

export interface WorkerOptions {
  /** A file that calls `answerRequests`. */
  readonly entry: URL;
  /** For messages: `the reducing process`. */
  readonly name: string;
  /** JavaScript's part of its memory; what an engine takes has a limit of its own. */
  readonly heapMiB: number;
}

/** A process that answers requests. */
export interface Worker<Request> {
  readonly isAlive: boolean;
  /** Rejects with what the worker threw, or that it ended. */
  ask(request: Request): Promise<unknown>;
  /** Ends it at once; open requests reject. */
  kill(): void;
}

/**
 * Large arrays lie in large pages where the system has them: to be given each page of 4 KiB by itself is a tenth of the work
 * (glibc's manual, Memory Allocation Tunables; other libraries do not read it).
 */
const LARGE_PAGES = 'glibc.malloc.hugetlb=1';

export function startWorker<Request>({ entry, name, heapMiB }: WorkerOptions): Worker<Request> {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${heapMiB}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { GLIBC_TUNABLES: LARGE_PAGES, ...process.env },
  });
  return new Calls<Request>(child, name);
}

interface Call {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

class Calls<Request> implements Worker<Request> {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #waiting = new Map<number, Call>();
  #lastId = 0;
  isAlive = true;

  constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    child.on('message', (reply: Reply) => {
      const call = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) call?.reject(new Error(`${name} failed: ${reply.error}`));
      else call?.resolve(reply.answer);
    });
    const fail = (why: string) => {
      this.isAlive = false;
      for (const call of this.#waiting.values()) call.reject(new Error(`${name} ended (${why})`));
      this.#waiting.clear();
    };
    child.on('exit', (code, signal) => fail(signal ?? `exit code ${code}`));
    child.on('error', (error) => fail(error.message));
    // An idle child must not keep a command that has finished from ending.
    child.unref();
    child.channel?.unref();
  }

  ask(request: Request): Promise<unknown> {
    if (!this.isAlive) return Promise.reject(new Error(`${this.#name} has ended`));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const done = () => {
      if (this.#waiting.size === 0) this.#child.channel?.unref();
    };
    this.#child.channel?.ref();
    this.#waiting.set(id, {
      resolve: (answer) => {
        done();
        resolve(answer);
      },
      reject: (error) => {
        done();
        reject(error);
      },
    });
    const question: Question = { id, request };
    this.#child.send(question);
    return promise;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
