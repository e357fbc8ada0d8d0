import { useCallback, useEffect, useRef, useState } from 'react';
import type { QueryResult } from '#core/contract/index.ts';
import { call, RequestFailed, refresh } from '#web/query/index.ts';

/** The most rows the grid takes; the server's own limits hold as well, and an export takes all. */
const MOST_ROWS = 1_000_000;

/** What is run: a query, and where it begins in the editor's text. */
export interface Asked {
  readonly query: string;
  readonly start: number;
}

export type Run =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly asked: Asked; readonly startedAt: number }
  | { readonly state: 'cancelled'; readonly asked: Asked; readonly tookMs: number }
  | {
      readonly state: 'failed';
      readonly asked: Asked;
      readonly error: RequestFailed;
      readonly tookMs: number;
    }
  | {
      readonly state: 'done';
      readonly asked: Asked;
      readonly result: QueryResult;
      readonly tookMs: number;
    };

/** Runs one query at a time; a new one cancels the one before, and so does leaving the page. */
export function useRun(): {
  readonly run: Run;
  readonly start: (asked: Asked) => void;
  readonly cancel: () => void;
} {
  const [run, setRun] = useState<Run>({ state: 'idle' });
  const abort = useRef<AbortController>(undefined);

  const start = useCallback((asked: Asked) => {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    const startedAt = performance.now();
    const tookMs = () => performance.now() - startedAt;
    setRun({ state: 'running', asked, startedAt });
    call('query', { query: asked.query, limits: { rows: MOST_ROWS }, isKept: true }, mine.signal)
      .then(
        (result) => {
          if (!mine.signal.aborted) setRun({ state: 'done', asked, result, tookMs: tookMs() });
        },
        (error: unknown) => {
          if (mine.signal.aborted) return;
          setRun({
            state: 'failed',
            asked,
            tookMs: tookMs(),
            error:
              error instanceof RequestFailed
                ? error
                : new RequestFailed(0, { code: 'internal', message: String(error) }),
          });
        },
      )
      .finally(() => refresh('queryHistory'));
  }, []);

  const cancel = useCallback(() => {
    abort.current?.abort();
    setRun((now) =>
      now.state === 'running'
        ? { state: 'cancelled', asked: now.asked, tookMs: performance.now() - now.startedAt }
        : now,
    );
  }, []);

  useEffect(() => () => abort.current?.abort(), []);
  return { run, start, cancel };
}
