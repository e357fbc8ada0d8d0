import { printDay } from '#core/base/index.ts';
import type { Segment } from '#server/store/index.ts';
import {
  type ActivityOptions,
  type ActivityRun,
  type ActivitySummary,
  openActivityRun,
} from './activity-pending.ts';
import { readDayState } from './day-state.ts';
import { leftover, nextToTake, type Task, untaken } from './tasks.ts';

export interface ActivityServiceOptions extends Omit<ActivityOptions, 'signal'> {
  /** µs. */
  readonly clock: () => number;
  /** How long after a change a pass begins, ms: rows that come together are counted together. 2 s unless given. */
  readonly quietMs?: number;
  /** How long nothing may come for a day before its hours are counted whole and summed up, ms. A minute unless given. */
  readonly settledMs?: number;
  /** How long an idle process is kept, ms. 30 s unless given. */
  readonly idleMs?: number;
  readonly onPass?: (summary: ActivitySummary) => void;
  readonly onError?: (error: unknown) => void;
}

/** What pages show of it. */
export interface ActivityState {
  readonly isRunning: boolean;
  /** Raw rows that are stored and not counted yet. */
  readonly waitingRows: number;
  /** When the oldest of them were stored, µs. */
  readonly waitingSince: number | undefined;
  readonly lastPass: ActivitySummary | null;
  readonly lastError: string | null;
}

export interface Activity {
  start(): void;
  /** Resolves when the tables hold everything that was stored before the call, exactly. Rejects with what went wrong. */
  settle(): Promise<void>;
  state(): ActivityState;
  /** True of segments that are being counted: whoever merges segments leaves them alone. */
  isHeld(segment: Segment): boolean;
  /** Ends the pass that is running; what it has committed stays. Idempotent. */
  stop(): Promise<void>;
}

const QUIET_MS = 2000;
const SETTLED_MS = 60_000;
/** PairDays of a day that has none are written this soon: detectors that ask who knew whom rest until then. */
const FIRST_SUM_MS = 3000;
const IDLE_MS = 30_000;
/** About how many rows one commit takes, so that what comes now does not wait long behind an archive. */
const ROWS_PER_TASK = 8_000_000;
/** PairDays of the running day are written this often at most. */
const SUM_EVERY_MS = 3_600_000;
/** After a failure the next try waits, longer each time, up to this. */
const LONGEST_WAIT_MS = 60_000;

/** Keeps the tables of activity up with Flows while a store is open. Inert until started. */
export function createActivity(options: ActivityServiceOptions): Activity {
  const { store, clock, quietMs = QUIET_MS, settledMs = SETTLED_MS } = options;
  const ending = new AbortController();
  const changedAt = new Map<string, number>();
  const summedAt = new Map<string, number>();
  let run: ActivityRun | undefined;
  let working: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** When the timer ends, ms by the clock. */
  let timerAt = 0;
  let idleTimer: NodeJS.Timeout | undefined;
  let held: ReadonlySet<string> = new Set();
  let lastPass: ActivitySummary | null = null;
  let lastError: unknown = null;
  let failures = 0;
  let stopListening: (() => void) | undefined;

  const nowMs = () => clock() / 1000;

  /** When a task may be done, ms by the clock; rows that wait come first, and at once. */
  function dueAt(task: Task): number {
    const isFirst = task.kind === 'sum' && readDayState(store, task.day).summed === 0;
    const wait = isFirst ? Math.min(FIRST_SUM_MS, settledMs) : settledMs;
    const settled = (changedAt.get(task.day) ?? Number.NEGATIVE_INFINITY) + wait;
    if (task.kind !== 'sum' || task.day !== printDay(clock())) return settled;
    return Math.max(settled, (summedAt.get(task.day) ?? Number.NEGATIVE_INFINITY) + SUM_EVERY_MS);
  }

  function next(): { readonly task: Task; readonly at: number } | undefined {
    const limit = options.rowsPerPass ?? ROWS_PER_TASK;
    const take = nextToTake(store, limit, printDay(clock()));
    if (take) return { task: take, at: 0 };
    return leftover(store)
      .map((task) => ({ task, at: dueAt(task) }))
      .reduce<{ task: Task; at: number } | undefined>(
        (first, one) => (first && first.at <= one.at ? first : one),
        undefined,
      );
  }

  async function open(): Promise<ActivityRun> {
    clearTimeout(idleTimer);
    if (!run?.isAlive) run = await openActivityRun({ ...options, signal: ending.signal });
    return run;
  }

  async function attempt(work: () => Promise<ActivitySummary>): Promise<void> {
    try {
      lastPass = await work();
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
      held = new Set();
      idleTimer = setTimeout(() => {
        run?.close();
        run = undefined;
      }, options.idleMs ?? IDLE_MS);
      idleTimer.unref();
    }
  }

  async function doTask(task: Task): Promise<ActivitySummary> {
    if (task.kind === 'take') held = new Set(task.segments.map((s) => s.id));
    const done = await (await open()).do(task);
    if (task.kind === 'take') changedAt.set(task.day, nowMs());
    if (task.kind === 'sum') summedAt.set(task.day, nowMs());
    return done;
  }

  /** One thing at a time; what waits for it goes on when it has ended, well or not. */
  function begin(work: () => Promise<ActivitySummary>): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const turn = attempt(work).finally(() => {
      working = undefined;
      plan();
    });
    working = turn;
    return turn;
  }

  function plan(): void {
    if (working || timer !== undefined || ending.signal.aborted) return;
    const found = next();
    if (!found) return;
    const wait = Math.max(found.at === 0 ? quietMs : 0, found.at - nowMs());
    const ms = failures > 0 ? Math.min(LONGEST_WAIT_MS, quietMs * 2 ** failures) : wait;
    timerAt = nowMs() + ms;
    timer = setTimeout(
      () => {
        timer = undefined;
        const now = next();
        if (working || !now || now.at > nowMs()) return plan();
        // A failure is told by onError and tried again.
        begin(() => doTask(now.task)).catch(() => {});
      },
      Math.min(ms, SUM_EVERY_MS),
    );
    timer.unref();
  }

  return {
    start() {
      stopListening ??= store.onChange((tables) => {
        if (!tables.has('Flows')) return;
        if (timerAt > nowMs() + quietMs) {
          // A timer for what may wait gives way to rows that came.
          clearTimeout(timer);
          timer = undefined;
        }
        plan();
      });
      plan();
    },
    async settle() {
      while (!ending.signal.aborted) {
        await working?.catch(() => {});
        if (untaken(store).length === 0 && leftover(store).length === 0) return;
        if (working) continue;
        held = new Set(untaken(store).map((s) => s.id));
        await begin(async () => (await open()).all());
      }
    },
    state() {
      const waiting = untaken(store);
      return {
        isRunning: working !== undefined,
        waitingRows: waiting.reduce((sum, s) => sum + s.rows, 0),
        waitingSince: waiting
          .map((s) => s.committedAt)
          .reduce<number | undefined>((first, at) => Math.min(first ?? at, at), undefined),
        lastPass,
        lastError:
          lastError instanceof Error
            ? lastError.message
            : lastError === null
              ? null
              : String(lastError),
      };
    },
    isHeld: ({ id }) => held.has(id),
    async stop() {
      ending.abort();
      stopListening?.();
      clearTimeout(timer);
      clearTimeout(idleTimer);
      await working?.catch(() => {});
      run?.close();
      run = undefined;
    },
  };
}
