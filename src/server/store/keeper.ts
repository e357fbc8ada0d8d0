import { setTimeout as sleep } from 'node:timers/promises';
import type { Micros } from '#core/base/index.ts';
import { type Compaction, type CompactionPolicy, compactOnce, type Merge } from './compaction.ts';
import { applyRetention, type RetentionPass, type RetentionPolicy } from './retention.ts';
import type { Store } from './store.ts';

/** What upkeep did, for the log and for metrics. */
export type UpkeepEvent =
  | { readonly kind: 'compacted'; readonly compaction: Compaction }
  | { readonly kind: 'retained'; readonly pass: RetentionPass }
  | { readonly kind: 'failed'; readonly task: 'compaction' | 'retention'; readonly error: unknown };

export interface KeeperDeps {
  readonly store: Store;
  readonly clock: () => Micros;
  readonly merge: Merge;
  /** Asked each time, so that a change of the settings holds at once. */
  readonly retention: () => RetentionPolicy;
  readonly compaction?: CompactionPolicy;
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
      const policy = deps.compaction && { policy: deps.compaction };
      const compaction = await compactOnce(store, { merge, signal, ...policy }, clock());
      if (!compaction) return;
      onEvent({ kind: 'compacted', compaction });
    }
  }

  async function every(ms: number, task: 'compaction' | 'retention', work: () => Promise<void>) {
    while (!signal.aborted) {
      try {
        await work();
      } catch (error) {
        if (signal.aborted) return;
        onEvent({ kind: 'failed', task, error });
      }
      // Only `stop` ends a sleep early.
      await sleep(ms, undefined, { signal }).catch(() => {});
    }
  }

  return {
    start() {
      unsubscribe = store.onShortage(async (bytes) => {
        const { freeBytes } = await store.summary();
        await retain({ reserveBytes: Math.max(retention().reserveBytes, freeBytes + bytes) });
      });
      running = Promise.all([
        every(compactEveryMs, 'compaction', compact),
        every(retainEveryMs, 'retention', () => retain()),
      ]);
    },
    async stop() {
      unsubscribe();
      stopping.abort();
      await running;
    },
  };
}
