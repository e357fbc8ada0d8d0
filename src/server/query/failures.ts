import { ChildLost, ChildRefused } from './child.ts';
import { QueryError } from './errors.ts';

/** A signal that is aborted with a QueryError when the caller's is, whatever reason the caller gave. */
export function onceCancelled(signal: AbortSignal): AbortSignal {
  const own = new AbortController();
  const cancel = () => own.abort(new QueryError('cancelled', 'The query was cancelled.'));
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  return own.signal;
}

export function tooLate(timeoutMs: number): QueryError {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return new QueryError('timeout', `The query took longer than ${seconds} s.`, {
    advice: 'Ask for a shorter time range or fewer columns, or raise the time-out.',
  });
}

/** What a child's answer, or its end, means to the person who asked; other errors as they are. */
export function asQueryError(error: unknown): unknown {
  if (error instanceof ChildRefused)
    return new QueryError(error.error.code, error.message, error.error);
  if (!(error instanceof ChildLost)) return error;
  const isHeap = error.killedBy === 'SIGABRT' || error.exitCode === 134;
  if (isHeap)
    return new QueryError('out-of-memory', 'The answer needed more memory than a query may use.', {
      advice: 'Ask for fewer rows or columns, or summarize.',
    });
  return new QueryError(
    'worker-lost',
    `The query's process ended while it ran (${error.killedBy ?? `exit code ${error.exitCode}`}).`,
    {
      advice:
        'Run it again. If it happens again, the machine may be out of memory: ask for a shorter time range.',
    },
  );
}
