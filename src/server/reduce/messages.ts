import type { EnrichmentSettings } from '#server/enrich/index.ts';
import type { HourCounts } from '#server/observe/index.ts';
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

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'counts'; readonly counts: HourCounts }
  | { readonly kind: 'reduced'; readonly result: ReduceResult };
