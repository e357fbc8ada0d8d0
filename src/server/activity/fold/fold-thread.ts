import { Worker } from 'node:worker_threads';
import type { FoldInput } from './fold.ts';
import type { Folded, FoldedPart } from './folded.ts';
import type { Folder } from './folder.ts';
import { Rows } from './rows.ts';

export type FoldRequest =
  /** The tables of the job before serve, unless there is other memory. */
  | { readonly kind: 'open'; readonly input: FoldInput; readonly memory?: SharedArrayBuffer }
  | { readonly kind: 'fold'; readonly rows: number }
  | { readonly kind: 'hosts'; readonly isSplit: boolean };

export type FoldAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'part'; readonly part: FoldedPart }
  | { readonly kind: 'hosts'; readonly hosts: Folded };

/**
 * A thread of its own that folds, so that the next part is read meanwhile. Rows are shared with it, results are handed over.
 * It stays from job to job, because its code is fast only after a while; one job at a time.
 */
export interface FoldThread {
  open(input: FoldInput): Folder;
  close(): void;
}

/** Room for so many times the rows of a job, so that the next one fits too. */
const SPARE = 1.05;

export function startFoldThread(): FoldThread {
  const thread = new Worker(new URL('./fold-worker.ts', import.meta.url));
  /** Who waits for an answer of each kind, in the order of asking. */
  const taken: PromiseWithResolvers<void>[] = [];
  const parts: PromiseWithResolvers<FoldedPart>[] = [];
  const hosts: PromiseWithResolvers<Folded>[] = [];
  let failure: Error | undefined;

  function fail(error: Error): void {
    failure ??= error;
    for (const waiting of [taken, parts, hosts])
      for (const { reject } of waiting.splice(0)) reject(failure);
  }
  function wait<T>(waiting: PromiseWithResolvers<T>[]): Promise<T> {
    const answer = Promise.withResolvers<T>();
    waiting.push(answer);
    // Whoever asks is told; until then it may fail unheard.
    answer.promise.catch(() => {});
    if (failure) fail(failure);
    return answer.promise;
  }

  thread.on('message', (answer: FoldAnswer) => {
    if (answer.kind === 'taken') taken.shift()?.resolve();
    else if (answer.kind === 'part') parts.shift()?.resolve(answer.part);
    else hosts.shift()?.resolve(answer.hosts);
  });
  thread.on('error', fail);
  thread.on('exit', () => fail(new Error('the thread that folds rows ended')));
  const post = (request: FoldRequest) => thread.postMessage(request);

  let rows: Rows | undefined;
  /** Resolves when the rows may be filled. */
  let free = Promise.resolve();
  function openRows(input: FoldInput): Rows {
    const { base, hasMore } = input;
    if (rows && rows.capacity >= input.rows && rows.hasMore === hasMore) {
      post({ kind: 'open', input: { base, hasMore, rows: rows.capacity } });
      return rows;
    }
    const capacity = Math.ceil(input.rows * SPARE);
    const memory = new SharedArrayBuffer(Rows.bytesFor(capacity, hasMore));
    post({ kind: 'open', input: { base, hasMore, rows: capacity }, memory });
    rows = new Rows(capacity, hasMore, memory);
    return rows;
  }

  function open(input: FoldInput): Folder {
    const rows = openRows(input);
    return {
      async rows() {
        await free;
        rows.count = 0;
        return rows;
      },
      fold() {
        free = wait(taken);
        const part = wait(parts);
        post({ kind: 'fold', rows: rows.count });
        return part;
      },
      hosts(isSplit) {
        const told = wait(hosts);
        post({ kind: 'hosts', isSplit });
        return told;
      },
    };
  }

  return {
    open,
    close() {
      thread.terminate();
    },
  };
}
