import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Micros, printDay } from '#core/base/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import { sizeOf } from './disk.ts';
import { LOST_FOLDER } from './layout.ts';
import type { ExpiryReason, Segment, Store } from './store.ts';

/** Something outside of segments that can give room back, such as the ring of captured packets. */
export interface Reclaimer {
  readonly name: string;
  /** Frees about this many bytes, its least valuable first; returns how many it freed. */
  reclaim(bytes: number): Promise<number>;
}

/** What may be kept, and what goes first when room is short. */
export interface RetentionPolicy {
  /** By table: days older than this are deleted. A table that is not named is kept as long as there is room. */
  readonly maxAge: Readonly<Record<string, Micros>>;
  /** For everything under DATA together; none when undefined. */
  readonly budgetBytes?: number;
  /** Free bytes of the file system below which rows are deleted; at least twice the store's own reserve, so that commits go on. */
  readonly reserveBytes: number;
  /** Asked before any row is deleted. */
  readonly reclaimers?: readonly Reclaimer[];
  /** Tables of records as they were observed: the first to go, since all others are computed from them. */
  readonly raw?: ReadonlySet<string>;
}

export const RAW_TABLES: ReadonlySet<string> = new Set(['Flows']);

/** What one pass of retention did. */
export interface RetentionPass {
  readonly expiredSegments: number;
  readonly expiredBytes: number;
  readonly sweptBytes: number;
  /** Bytes still missing to the budget or to the reserve when nothing more may be deleted. */
  readonly missingBytes: number;
}

/** Room is made down to this part of the budget, so that not every commit brings the next deletion. */
const BUDGET_AIM = 0.95;

/**
 * Deletes what is too old, then what has no room, in this order: files that weir.db does not name; what the reclaimers
 * give; raw rows, the oldest day first; rows of derived tables, the oldest day first. Alerts, incidents and all that is
 * in weir.db, the audit log among it, are never touched. When it is the disk that is short and not the budget, somebody else may be filling
 * it: the newest day of each table stays.
 *
 * Files of retired segments stay for queries that read them, unless the budget or the reserve needs their room now.
 */
export async function applyRetention(
  store: Store,
  policy: RetentionPolicy,
  now: Micros,
): Promise<RetentionPass> {
  const pass = { expiredSegments: 0, expiredBytes: 0, sweptBytes: 0, missingBytes: 0 };
  const drop = (segments: readonly Segment[], reason: ExpiryReason) => {
    if (segments.length === 0) return;
    store.expire(
      segments.map((s) => s.id),
      reason,
    );
    pass.expiredSegments += segments.length;
    pass.expiredBytes += segments.reduce((sum, s) => sum + s.sizeBytes, 0);
  };

  for (const [table, age] of Object.entries(policy.maxAge)) {
    const firstDay = printDay(Math.max(0, now - age));
    drop(
      store.segments({ table }).filter((s) => s.day < firstDay),
      'age',
    );
  }
  pass.sweptBytes += (await store.sweep()).sizeBytes;

  const { budgetBytes = Infinity } = policy;
  const { usage, freeBytes } = await store.summary();
  // Files of retired segments go by themselves after their grace: they count against the disk, not twice against rows.
  const live = usage.totalBytes - usage.parts.retired;
  const overBudget = live > budgetBytes * BUDGET_AIM ? live - budgetBytes * BUDGET_AIM : 0;
  const short = Math.max(0, policy.reserveBytes - freeBytes - usage.parts.retired);
  let missing = Math.max(overBudget, short);
  if (missing > 0) missing -= await emptyLost(store.folder);
  for (const reclaimer of policy.reclaimers ?? [])
    if (missing > 0) missing -= await reclaimer.reclaim(missing);
  if (missing > 0) {
    const reason = overBudget >= short ? 'budget' : 'disk';
    const chosen = chooseVictims(store, policy, missing, reason);
    drop(chosen, reason);
    missing -= chosen.reduce((sum, s) => sum + s.sizeBytes, 0);
  }

  const after = await store.summary();
  const urgent = Math.max(
    after.usage.totalBytes - budgetBytes,
    policy.reserveBytes - after.freeBytes,
  );
  if (urgent > 0) pass.sweptBytes += (await store.sweep(urgent)).sizeBytes;
  return { ...pass, missingBytes: Math.max(0, Math.ceil(missing)) };
}

/** The segments to give up for `bytes`: raw before derived, the oldest day first, within it the oldest rows first. */
function chooseVictims(
  store: Store,
  policy: RetentionPolicy,
  bytes: number,
  reason: ExpiryReason,
): readonly Segment[] {
  const raw = policy.raw ?? RAW_TABLES;
  const candidates = store.snapshot(() =>
    store.tables().flatMap((table) => {
      const declared = tablesByName.get(table);
      if (declared?.kind === 'state' || declared?.isSnapshot) return [];
      const segments = store.segments({ table });
      const newest = segments.at(-1)?.day;
      return reason === 'disk' ? segments.filter((s) => s.day !== newest) : segments;
    }),
  );
  const rank = (s: Segment) => (raw.has(s.table) ? 0 : 1);
  const sorted = candidates.toSorted(
    (a, b) => rank(a) - rank(b) || compareText(a.day, b.day) || compareText(a.id, b.id),
  );
  const chosen: Segment[] = [];
  let freed = 0;
  for (const segment of sorted) {
    if (freed >= bytes) break;
    chosen.push(segment);
    freed += segment.sizeBytes;
  }
  return chosen;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Removes what a start put aside; returns how many bytes that were. */
async function emptyLost(folder: string): Promise<number> {
  const lost = join(folder, LOST_FOLDER);
  if (!existsSync(lost)) return 0;
  let bytes = 0;
  for (const name of await readdir(lost)) {
    bytes += sizeOf(join(lost, name)) ?? 0;
    await rm(join(lost, name), { force: true });
  }
  return bytes;
}
