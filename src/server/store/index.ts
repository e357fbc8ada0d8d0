export type { Arrival, Arrivals } from './arrivals.ts';
export { partReadable } from './check.ts';
export {
  COMPACTION,
  type Compaction,
  type CompactionDeps,
  type CompactionPolicy,
  chooseMerge,
  compactOnce,
  type Merge,
  type MergeOptions,
} from './compaction.ts';
export { type Disk, type FileFacts, realDisk } from './disk.ts';
export {
  CheckpointMoved,
  SegmentsGone,
  StorageFull,
  StoreError,
  StoreLocked,
  StoreMissing,
  StoreVersion,
} from './errors.ts';
export { type CheckOptions, FAULTS, type Fault, type FaultCode } from './fault.ts';
export { createKeeper, type Keeper, type KeeperDeps, type UpkeepEvent } from './keeper.ts';
export { isLocked, type ServerAddress, writeServerFile } from './lock.ts';
export { duckdbMerge, type MergeLimits } from './merge.ts';
export { mergeInProcess } from './merge-process.ts';
export {
  findServer,
  openReader,
  openState,
  openStore,
  type ReadOptions,
  type WriteOptions,
} from './open.ts';
export type { Recovery } from './recovery.ts';
export {
  applyRetention,
  RAW_TABLES,
  type Reclaimer,
  type RetentionPass,
  type RetentionPolicy,
} from './retention.ts';
export { Database, type Migration, migrate, openDurable, type SqlValue } from './sqlite.ts';
export {
  type Change,
  type Checkpoint,
  EXPIRY_REASONS,
  type ExpiryReason,
  type Quarantined,
  type RetentionEntry,
  type Segment,
  type SegmentDraft,
  type SegmentQuery,
  type Store,
  type StoreReader,
  type Swept,
  type Taken,
  type Tally,
  type TimeRange,
} from './store.ts';
export { type Summary, type TableSummary, USES, type Usage, type Use } from './usage.ts';
