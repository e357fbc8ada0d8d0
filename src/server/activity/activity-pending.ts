import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EnrichmentSettings } from '#server/enrich/index.ts';
import type { Store } from '#server/store/index.ts';
import { startActivityChild } from './child.ts';
import type { ProcessUsage, WorkerSetup } from './job.ts';
import type { ActivityChild } from './local-child.ts';
import { Pass } from './pass.ts';
import { SMALL_HOUR } from './plan.ts';
import { leftover, nextToTake, type Task, untaken } from './tasks.ts';

export interface ActivityOptions {
  readonly store: Store;
  readonly enrichment: EnrichmentSettings;
  /** The engine's memory; 512 MiB unless given. */
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
  /** About how many raw rows one commit takes; the last hour to its end. 25 million unless given. */
  readonly rowsPerPass?: number;
  /** Raw rows of hours that are counted together; 2 million unless given. */
  readonly rowsPerJob?: number;
  /** Raw rows that are counted at a time within a job; 900,000 unless given. */
  readonly rowsPerPart?: number;
  /** Most rows that are folded together: what goes past it is one pair that floods. 2.5 million unless given, 600 MB. */
  readonly mostPerPart?: number;
  /** Hours with at most so many raw rows are always counted whole; 300,000 unless given. */
  readonly smallHour?: number;
  /** Starts what does the counting; a process of its own unless given. */
  readonly startChild?: (setup: WorkerSetup) => Promise<ActivityChild>;
  readonly signal?: AbortSignal;
}

export interface ActivitySummary {
  /** Raw rows read. */
  readonly rows: number;
  readonly seconds: number;
  /** Of the counting process since it started; absent when there was nothing to do. */
  readonly usage?: ProcessUsage;
}

const MEMORY = 512 * 1024 * 1024;
const ROWS_PER_PASS = 25_000_000;
const ROWS_PER_JOB = 2_000_000;
const ROWS_PER_PART = 900_000;
const MOST_PER_PART = 2_500_000;

/** Counts what is not counted yet, once, and sums up its days. Safe to call at any time, by one process at a time per DATA. */
export async function activityPending(options: ActivityOptions): Promise<ActivitySummary> {
  const { store } = options;
  if (untaken(store).length === 0 && leftover(store).length === 0) return { rows: 0, seconds: 0 };
  const run = await openActivityRun(options);
  try {
    return await run.all();
  } finally {
    run.close();
  }
}

/** A counting process that stays for several passes. */
export interface ActivityRun {
  readonly isAlive: boolean;
  /** Everything there is to do. */
  all(): Promise<ActivitySummary>;
  do(task: Task): Promise<ActivitySummary>;
  close(): void;
}

export async function openActivityRun(options: ActivityOptions): Promise<ActivityRun> {
  const { store, signal } = options;
  const limits = {
    memoryLimitBytes: options.memoryLimitBytes ?? MEMORY,
    threads: options.threads ?? 2,
  };
  const scratchFolder = join(store.folder, 'tmp', `activity-${process.pid}`);
  mkdirSync(scratchFolder, { recursive: true });
  const clear = () => rmSync(scratchFolder, { recursive: true, force: true, maxRetries: 3 });
  const child = await (options.startChild ?? startActivityChild)({
    ...limits,
    enrichment: options.enrichment,
    scratchFolder,
  }).catch((error: unknown) => {
    clear();
    throw error;
  });
  const close = () => {
    signal?.removeEventListener('abort', close);
    child.kill();
    clear();
  };
  signal?.addEventListener('abort', close);
  const {
    rowsPerPart = ROWS_PER_PART,
    mostPerPart = MOST_PER_PART,
    rowsPerJob = ROWS_PER_JOB,
    rowsPerPass = ROWS_PER_PASS,
    smallHour = SMALL_HOUR,
  } = options;
  const pass = new Pass(
    { store, rowsPerJob, rowsPerPart, mostPerPart, smallHour, ...(signal && { signal }) },
    child,
  );

  async function timed(work: () => Promise<number>): Promise<ActivitySummary> {
    const startedAt = performance.now();
    const rows = await work();
    const seconds = (performance.now() - startedAt) / 1000;
    return { rows, seconds, ...(pass.usage && { usage: pass.usage }) };
  }

  return {
    get isAlive() {
      return child.isAlive;
    },
    close,
    do: (task) => timed(() => pass.do(task)),
    all: () =>
      timed(async () => {
        let rows = 0;
        const finish = async (day?: string) => {
          for (const task of leftover(store))
            if (day === undefined || task.day === day) rows += await pass.do(task);
        };
        let last: string | undefined;
        for (;;) {
          const task = nextToTake(store, rowsPerPass);
          // What is new on a day is told by the days before it: they are finished first.
          if (last !== undefined && task?.day !== last) await finish(last);
          if (!task) break;
          last = task.day;
          rows += await pass.do(task);
        }
        await finish();
        return rows;
      }),
  };
}
