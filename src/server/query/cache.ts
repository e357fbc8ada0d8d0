import type { Plan } from '#core/kql/index.ts';

/** Parts of a plan that give something else each time. */
const VOLATILE = /"name":"(?:rand|new_guid)"|"isRandom":true/;

/**
 * True when running a plan again on the same data gives the same answer, so that it may be kept. A plan of which a part
 * is only made while it runs is none: its now() is not in it yet.
 */
export function isRepeatable(plan: Plan): boolean {
  return plan.stages.every((s) => s.kind !== 'rest') && !VOLATILE.test(JSON.stringify(plan.stages));
}

/** Answers by key, the least recently used ones dropped when they take more than `maxBytes` together. */
export interface ResultCache<T> {
  get(key: string): T | undefined;
  /** Keeps a value, unless it alone would take more than a quarter of the cache. */
  set(key: string, value: T, sizeBytes: number): void;
  readonly sizeBytes: number;
}

export function createResultCache<T>(maxBytes: number): ResultCache<T> {
  /** Insertion order is order of use. */
  const entries = new Map<string, { readonly value: T; readonly sizeBytes: number }>();
  let used = 0;

  function drop(key: string): void {
    used -= entries.get(key)?.sizeBytes ?? 0;
    entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, sizeBytes) {
      drop(key);
      if (sizeBytes > maxBytes / 4) return;
      entries.set(key, { value, sizeBytes });
      used += sizeBytes;
      for (const oldest of entries.keys()) {
        if (used <= maxBytes) break;
        drop(oldest);
      }
    },
    get sizeBytes() {
      return used;
    },
  };
}
