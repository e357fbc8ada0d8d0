import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EnrichmentSettings, readTopology } from '#server/enrich/index.ts';
import { MICROS_PER_HOUR } from '#server/observe/index.ts';
import { type Segment, type SegmentDraft, SegmentsGone, type Store } from '#server/store/index.ts';
import { startReduceChild } from './child.ts';
import { advance, type DayState, daysToLookAt, toCheckpoint } from './day-state.ts';
import type { ProcessUsage, ReduceJob, ReduceResult } from './job.ts';
import type { ReduceChild } from './local-child.ts';
import type { ChildSetup } from './messages.ts';
import { REDUCED_TABLES } from './reduce-hours.ts';
import { writeTopology } from './write-topology.ts';

export interface ReduceOptions {
  readonly store: Store;
  readonly enrichment: EnrichmentSettings;
  /** µs. */
  readonly clock: () => number;
  /** Length of the reduction interval; divides an hour. Ten minutes unless given. */
  readonly intervalMicros?: number;
  /** The engine's memory; 384 MiB unless given. */
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
  /** Raw rows that are reduced at a time, whole hours at least, and folded at a time, whole intervals; 800,000 unless given. */
  readonly rowsPerJob?: number;
  /** Starts what does the work; a process of its own unless given. */
  readonly startChild?: (setup: ChildSetup) => Promise<ReduceChild>;
  readonly signal?: AbortSignal;
  /** Told after each commit. */
  readonly onProgress?: (done: ReduceProgress) => void;
}

export interface ReduceProgress {
  readonly day: string;
  readonly hours: readonly number[];
  readonly rows: number;
}

export interface ReduceSummary {
  readonly hours: number;
  /** Raw rows read. */
  readonly rows: number;
  readonly seconds: number;
  /** Of the reducing process since it started; absent when there was nothing to do. */
  readonly usage?: ProcessUsage;
}

export const TEN_MINUTES = 600_000_000;
const MEMORY = 384 * 1024 * 1024;
const ROWS_PER_JOB = 800_000;
/** Compaction may replace the same segments at the same moment; each such meeting costs one try. */
const TRIES = 5;

/**
 * Reduces every hour whose raw rows are not all in the reduced tables: hours never reduced, and hours that got late rows.
 * What was done before an abort or a failure stays done. Safe to call at any time, by one process at a time per DATA.
 */
export async function reducePending(options: ReduceOptions): Promise<ReduceSummary> {
  const intervalMicros = options.intervalMicros ?? TEN_MINUTES;
  if (MICROS_PER_HOUR % intervalMicros !== 0)
    throw new Error('the reduction interval must divide an hour, e.g. 10m');
  if (daysToLookAt(options.store, intervalMicros).length === 0)
    return { hours: 0, rows: 0, seconds: 0 };
  const run = await openReduceRun(options);
  try {
    return await run.pending();
  } finally {
    run.close();
  }
}

/** Stores the topology of the settings as NTATopologyDetails, when it is not the one stored last. */
export async function storeTopology({
  store,
  enrichment,
  clock,
}: Pick<ReduceOptions, 'store' | 'enrichment' | 'clock'>): Promise<void> {
  if (!enrichment.topology?.length) return;
  await writeTopology(store, readTopology(enrichment.topology).topology, clock());
}

/** A reducing process that stays for several passes. */
export interface ReduceRun {
  readonly isAlive: boolean;
  pending(): Promise<ReduceSummary>;
  close(): void;
}

