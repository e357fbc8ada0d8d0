import type { Store } from '#server/store/index.ts';
import { daysToLookAt } from './day-state.ts';
import {
  openReduceRun,
  type ReduceOptions,
  type ReduceRun,
  type ReduceSummary,
  storeTopology,
  TEN_MINUTES,
} from './reduce-pending.ts';

export interface ReducerOptions extends Omit<ReduceOptions, 'signal'> {
  /** How long after a change a pass begins, ms: rows that come together are reduced together. 2 s unless given. */
  readonly quietMs?: number;
  /** How long an idle process is kept, ms. 30 s unless given. */
  readonly idleMs?: number;
  readonly onPass?: (summary: ReduceSummary) => void;
  readonly onError?: (error: unknown) => void;
}

/** What pages show of it. */
export interface ReducerState {
  readonly isRunning: boolean;
  /** True when every stored raw row is in the reduced tables. */
  readonly isCurrent: boolean;
  /** When the oldest of the segments that are not were stored, µs. */
  readonly waitingSince: number | undefined;
  readonly lastPass: ReduceSummary | null;
  readonly lastError: string | null;
}

export interface Reducer {
  start(): void;
  /** Resolves when the reduced tables hold everything that was stored before the call. Rejects with what went wrong. */
  settle(): Promise<void>;
  state(): ReducerState;
  /** Ends the pass that is running; what it has committed stays. Idempotent. */
  stop(): Promise<void>;
}

const QUIET_MS = 2000;
const IDLE_MS = 30_000;
/** After a failure the next try waits, longer each time, up to this. */
const LONGEST_WAIT_MS = 60_000;
/** A pass is followed by a pause of this many times its length, so that streams leave most of the machine to others. */
const REST = 2;

/** Keeps the reduced tables up with Flows while a store is open. Inert until started. */
export function createReducer(options: ReducerOptions): Reducer {
  const { store, quietMs = QUIET_MS, idleMs = IDLE_MS } = options;
  const intervalMicros = options.intervalMicros ?? TEN_MINUTES;
  const ending = new AbortController();
  let run: ReduceRun | undefined;
  let passing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let lastPass: ReduceSummary | null = null;
  let lastError: unknown = null;
  let failures = 0;
  let stopListening: (() => void) | undefined;

  const isCurrent = () => daysToLookAt(store, intervalMicros).length === 0;

  function waitingSince(): number | undefined {
    const waiting = daysToLookAt(store, intervalMicros).flatMap(({ state, segments }) =>
      segments.filter((s) => !state.segments.has(s.id)).map((s) => s.committedAt),
    );
    return waiting.length === 0 ? undefined : Math.min(...waiting);
  }

  async function pass(): Promise<void> {
    clearTimeout(idleTimer);
    try {
      if (!run?.isAlive) run = await openReduceRun({ ...options, signal: ending.signal });
      lastPass = await run.pending();
      lastError = null;
      failures = 0;
      options.onPass?.(lastPass);
    } catch (error) {
      run?.close();
      run = undefined;
      if (ending.signal.aborted) return;
      lastError = error;
      failures++;
      options.onError?.(error);
      throw error;
    } finally {
      idleTimer = setTimeout(() => {
        run?.close();
        run = undefined;
      }, idleMs);
      idleTimer.unref();
    }
  }

  function begin(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    passing ??= pass().finally(() => {
      passing = undefined;
      if (ending.signal.aborted || isCurrent()) return;
      const rest =
        failures > 0
          ? Math.min(LONGEST_WAIT_MS, quietMs * 2 ** failures)
          : Math.max(quietMs, (lastPass?.seconds ?? 0) * 1000 * REST);
      schedule(rest);
    });
    return passing;
  }

  function schedule(ms: number): void {
    if (timer !== undefined || passing || ending.signal.aborted) return;
    timer = setTimeout(() => {
      // A failure is told by onError and tried again.
      begin().catch(() => {});
    }, ms);
    timer.unref();
  }

  return {
    start() {
      stopListening ??= store.onChange((tables) => {
        if (tables.has('Flows')) schedule(quietMs);
      });
      storeTopology(options).catch((error: unknown) => options.onError?.(error));
      if (!isCurrent()) schedule(0);
    },
    async settle() {
      while (!isCurrent() && !ending.signal.aborted) await begin();
    },
    state: () => ({
      isRunning: passing !== undefined,
      isCurrent: isCurrent(),
      waitingSince: waitingSince(),
      lastPass,
      lastError:
        lastError instanceof Error
          ? lastError.message
          : lastError === null
            ? null
            : String(lastError),
    }),
    async stop() {
      ending.abort();
      stopListening?.();
      clearTimeout(timer);
      clearTimeout(idleTimer);
      await passing?.catch(() => {});
      run?.close();
      run = undefined;
    },
  };
}

/** The instant up to which everything stored is reduced: pages say how fresh their numbers are. Null without data. */
export function reducedUpTo(store: Store): number | null {
  const ends = store
    .segments({ table: 'NTANetAnalytics' })
    .map((s) => s.ranges['FlowIntervalEndTime']?.[1] ?? 0);
  return ends.length === 0 ? null : Math.max(...ends);
}
