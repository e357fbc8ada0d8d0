import { type ChildProcess, fork } from 'node:child_process';
import type { ReduceChild } from './local-child.ts';
import type { Answer, ChildSetup, Reply, Request } from './messages.ts';

/** JavaScript's part of the child's memory: texts of distinct addresses. The engine's part has its own limit. */
const HEAP_MIB = 384;

/** Starts a child and waits until it has loaded what it looks things up in. Throws what it says. */
export async function startReduceChild(setup: ChildSetup): Promise<ReduceChild> {
  const child = fork(new URL('./worker.ts', import.meta.url), [], {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MIB}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const calls = new Calls(child);
  try {
    await calls.ask({ kind: 'setup', setup });
  } catch (error) {
    calls.end();
    throw error;
  }
  return {
    get isAlive() {
      return calls.isAlive;
    },
    async count(files) {
      const answer = await calls.ask({ kind: 'count', files });
      return answer.kind === 'counts' ? answer.counts : [];
    },
    async reduce(job) {
      const answer = await calls.ask({ kind: 'reduce', job });
      if (answer.kind !== 'reduced') throw new Error('the reducing process gave the wrong answer');
      return answer.result;
    },
    kill: () => calls.end(),
  };
}

class Calls {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve(answer: Answer): void; reject(error: Error): void }
  >();
  #lastId = 0;
  isAlive = true;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (reply: Reply) => {
      const call = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ('error' in reply) call?.reject(new Error(`reduction failed: ${reply.error}`));
      else call?.resolve(reply.answer);
    });
    const fail = (why: string) => {
      this.isAlive = false;
      for (const call of this.#waiting.values())
        call.reject(new Error(`the reducing process ended (${why})`));
      this.#waiting.clear();
    };
    child.on('exit', (code, signal) => fail(signal ?? `exit code ${code}`));
    child.on('error', (error) => fail(error.message));
    // An idle child must not keep a command that has finished from ending.
    child.unref();
    child.channel?.unref();
  }

  ask(request: Request): Promise<Answer> {
    if (!this.isAlive) return Promise.reject(new Error('the reducing process has ended'));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
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
    this.#child.send({ id, request });
    return promise;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
