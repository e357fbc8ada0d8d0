import type { ProblemCode } from '#core/decode/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { CheckOptions, Fault } from './fault.ts';
import type { Database } from './sqlite.ts';
import type { Summary, Usage } from './usage.ts';

/** Lowest and highest value of a datetime column in a segment, in µs; both ends included. */
export type TimeRange = readonly [min: number, max: number];

/** What a sweep removed from disk. */
export interface Swept {
  readonly files: number;
  readonly sizeBytes: number;
}

/** A segment that queries can see: one immutable Parquet file of one table and one day. */
export interface Segment {
  readonly id: string;
  readonly table: string;
  /** `YYYY-MM-DD` of the table's time column. */
  readonly day: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly tier: 'hot' | 'cold';
  /** Absolute path of the file. */
  readonly path: string;
  /** By name of each datetime column that is not all null. */
  readonly ranges: Readonly<Record<string, TimeRange>>;
  /** True when rows are sorted by the table's time column, which compaction sees to. */
  readonly isSorted: boolean;
  /** When it became visible, µs. */
  readonly committedAt: number;
}

/** A segment to be written: the whole Parquet file, in memory or already written under DATA/tmp by another tool. */
export interface SegmentDraft {
  readonly table: string;
  readonly day: string;
  readonly rows: number;
  readonly ranges: Readonly<Record<string, TimeRange>>;
  readonly isSorted: boolean;
  readonly content: { readonly bytes: Uint8Array } | { readonly file: string };
}

/** How far an input has been read. Moves in the same transaction that makes its rows visible. */
export interface Checkpoint {
  /** What the input is, whatever it is called: survives renaming, rotation, compression (see source/identity.ts). */
  readonly identity: string;
  readonly source: string;
  /** Latest name it was seen under. */
  readonly object: string;
  /** Uncompressed bytes read and stored (or counted), from the object's beginning. */
  readonly position: number;
  /** Anything the source needs to go on: block count, ETag, header line, head hash. Plain JSON. */
  readonly state: unknown;
  /**
   * Only in a change: the position that it starts at, 0 for an input not seen before. When the committed one differs,
   * nothing of the change happens and CheckpointMoved is thrown. Always give it where rows come with the checkpoint.
   */
  readonly from?: number;
}

/** What became of the records of one source in one minute. received = stored + known + Σ problems, always. */
export interface Tally {
  readonly source: string;
  /** Start of the minute (of ingestion), µs. */
  readonly minute: number;
  readonly received: number;
  readonly stored: number;
  /** Read before: not stored again. */
  readonly known: number;
  readonly problems: Partial<Record<ProblemCode, number>>;
}

/** One record that was not stored, kept as a sample so that a person can see why. */
export interface Quarantined {
  readonly source: string;
  readonly object: string;
  readonly offset: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** At most 512 bytes of the record. */
  readonly excerpt: string;
  readonly at: number;
}

/** Segments whose rows a consumer has counted in tables of its own: it is not to count them again. */
export interface Taken {
  /** The consumer, one word. */
  readonly by: string;
  readonly segments: readonly string[];
}

/** Everything that becomes true at once. */
export interface Change {
  readonly segments: readonly SegmentDraft[];
  /** Throws SegmentsGone when one of them is no longer visible; then nothing of the change happens. */
  readonly taken?: Taken;
  readonly checkpoints?: readonly Checkpoint[];
  readonly tallies?: readonly Tally[];
  readonly quarantined?: readonly Quarantined[];
}

export interface Replacement {
  /** The drafts hold the very rows of the old segments: whoever took all of those has taken these. */
  readonly isMerge?: boolean;
}

export interface SegmentQuery {
  readonly table: string;
  /** Only segments whose range of each of these columns touches the interval [from, to]; open where undefined. */
  readonly ranges?: readonly {
    readonly column: string;
    readonly from?: number;
    readonly to?: number;
  }[];
}

/** Why retention deleted rows. */
export const EXPIRY_REASONS = {
  age: 'older than this table is kept',
  budget: 'the disk budget was used up',
  disk: 'the disk was running full',
} as const;
export type ExpiryReason = keyof typeof EXPIRY_REASONS;

