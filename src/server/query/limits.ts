import { availableParallelism, totalmem } from 'node:os';

/** What queries may use. A request can ask for less, never for more. */
export interface QueryLimits {
  /** Processes that run queries; at least two. */
  readonly workers: number;
  /** Of each worker: the engine's memory, threads, and temporary files. */
  readonly memoryBytes: number;
  readonly threads: number;
  readonly spillBytes: number;
  readonly timeoutMs: number;
  readonly maxRows: number;
  /** Of one answer, printed. */
  readonly maxBytes: number;
  /** Of one that goes to a file: CSV, JSON, NDJSON or Parquet. */
  readonly maxFileRows: number;
  readonly maxFileBytes: number;
  readonly maxQueued: number;
  /** Answers kept while their data does not change. */
  readonly cacheBytes: number;
}

export const DEFAULT_LIMITS: Omit<QueryLimits, 'memoryBytes' | 'threads'> = {
  workers: 2,
  spillBytes: 10e9,
  timeoutMs: 180_000,
  maxRows: 500_000,
  maxBytes: 64 * 2 ** 20,
  maxFileRows: 50_000_000,
  maxFileBytes: 4e9,
  maxQueued: 64,
  cacheBytes: 64 * 2 ** 20,
};

/**
 * An eighth of the memory this process may use for each worker, 256 MiB to 2 GiB, and every core: workers run at a low
 * priority, so that ingestion comes first.
 */
export function shareOut(): Pick<QueryLimits, 'memoryBytes' | 'threads'> {
  // Inside a container constrainedMemory() is its limit; without one it is 0 or larger than the machine.
  const allowed = process.constrainedMemory();
  const memory = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  return {
    memoryBytes: Math.min(2 ** 31, Math.max(2 ** 28, Math.round(memory / 8))),
    threads: availableParallelism(),
  };
}

/** What one query may use. */
export interface Bound {
  readonly timeoutMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** The service's limits, made narrower by what the request asks for; never wider. */
export function narrow(limits: QueryLimits, asked: Partial<Bound> = {}, isFile = false): Bound {
  const smaller = (own: number, theirs: number | undefined) =>
    Math.min(own, theirs ?? Number.POSITIVE_INFINITY);
  return {
    timeoutMs: smaller(limits.timeoutMs, asked.timeoutMs),
    maxRows: smaller(isFile ? limits.maxFileRows : limits.maxRows, asked.maxRows),
    maxBytes: smaller(isFile ? limits.maxFileBytes : limits.maxBytes, asked.maxBytes),
  };
}
