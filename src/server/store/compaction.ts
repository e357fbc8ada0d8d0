import { MICROS_PER_SECOND, type Micros } from '#core/base/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import { SegmentsGone } from './errors.ts';
import { RAW_TABLES } from './retention.ts';
import type { Segment, SegmentDraft, Store } from './store.ts';

/**
 * Reads segments of one table and day and writes their rows, sorted by the columns named, as new segments. Keeps every
 * row, every type, and strings without nulls.
 */
export type Merge = (
  segments: readonly Segment[],
  options: MergeOptions,
) => Promise<readonly SegmentDraft[]>;

export interface MergeOptions {
  /** Those of these columns that the segments have. */
  readonly sortBy: readonly string[];
  readonly temporaryFile: () => string;
  readonly signal?: AbortSignal;
}

export interface CompactionPolicy {
  /** No merge makes more rows or bytes than this in one segment. */
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Segments that a merge takes at least while a day is being written to. */
  readonly fanIn: number;
  /** Tables merged while their day is written to; others wait until it is quiet, since re-reduction replaces their rows. */
  readonly eager: ReadonlySet<string>;
  /** A day is quiet once nothing was committed to it for this long: it is then merged as far as it pays. */
  readonly quietMicros: Micros;
}

export const COMPACTION: CompactionPolicy = {
  maxRows: 2_000_000,
  maxBytes: 256 * 1024 * 1024,
  fanIn: 8,
  eager: RAW_TABLES,
  quietMicros: 15 * 60 * MICROS_PER_SECOND,
};

/** By how much a merge makes the largest of its segments grow at least. */
const GROWTH_BUSY = 3;
const GROWTH_QUIET = 2;

/**
 * The segments of one table that should become one, or none. All are of one day.
 *
 * Every merge at least doubles the segment that any of its rows is in, so a row is rewritten at most log2(maxRows)
 * times, usually three or four. What remains of a day is at most about a dozen segments of ever larger size.
 * Only segments of one kind become one.
 */
export function chooseMerge(
  segments: readonly Segment[],
  policy: CompactionPolicy,
  now: Micros,
  kindOf: (segment: Segment) => string = () => '',
): readonly Segment[] {
  let best: readonly Segment[] = [];
  for (const day of Map.groupBy(segments, (s) => `${s.day} ${kindOf(s)}`).values()) {
    const isQuiet = day.every((s) => s.committedAt <= now - policy.quietMicros);
    if (!isQuiet && !policy.eager.has(day[0]!.table)) continue;
    const chosen = chooseOfDay(day, policy, isQuiet);
    if (chosen.length > best.length) best = chosen;
  }
  return best;
}

function chooseOfDay(day: readonly Segment[], policy: CompactionPolicy, isQuiet: boolean) {
  const growth = isQuiet ? GROWTH_QUIET : GROWTH_BUSY;
  const least = isQuiet ? 2 : policy.fanIn;
  const bySize = day.toSorted((a, b) => a.rows - b.rows);
  let rows = 0;
  let bytes = 0;
  let count = 0;
  for (const [i, segment] of bySize.entries()) {
    rows += segment.rows;
    bytes += segment.sizeBytes;
    if (rows > policy.maxRows || bytes > policy.maxBytes) break;
    if (segment.rows * growth <= rows) count = i + 1;
  }
  return count >= least ? bySize.slice(0, count) : [];
}

/** What one merge did. */
export interface Compaction {
  readonly table: string;
  readonly day: string;
  readonly before: number;
  readonly after: number;
  readonly rows: number;
}

export interface CompactionDeps {
  readonly merge: Merge;
  /** Columns that a table's segments are sorted by: time, then who observed it, unless given. */
  readonly sortBy?: (table: string) => readonly string[];
  readonly policy?: CompactionPolicy;
  readonly signal?: AbortSignal;
  /** True of segments that somebody is reading in order to take them: they are left alone for now. */
  readonly isHeld?: (segment: Segment) => boolean;
}

/** A merge writes its rows twice, the first time less compressed, and the old files stay for a while. */
const ROOM_FOR_MERGE = 5;

function byTime(table: string): readonly string[] {
  const declared = tablesByName.get(table);
  if (declared?.sortBy) return declared.sortBy;
  return declared?.timeColumn ? [declared.timeColumn, 'Observer'] : [];
}

/**
 * Merges the small segments of one day of the table that has most of them. Undefined when no merge pays, or when
 * somebody else replaced the segments meanwhile. A process that dies at any point leaves the old segments as they were.
 */
export async function compactOnce(
  store: Store,
  deps: CompactionDeps,
  now: Micros,
): Promise<Compaction | undefined> {
  const { merge, policy = COMPACTION, sortBy = byTime, signal, isHeld = () => false } = deps;
  const chosen = store
    .tables()
    .filter((table) => {
      const declared = tablesByName.get(table);
      return !declared?.isKeptByHour && !declared?.isSnapshot;
    })
    .map((table) => {
      const free = store.segments({ table }).filter((s) => !isHeld(s));
      const takers = store.takers(table);
      return chooseMerge(free, policy, now, (s) => takers.get(s.id)?.join(' ') ?? '');
    })
    .reduce((best, next) => (next.length > best.length ? next : best), []);
  const [first] = chosen;
  if (!first) return undefined;
  const bytes = chosen.reduce((sum, s) => sum + s.sizeBytes, 0);
  if (store.freeBytes() < bytes * ROOM_FOR_MERGE) return undefined;
  const { table, day } = first;
  const ids = chosen.map((s) => s.id);
  let drafts: readonly SegmentDraft[];
  try {
    drafts = await merge(chosen, {
      sortBy: sortBy(table),
      temporaryFile: () => store.temporaryFile(),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const broken = await setBrokenAside(store, ids);
    if (broken === 0) throw error;
    return compactOnce(store, deps, now);
  }
  const rows = chosen.reduce((sum, s) => sum + s.rows, 0);
  const written = drafts.reduce((sum, d) => sum + d.rows, 0);
  if (rows !== written)
    throw new Error(
      `merging ${table}, ${day}, made ${written} rows of ${rows}; the old segments stay`,
    );
  try {
    const fresh = await store.replace(ids, drafts, { isMerge: true });
    return { table, day, before: chosen.length, after: fresh.length, rows };
  } catch (error) {
    // Retention or re-reduction was first; what remains is looked at again the next time.
    if (error instanceof SegmentsGone) return undefined;
    throw error;
  }
}

/** Hides those of the segments whose files are missing or broken, so that queries and merges go on without them. */
async function setBrokenAside(store: Store, ids: readonly string[]): Promise<number> {
  const faults = await store.check({ isDeep: true, ids });
  const broken = faults.flatMap((f) => (f.segmentId === undefined ? [] : [f.segmentId]));
  store.setDamaged(broken, true);
  return broken.length;
}
