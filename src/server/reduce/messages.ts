import type { EnrichmentSettings } from '#server/enrich/index.ts';
import type { ReduceJob, ReduceResult } from './job.ts';

/** What the child is given when it starts. */
export interface ChildSetup {
  readonly enrichment: EnrichmentSettings;
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** A folder for intermediate results, inside DATA/tmp. */
  readonly scratchFolder: string;
}

export type Request =
  | { readonly kind: 'setup'; readonly setup: ChildSetup }
  | { readonly kind: 'count'; readonly files: readonly string[] }
  | { readonly kind: 'reduce'; readonly job: ReduceJob };

/** Rows per hour, [start of the hour in µs, rows]. */
export type HourCounts = readonly (readonly [hour: number, rows: number])[];

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'counts'; readonly counts: HourCounts }
  | { readonly kind: 'reduced'; readonly result: ReduceResult };

export type Reply =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly error: string };
