import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckdb } from '#server/duckdb/index.ts';
import { loadEnricher } from '#server/enrich/index.ts';
import { countHours, type HourCounts, withEnoughMemory } from '#server/observe/index.ts';
import type { ReduceJob, ReduceResult } from './job.ts';
import type { ChildSetup } from './messages.ts';
import { reduceHours } from './reduce-hours.ts';

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
