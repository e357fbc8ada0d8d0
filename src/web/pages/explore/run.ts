import { useCallback, useEffect, useRef, useState } from 'react';
import type { QueryResult } from '#core/contract/index.ts';
import { call, RequestFailed } from '#web/query/index.ts';

/** The most rows the grid takes; an export takes all. */
export const MOST_ROWS = 50_000;

export type Run =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly query: string; readonly startedAt: number }
  | { readonly state: 'cancelled'; readonly query: string }
  | { readonly state: 'failed'; readonly query: string; readonly error: RequestFailed }
  | {
      readonly state: 'done';
      readonly query: string;
      readonly result: QueryResult;
      readonly tookMs: number;
    };

/** Runs one query at a time; a new one cancels the one before, and so does leaving the page. */
export function useRun(): {
  readonly run: Run;
  readonly start: (query: string) => void;
  readonly cancel: () => void;
} {
  const [run, setRun] = useState<Run>({ state: 'idle' });
  const abort = useRef<AbortController>(undefined);

  const start = useCallback((query: string) => {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    const startedAt = performance.now();
    setRun({ state: 'running', query, startedAt });
    call('query', { query, limits: { rows: MOST_ROWS }, isKept: true }, mine.signal).then(
      (result) => {
        if (!mine.signal.aborted)
          setRun({ state: 'done', query, result, tookMs: performance.now() - startedAt });
      },
      (error: unknown) => {
        if (mine.signal.aborted) return;
        setRun({
          state: 'failed',
          query,
          error:
            error instanceof RequestFailed
              ? error
              : new RequestFailed(0, { code: 'internal', message: String(error) }),
        });
      },
    );
  }, []);

  const cancel = useCallback(() => {
    abort.current?.abort();
    setRun((now) => (now.state === 'running' ? { state: 'cancelled', query: now.query } : now));
  }, []);

  useEffect(() => () => abort.current?.abort(), []);
  return { run, start, cancel };
}
