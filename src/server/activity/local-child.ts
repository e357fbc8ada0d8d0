import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pairDays } from '#core/schema/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { loadEnricher } from '#server/enrich/index.ts';
import { segments, withEnoughMemory, writeTable } from '#server/observe/index.ts';
import { countFiles } from './count-files.ts';
import { countHours, type Memory } from './count-hours.ts';
import type { DayJob, FileCounts, HoursJob, JobResult, WorkerSetup } from './job.ts';
import { pairDaysOf } from './sql/days.ts';

/** What does the counting: a process of its own (child.ts), or this one. Answers one request at a time. */
export interface ActivityChild {
  readonly isAlive: boolean;
  count(files: readonly string[]): Promise<FileCounts>;
  run(job: HoursJob | DayJob): Promise<JobResult>;
  /** Ends it at once; open requests reject. */
  kill(): void;
}

/** Counts in this process: what the worker runs, and what tests use to save a start each. */
export async function startLocalChild(setup: WorkerSetup): Promise<ActivityChild> {
  const { memoryLimitBytes, threads, scratchFolder } = setup;
  mkdirSync(scratchFolder, { recursive: true });
  const engine = await openDuckdb({
    memoryLimitBytes,
    threads,
    spillFolder: join(scratchFolder, 'spill'),
  });
  const enricher = loadEnricher(setup.enrichment);
  const scratch = join(scratchFolder, `job-${process.pid}`);
  const memory: Memory = { knownFiles: 'none yet' };
  let isAlive = true;

  async function sumDay(job: DayJob): Promise<Omit<JobResult, 'usage'>> {
    const select = pairDaysOf(job.day, segments(job.pairFiles));
    const written = await writeTable(engine, pairDays, select, job.output);
    return { written: written ? [written] : [], rows: [] };
  }

  return {
    get isAlive() {
      return isAlive;
    },
    count: (files) => countFiles(engine, files),
    async run(job) {
      const done = await withEnoughMemory(engine, memoryLimitBytes, () =>
        job.kind === 'day' ? sumDay(job) : countHours(engine, enricher, job, { scratch, memory }),
      );
      const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
      const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 };
      return { ...done, usage };
    },
    kill() {
      if (!isAlive) return;
      isAlive = false;
      memory.foldThread?.close();
      engine.close();
    },
  };
}