/** What retention deleted of one table and day at one time. */
export interface RetentionEntry {
  readonly at: number;
  readonly table: string;
  readonly day: string;
  readonly segments: number;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly reason: ExpiryReason;
}

/** What any process can ask, beside a running writer. Each answer is of one moment; `snapshot` holds it for several. */
export interface StoreReader {
  /** DATA, absolute. */
  readonly folder: string;
  /** weir.db: the application's own tables. Read-only when the store is. */
  readonly state: Database;
  /** Names of the tables that have visible segments. */
  tables(): readonly string[];
  /** Visible segments that may hold rows of the query, by day, then in the order they were made. */
  segments(query: SegmentQuery): readonly Segment[];
  /** By id of each visible segment of a table that somebody took: by whom. A merge of segments keeps who took them all. */
  takers(table: string): ReadonlyMap<string, readonly string[]>;
  checkpoint(identity: string): Checkpoint | undefined;
  checkpoints(source?: string): readonly Checkpoint[];
  /** Whose each object is that has a checkpoint: far less to read than the checkpoints. */
  sourcesByObject(): ReadonlyMap<string, string>;
  /** Bytes that this user may still write to the file system of DATA. */
  freeBytes(): number;
  /** Sums by source and minute, of the minutes in [from, to). */
  tallies(from: number, to: number): readonly Tally[];
  /** Samples, newest first. */
  quarantined(limit: number): readonly Quarantined[];
  /** What retention deleted, newest first. */
  retentionLog(limit: number): readonly RetentionEntry[];
  /** Every byte under DATA, by what it is for. Walks the folder. */
  usage(): Promise<Usage>;
  /** What is stored, table by table, with the disk's state. */
  summary(): Promise<Summary>;
  /** Compares the manifest with the files. Finds, changes nothing. */
  check(options?: CheckOptions): Promise<readonly Fault[]>;
  /** Grows with every change of a table; results computed at one version hold until the next. */
  version(table: string): number;
  /** Everything that `read` asks of this store is of one moment. `read` is synchronous. */
  snapshot<T>(read: () => T): T;
  close(): Promise<void>;
}

/**
 * Where data lives. One process writes (it holds the lock of DATA); any number read.
 * An acknowledged change survives `kill -9` and power loss; one that is not acknowledged leaves nothing visible.
 */
export interface Store extends StoreReader {
  /** Names this opening of the store; `writeServerFile` wants it. */
  readonly owner: string;
  /** What has come to a table since somebody last looked. */
  readonly arrivals: Arrivals;
  /**
   * Resolves once the change is durable and visible. Changes are applied in the order given; several may be under way.
   * Throws StorageFull, CheckpointMoved, or what the disk threw; then nothing of the change happened, and its draft
   * files are gone.
   */
  commit(change: Change): Promise<readonly Segment[]>;
  /**
   * Puts drafts in the place of segments, atomically; the old files stay on disk for longer than the longest query.
   * Throws SegmentsGone when one of the old is no longer visible, beside what `commit` throws.
   */
  replace(
    old: readonly string[],
    drafts: readonly SegmentDraft[],
    more?: Omit<Change, 'segments'> & Replacement,
  ): Promise<readonly Segment[]>;
  /** A fresh path under DATA/tmp for a draft's `file`; the next start removes what is left there. */
  temporaryFile(): string;
  /**
   * Takes visible segments out of sight for good and says so in the retention log, atomically. Throws SegmentsGone.
   * Their files go with a later sweep.
   */
  expire(ids: readonly string[], reason: ExpiryReason): void;
  /**
   * Removes files of segments that were replaced or expired longer ago than any query runs (`graceMicros`), and tallies
   * of more than 100 days ago.
   * With `enoughBytes`, queries come second: oldest first, until that much is gone, however lately they were retired.
   */
  sweep(enoughBytes?: number): Promise<Swept>;
  /** Hides segments whose files are missing or broken from queries, and shows those that are whole again. */
  setDamaged(ids: readonly string[], isDamaged: boolean): void;
  /** Called when a commit finds less room than it may use: `relieve` frees at least that many bytes when it can. */
  onShortage(relieve: (bytes: number) => Promise<void>): () => void;
  /** Called after each change that this process made, with the tables it touched. Returns a function that stops it. */
  onChange(listener: (tables: ReadonlySet<string>) => void): () => void;
}
