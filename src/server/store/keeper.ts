import { setTimeout as sleep } from 'node:timers/promises';
import type { Micros } from '#core/base/index.ts';
import { type Compaction, type CompactionPolicy, compactOnce, type Merge } from './compaction.ts';
import { applyRetention, type RetentionPass, type RetentionPolicy } from './retention.ts';
import type { Segment, Store } from './store.ts';

/** What upkeep did, for the log and for metrics. */
export type UpkeepEvent =
  | { readonly kind: 'compacted'; readonly compaction: Compaction }
  | { readonly kind: 'retained'; readonly pass: RetentionPass }
  /** Segments whose files are back. */
  | { readonly kind: 'healed'; readonly ids: readonly string[] }
  | { readonly kind: 'failed'; readonly task: Task; readonly error: unknown };

type Task = 'compaction' | 'retention' | 'healing';

export interface KeeperDeps {
  readonly store: Store;
  readonly clock: () => Micros;
  readonly merge: Merge;
  /** Asked each time, so that a change of the settings holds at once. */
  readonly retention: () => RetentionPolicy;
  readonly compaction?: CompactionPolicy;
  /** True of segments that are not to be merged now. */
  readonly isHeld?: (segment: Segment) => boolean;
  readonly onEvent?: (event: UpkeepEvent) => void;
  readonly compactEveryMs?: number;
  readonly retainEveryMs?: number;
}

/** Keeps a store compact and within its bounds while it is written to. */
export interface Keeper {
  start(): void;
  /** Interrupts a merge under way; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

const HEAL_EVERY_MS = 3_600_000;

/** What fails again and again is tried ever less often. */
const MOST_DOUBLINGS = 6;

/** Merges between two looks at the clock; others need the cores too. */
const MERGES_AT_ONCE = 4;

export function createKeeper(deps: KeeperDeps): Keeper {
  const { store, clock, merge, retention, onEvent = () => {} } = deps;
  const { compactEveryMs = 10_000, retainEveryMs = 60_000 } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> = Promise.resolve();
  let unsubscribe = () => {};

  async function retain(more: Partial<RetentionPolicy> = {}): Promise<void> {
    const pass = await applyRetention(store, { ...retention(), ...more }, clock());
    if (pass.expiredSegments > 0 || pass.sweptBytes > 0 || pass.missingBytes > 0)
      onEvent({ kind: 'retained', pass });
  }

  async function compact(): Promise<void> {
    for (let merges = 0; merges < MERGES_AT_ONCE; merges++) {
      const more = {
        ...(deps.compaction && { policy: deps.compaction }),
        ...(deps.isHeld && { isHeld: deps.isHeld }),
      };
      const compaction = await compactOnce(store, { merge, signal, ...more }, clock());
      if (!compaction) return;
      onEvent({ kind: 'compacted', compaction });
    }
  }

  async function heal(): Promise<void> {
    const faults = await store.check({ isOnlyDamaged: true });
    const ids = faults.flatMap((f) =>
      f.code === 'segment-healed' && f.segmentId ? [f.segmentId] : [],
    );
    if (ids.length === 0) return;
    store.setDamaged(ids, false);
    onEvent({ kind: 'healed', ids });
  }

  async function every(ms: number, task: Task, work: () => Promise<void>) {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await work();
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures = Math.min(failures + 1, MOST_DOUBLINGS);
        onEvent({ kind: 'failed', task, error });
      }
      // Only `stop` ends a sleep early.
      await sleep(ms * 2 ** failures, undefined, { signal }).catch(() => {});
    }
  }

  return {
    start() {
      unsubscribe = store.onShortage(async (bytes) => {
        const reserveBytes = Math.max(retention().reserveBytes, store.freeBytes() + bytes);
        await retain({ reserveBytes });
      });
      running = Promise.all([
        every(compactEveryMs, 'compaction', compact),
        every(retainEveryMs, 'retention', () => retain()),
        every(HEAL_EVERY_MS, 'healing', heal),
      ]);
    },
    async stop() {
      unsubscribe();
      stopping.abort();
      await running;
    },
  };
}
