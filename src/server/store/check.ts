import { open } from 'node:fs/promises';
import { isMissing, measure, sizeOf } from './disk.ts';
import type { CheckOptions, Fault, FaultCode } from './fault.ts';
import { findInState, type SegmentFacts } from './manifest.ts';
import type { Database } from './sqlite.ts';
import type { Segment } from './store.ts';

const MAGIC = 'PAR1';
const ADVICE = 'Restore it from a backup; queries go on without its rows.';

/** Compares every segment that should be readable, or only those named, with its file. */
export async function checkSegments(
  db: Database,
  folder: string,
  { isDeep = false, isOnlyDamaged = false, ids }: CheckOptions,
): Promise<readonly Fault[]> {
  const isAsked = (segment: SegmentFacts) => ids?.includes(segment.id) ?? true;
  const faults: Fault[] = [];
  const visible = isOnlyDamaged ? [] : findInState(db, folder, 'visible').filter(isAsked);
  for (const segment of visible) {
    const found = await faultOf(segment, isDeep);
    // A compaction or a retention that ran meanwhile may have swept it.
    const isStill =
      found && db.get(`SELECT 1 FROM segment WHERE id = ? AND state = 'visible'`, segment.id);
    if (found && isStill) faults.push(describe(segment, found[0], found[1]));
  }
  for (const segment of findInState(db, folder, 'damaged').filter(isAsked)) {
    const found = await faultOf(segment, true);
    faults.push(
      found
        ? describe(segment, found[0], `${found[1]}; it is set aside`)
        : describe(
            segment,
            'segment-healed',
            'it is whole again; a running server puts it back within the hour',
          ),
    );
  }
  return faults;
}

function describe(segment: SegmentFacts, code: FaultCode, what: string): Fault {
  const { id, table, day, rows, path } = segment;
  const advice = code === 'segment-healed' ? '' : ` ${ADVICE}`;
  return {
    code,
    message: `${path} (${rows} rows of ${table}, ${day}): ${what}.${advice}`,
    segmentId: id,
    table,
    day,
    rows,
  };
}

async function faultOf(
  segment: SegmentFacts,
  isDeep: boolean,
): Promise<readonly [FaultCode, string] | undefined> {
  const { path, sizeBytes, crc32 } = segment;
  try {
    const size = sizeOf(path);
    if (size === undefined) return ['segment-missing', 'the file is not there'];
    if (size !== sizeBytes) return ['segment-size', `it has ${size} bytes instead of ${sizeBytes}`];
    if (!(await hasMagic(path, size))) return ['segment-not-parquet', 'it is not a Parquet file'];
    if (isDeep && (await measure(path)).crc32 !== crc32)
      return ['segment-changed', 'its content is not what was written'];
    return undefined;
  } catch (error) {
    if (isMissing(error)) return ['segment-missing', 'the file is not there'];
    return ['segment-unreadable', error instanceof Error ? error.message : String(error)];
  }
}

async function hasMagic(path: string, size: number): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const ends = Buffer.alloc(8);
    await file.read(ends, 0, 4, 0);
    await file.read(ends, 4, 4, Math.max(size - 4, 0));
    return ends.toString('latin1') === MAGIC + MAGIC;
  } finally {
    await file.close();
  }
}

/** What SQLite says of its own file; nothing when all is well. */
export function checkDatabase(db: Database): Fault[] {
  return db
    .all<{ integrity_check: string }>('PRAGMA integrity_check(10)')
    .map((row) => row.integrity_check)
    .filter((verdict) => verdict !== 'ok')
    .map((verdict) => ({
      code: 'database-damaged',
      message: `${db.path}: ${verdict}. Stop Weir and restore weir.db from a backup; the segments are not touched by this.`,
    }));
}

/** Parts segments by whether their files are there and of the right length: for a query that met a missing one. */
export function partReadable(segments: readonly Segment[]): {
  readonly readable: readonly Segment[];
  readonly lost: readonly Segment[];
} {
  const isReadable = (s: Segment) => sizeOf(s.path) === s.sizeBytes;
  const readable = segments.filter(isReadable);
  return { readable, lost: segments.filter((s) => !readable.includes(s)) };
}
