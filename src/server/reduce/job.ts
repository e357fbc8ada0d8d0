import type { WrittenTable } from '#server/observe/index.ts';

/** What is reduced at a time: some whole hours of one day. Plain data: it crosses to the child process. */
export interface ReduceJob {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Starts of the hours, µs. */
  readonly hours: readonly number[];
  /** Length of the reduction interval, µs; divides an hour. */
  readonly intervalMicros: number;
  /** Raw rows that are folded at a time, whole intervals at least. */
  readonly rowsPerFold: number;
  /** TimeProcessed, µs. */
  readonly processedAt: number;
  /** Segments of Flows that may hold rows of the hours. */
  readonly rawFiles: readonly string[];
  /** Segments of ObservedAddresses of the day: what earlier hours taught. */
  readonly learnedFiles: readonly string[];
  /** Per table, the segments that hold rows of the hours and are to be replaced; their other rows are carried over. */
  readonly replaced: Readonly<Record<string, readonly string[]>>;
  /** Per table, where to write. */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface ReduceResult {
  /** Tables without rows have no file. */
  readonly written: readonly WrittenTable[];
  /** Raw rows per hour that were reduced; in the order of the job's hours. */
  readonly rows: readonly number[];
  readonly usage: ProcessUsage;
}

/** What the reducing process has used since it started. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}
