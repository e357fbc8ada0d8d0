import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import { loadEnricher } from '#server/enrich/index.ts';
import type { ReduceJob, ReduceResult } from './job.ts';
import type { ChildSetup, HourCounts } from './messages.ts';
import { reduceHours } from './reduce-hours.ts';
import { countHours } from './sql/count.ts';

/** What does the work of reduction: a process of its own (child.ts), or this one. Answers one request at a time. */
export interface ReduceChild {
  readonly isAlive: boolean;
  count(files: readonly string[]): Promise<HourCounts>;
  reduce(job: ReduceJob): Promise<ReduceResult>;
  /** Ends it at once; open requests reject. */
  kill(): void;
}

/** Does the work in this process: what child processes run, and what tests use to save a start each. */
export async function startLocalChild(setup: ChildSetup): Promise<ReduceChild> {
  mkdirSync(setup.scratchFolder, { recursive: true });
  const engine = await openDuckdb({
    memoryLimitBytes: setup.memoryLimitBytes,
    threads: setup.threads,
    spillFolder: join(setup.scratchFolder, 'spill'),
  });
  const enricher = loadEnricher(setup.enrichment);
  const scratch = join(setup.scratchFolder, `job-${process.pid}`);
  let isAlive = true;
  return {
    get isAlive() {
      return isAlive;
    },
    count: (files) => countHours(engine, files),
    async reduce(job) {
      const reduced = await withEnoughMemory(engine, setup.memoryLimitBytes, () =>
        reduceHours(engine, enricher, job, scratch),
      );
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
      const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 };
      return { ...reduced, usage };
    },
    kill() {
      if (!isAlive) return;
      isAlive = false;
      engine.close();
    },
  };
}

/** What cannot leave memory grows with the densest interval: a limit that is too small for it is doubled, twice at most. */
const MOST_DOUBLINGS = 2;

async function withEnoughMemory<T>(
  engine: Duckdb,
  limitBytes: number,
  work: () => Promise<T>,
): Promise<T> {
  const setLimit = (bytes: number) => engine.run(`SET memory_limit = '${bytes}B'`);
  for (let doublings = 0; ; ) {
    try {
      const done = await work();
      if (doublings > 0) await setLimit(limitBytes);
      return done;
    } catch (error) {
      const isShort = error instanceof Error && error.message.startsWith('Out of Memory Error');
      if (!isShort || doublings === MOST_DOUBLINGS) throw error;
      doublings++;
      await setLimit(limitBytes * 2 ** doublings);
    }
  }
}