export async function openReduceRun(options: ReduceOptions): Promise<ReduceRun> {
  const { store, signal } = options;
  const scratchFolder = join(store.folder, 'tmp', `reduce-${process.pid}`);
  mkdirSync(scratchFolder, { recursive: true });
  const clear = () => rmSync(scratchFolder, { recursive: true, force: true, maxRetries: 3 });
  const child = await (options.startChild ?? startReduceChild)({
    enrichment: options.enrichment,
    memoryLimitBytes: options.memoryLimitBytes ?? MEMORY,
    threads: options.threads ?? 2,
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
  return {
    get isAlive() {
      return child.isAlive;
    },
    close,
    pending: () => reduceAll(options, child),
  };
}

async function reduceAll(options: ReduceOptions, child: ReduceChild): Promise<ReduceSummary> {
  const intervalMicros = options.intervalMicros ?? TEN_MINUTES;
  const startedAt = performance.now();
  let hours = 0;
  let rows = 0;
  let usage: ProcessUsage | undefined;
  for (const { state, segments } of daysToLookAt(options.store, intervalMicros)) {
    let current = state;
    const counts = await child.count(segments.map((s) => s.path));
    // Fewer rows than were reduced: retention took some. What was reduced of them stays.
    const grown = counts.filter(([hour, n]) => n > (current.rows.get(hour) ?? 0));
    const jobs = cutJobs(grown, options.rowsPerJob ?? ROWS_PER_JOB);
    for (const job of jobs) {
      options.signal?.throwIfAborted();
      const done = await commitJob(options, child, current, segments, job);
      current = done.state;
      hours += job.length;
      rows += done.rows;
      usage = done.usage;
      options.onProgress?.({ day: current.day, hours: job, rows: done.rows });
    }
    current = advance(
      current,
      new Map(),
      segments.map((s) => s.id),
    );
    await options.store.commit({
      segments: [],
      checkpoints: [toCheckpoint(current, intervalMicros)],
    });
  }
  return { hours, rows, seconds: (performance.now() - startedAt) / 1000, ...(usage && { usage }) };
}

/** Runs of hours with at most so many rows together, unless one hour alone has more. */
function cutJobs(
  counts: readonly (readonly [hour: number, rows: number])[],
  limit: number,
): readonly (readonly number[])[] {
  const jobs: number[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const [hour, rows] of counts) {
    if (size + rows > limit) {
      jobs.push([]);
      size = 0;
    }
    jobs.at(-1)?.push(hour);
    size += rows;
  }
  return jobs;
}

interface JobDone {
  readonly state: DayState;
  readonly rows: number;
  readonly usage: ProcessUsage;
}

async function commitJob(
  options: ReduceOptions,
  child: ReduceChild,
  state: DayState,
  raw: readonly Segment[],
  hours: readonly number[],
): Promise<JobDone> {
  const { store, clock } = options;
  const intervalMicros = options.intervalMicros ?? TEN_MINUTES;
  for (let attempt = 1; ; attempt++) {
    const replaced = store.snapshot(() =>
      REDUCED_TABLES.map((t) => [t.name, holding(store, t.name, hours)] as const),
    );
    const job: ReduceJob = {
      day: state.day,
      hours,
      intervalMicros,
      rowsPerFold: options.rowsPerJob ?? ROWS_PER_JOB,
      processedAt: clock(),
      rawFiles: touching(raw, hours).map((s) => s.path),
      learnedFiles: store
        .segments({ table: 'ObservedAddresses' })
        .filter((s) => s.day === state.day)
        .map((s) => s.path),
      replaced: Object.fromEntries(
        replaced.map(([name, segments]) => [name, segments.map((s) => s.path)]),
      ),
      outputs: Object.fromEntries(REDUCED_TABLES.map((t) => [t.name, store.temporaryFile()])),
    };
    const result = await child.reduce(job);
    const next = advance(
      state,
      new Map(hours.map((hour, i) => [hour, result.rows[i] ?? 0])),
      state.segments,
    );
    try {
      const old = replaced.flatMap(([, segments]) => segments.map((s) => s.id));
      await store.replace(old, drafts(state.day, result), {
        checkpoints: [toCheckpoint(next, intervalMicros)],
      });
      return { state: next, rows: result.rows.reduce((a, b) => a + b, 0), usage: result.usage };
    } catch (error) {
      if (!(error instanceof SegmentsGone) || attempt === TRIES) throw error;
    }
  }
}

const touching = (segments: readonly Segment[], hours: readonly number[]): readonly Segment[] =>
  segments.filter((s) => {
    const [from, to] = s.ranges['TimeGenerated'] ?? [
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ];
    return hours.some((hour) => to >= hour && from < hour + MICROS_PER_HOUR);
  });

const holding = (store: Store, table: string, hours: readonly number[]): readonly Segment[] => {
  const from = Math.min(...hours);
  const to = Math.max(...hours) + MICROS_PER_HOUR - 1;
  return touching(
    store.segments({ table, ranges: [{ column: 'TimeGenerated', from, to }] }),
    hours,
  );
};

const drafts = (day: string, { written }: ReduceResult): readonly SegmentDraft[] =>
  written.map(({ table, file, rows, ranges }) => ({
    table,
    day,
    rows,
    ranges,
    isSorted: false,
    content: { file },
  }));
