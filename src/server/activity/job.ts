import type { EnrichmentSettings } from '#server/enrich/index.ts';
import type { WrittenTable } from '#server/observe/index.ts';

/** Some hours of one day to be counted from Flows. Plain data: it crosses to the worker. */
export interface HoursJob {
  readonly kind: 'hours';
  /** Starts of the hours, µs. */
  readonly hours: readonly number[];
  /** Segments of Flows with the rows to count. */
  readonly rawFiles: readonly string[];
  /** Into how many parts, counted one after the other, the rows are cut. */
  readonly parts: number;
  /** A part with more rows is cut further. */
  readonly mostPerPart: number;
  /** Segments of PairHours of these hours that stay, because only rows that came since are counted. */
  readonly pairFiles: readonly string[];
  /** Segments of HostHours of these hours, replaced by the result; none when the hours are counted whole. */
  readonly hostFiles: readonly string[];
  /** Segments of PairHours of earlier hours of the day. */
  readonly earlierFiles: readonly string[];
  /** Segments of PairDays of the 30 days before. */
  readonly knownFiles: readonly string[];
  /** A path; files that are written have names that begin so. */
  readonly output: string;
}

/** One day to be summed up as PairDays. */
export interface DayJob {
  readonly kind: 'day';
  /** Start of the day, µs. */
  readonly day: number;
  readonly pairFiles: readonly string[];
  readonly output: string;
}

export interface JobResult {
  readonly written: readonly WrittenTable[];
  /** Raw rows counted, by start of the hour. */
  readonly rows: readonly (readonly [hour: number, rows: number])[];
  readonly usage: ProcessUsage;
}

/** What the worker has used since it started. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** What the worker is given when it starts. */
export interface WorkerSetup {
  readonly enrichment: EnrichmentSettings;
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** A folder for intermediate results, inside DATA/tmp. */
  readonly scratchFolder: string;
}

/** Rows by file and hour. */
export type FileCounts = readonly (readonly [file: string, hour: number, rows: number])[];

export type Request =
  | { readonly kind: 'setup'; readonly setup: WorkerSetup }
  | { readonly kind: 'count'; readonly files: readonly string[] }
  | { readonly kind: 'run'; readonly job: HoursJob | DayJob };
