/** What `check` can find. */
export const FAULTS = {
  'segment-missing': 'The file of a segment is not there.',
  'segment-size': 'The file of a segment is longer or shorter than it was when it was written.',
  'segment-not-parquet': 'The file of a segment does not begin and end as Parquet does.',
  'segment-changed': 'The bytes of a segment are not those that were written.',
  'segment-unreadable': 'The file of a segment cannot be read.',
  'segment-healed': 'A segment that was set aside as damaged is whole again.',
  'database-damaged': 'weir.db does not pass the check of SQLite.',
} as const;
export type FaultCode = keyof typeof FAULTS;

/** One thing that is not as the manifest says. */
export interface Fault {
  readonly code: FaultCode;
  /** A sentence: which file, what is wrong, what to do. */
  readonly message: string;
  readonly segmentId?: string;
  readonly table?: string;
  readonly day?: string;
  /** Rows that queries go without. */
  readonly rows?: number;
}

export interface CheckOptions {
  /** Reads every byte and compares checksums, at the speed of the disk; also SQLite's own pages. */
  readonly isDeep?: boolean;
  /** Only these segments. */
  readonly ids?: readonly string[];
  /** Only segments that were set aside as damaged. */
  readonly isOnlyDamaged?: boolean;
}
