import { startWorker } from '#server/worker/index.ts';
import type { FileCounts, JobResult, Request, WorkerSetup } from './job.ts';
import type { ActivityChild } from './local-child.ts';

/** JavaScript's part of the memory: what addresses are looked up in. The engine's part has its own limit. */
const HEAP_MIB = 384;

/** Starts the worker and waits until it has loaded what it looks addresses up in. Throws what it says. */
export async function startActivityChild(setup: WorkerSetup): Promise<ActivityChild> {
  const worker = startWorker<Request>({
    entry: new URL('./worker.ts', import.meta.url),
    name: 'the counting process',
    heapMiB: HEAP_MIB,
  });
  try {
    await worker.ask({ kind: 'setup', setup });
  } catch (error) {
    worker.kill();
    throw error;
  }
  return {
    get isAlive() {
      return worker.isAlive;
    },
    // The entry answers each kind of request with one kind of answer.
    count: (files) => worker.ask({ kind: 'count', files }) as Promise<FileCounts>,
    run: (job) => worker.ask({ kind: 'run', job }) as Promise<JobResult>,
    kill: () => worker.kill(),
  };
}
