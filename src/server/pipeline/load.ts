import type { InputObject, Source } from '#server/source/index.ts';
import type { Ingester } from './ingester.ts';
import { type Counts, type ObjectTotals, whyUnread } from './totals.ts';

export interface LoadOptions {
  readonly signal: AbortSignal;
  /** Name of the format of everything; told from each object's content otherwise. */
  readonly format?: string;
  /** Objects under way at once; default 64, of which few are read and the others wait for their commit. */
  readonly concurrency?: number;
  /** Called with each object when it is done. */
  readonly onObject?: (totals: ObjectTotals) => void;
  /** Called as decoding goes on, with the totals so far. */
  readonly onProgress?: (totals: LoadTotals) => void;
  /** Called when one object could not be read; the load goes on with the others. */
  readonly onFailure?: (object: InputObject, error: unknown) => void;
}

export interface LoadTotals extends Counts {
  objects: number;
  /** Objects of which nothing could be read: of no format that Weir reads, or broken from their beginning on. */
  refused: number;
  /** Objects that could not be read. */
  failed: number;
  /** Bytes read, uncompressed. */
  bytes: number;
  seconds: number;
}

/** Reads everything that sources list now, once; resolves when all of it is committed. */
export async function ingestPaths(
  sources: readonly Source[],
  ingester: Ingester,
  options: LoadOptions,
): Promise<LoadTotals> {
  const started = performance.now();
  const active = new Map<InputObject, ObjectTotals>();
  const totals: LoadTotals = {
    objects: 0,
    records: 0,
    stored: 0,
    known: 0,
    quarantined: 0,
    refused: 0,
    failed: 0,
    bytes: 0,
    seconds: 0,
  };
  const report = () => {
    options.onProgress?.(addUp(totals, active.values(), started));
  };
  const underWay = new Set<Promise<void>>();
  const load = async (object: InputObject) => {
    try {
      const result = await ingester.ingest(object, options.signal, {
        isLoad: true,
        ...(options.format !== undefined && { format: options.format }),
        onProgress: (now) => {
          active.set(object, now);
          report();
        },
      });
      add(totals, result);
      active.delete(object);
      totals.objects++;
      if (whyUnread(result) !== null) totals.refused++;
      options.onObject?.(result);
    } catch (error) {
      options.signal.throwIfAborted();
      totals.failed++;
      options.onFailure?.(object, error);
    } finally {
      active.delete(object);
      report();
    }
  };
  try {
    for (const source of sources)
      for await (const object of source.list(options.signal)) {
        const task = load(object).finally(() => underWay.delete(task));
        underWay.add(task);
        if (underWay.size >= (options.concurrency ?? 64)) await Promise.race(underWay);
      }
    await Promise.all(underWay);
  } finally {
    // Whatever ends the load, nothing of it goes on behind the caller's back.
    await Promise.allSettled(underWay);
  }
  return addUp(totals, [], started);
}

function add(totals: LoadTotals, one: ObjectTotals): void {
  totals.records += one.records;
  totals.stored += one.stored;
  totals.known += one.known;
  totals.quarantined += one.quarantined;
  totals.bytes += one.bytes;
}

function addUp(done: LoadTotals, active: Iterable<ObjectTotals>, started: number): LoadTotals {
  const totals = { ...done, seconds: (performance.now() - started) / 1000 };
  for (const one of active) add(totals, one);
  return totals;
}
