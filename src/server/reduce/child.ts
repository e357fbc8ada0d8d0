import { startWorker } from '#server/worker/index.ts';
import type { ReduceChild } from './local-child.ts';
import type { Answer, ChildSetup, Request } from './messages.ts';

/** JavaScript's part of the child's memory: texts of distinct addresses. The engine's part has its own limit. */
const HEAP_MIB = 384;

/** Starts a child and waits until it has loaded what it looks things up in. Throws what it says. */
export async function startReduceChild(setup: ChildSetup): Promise<ReduceChild> {
  const worker = startWorker<Request>({
    entry: new URL('./worker.ts', import.meta.url),
    name: 'the reducing process',
    heapMiB: HEAP_MIB,
  });
  // The entry answers with what its messages declare.
  const ask = (request: Request) => worker.ask(request) as Promise<Answer>;
  try {
    await ask({ kind: 'setup', setup });
  } catch (error) {
    worker.kill();
    throw error;
  }
  return {
    get isAlive() {
      return worker.isAlive;
    },
    async count(files) {
      const answer = await ask({ kind: 'count', files });
      return answer.kind === 'counts' ? answer.counts : [];
    },
    async reduce(job) {
      const answer = await ask({ kind: 'reduce', job });
      if (answer.kind !== 'reduced') throw new Error('the reducing process gave the wrong answer');
      return answer.result;
    },
    kill: () => worker.kill(),
  };
}
