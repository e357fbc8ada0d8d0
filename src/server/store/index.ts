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
export { isLocked, type ServerAddress, writeServerFile } from './lock.ts';
export { findServer, openReader, openStore, type ReadOptions, type WriteOptions } from './open.ts';
export type { Recovery } from './recovery.ts';
export { Database, type Migration, migrate, openDurable, type SqlValue } from './sqlite.ts';
export type {
  Change,
  Checkpoint,
  Quarantined,
  Segment,
  SegmentDraft,
  SegmentQuery,
  Store,
  StoreReader,
  Tally,
  TimeRange,
} from './store.ts';
