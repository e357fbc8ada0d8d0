import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthLog } from './health.ts';
import { type FollowOptions, type InputObject, ObjectGone } from './source.ts';

/** One thing that a pass found. */
export interface Found {
  /** That of the object. */
  readonly name: string;
  /** Differs when the content may have changed. */
  readonly stamp: string;
  /** Goes before all others: what grows now, while old things are still being caught up with. */
  readonly isUrgent?: boolean;
  /**
   * Makes the object, just before it is handed out. `wait` leaves it for the next pass (an archive still being written):
   * `isSettled` is true when the stamp was the same a pass ago, `waitedMs` tells for how long it has been left so.
   */
  open(
    since: { readonly isSettled: boolean; readonly waitedMs: number },
    signal: AbortSignal,
  ): Promise<InputObject | 'wait'>;
}

/** What a polled source has to know. */
export interface Polled {
  readonly pollMs: number;
  /** Everything that is there now, or that changed; things that are not given any more are forgotten when `isWhole`. */
  pass(
    health: HealthLog,
    signal: AbortSignal,
  ): Promise<{ found: Iterable<Found>; isWhole: boolean }>;
}

interface Entry {
  found: Found;
  /** Stamp at the pass before the latest. */
  earlier: string | null;
  /** Stamp that a handler finished with. */
  done: string | null;
  state: 'idle' | 'queued' | 'busy';
  failures: number;
  notBefore: number;
  /** Since when it is left to wait, ms. */
  waitingSince: number | null;
}

const MAX_BACKOFF_MS = 60_000;

/** 1, 2, 4 … 60 s, each between half and whole, so that many do not come back at once. */
export const backoffMs = (failures: number, random: () => number): number =>
  Math.min(MAX_BACKOFF_MS, 1000 * 2 ** (failures - 1)) * (0.5 + random() / 2);

/**
 * Polls until aborted and hands out what is new or changed; see `Source.follow`. A pass begins `pollMs` after the one
 * before it began, whether handlers are done or not: what a handler works on is looked at again when it has finished.
 */
export async function followByPolling(
  polled: Polled,
  health: HealthLog,
  handler: (object: InputObject, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  options: FollowOptions = {},
): Promise<void> {
  const entries = new Map<string, Entry>();
  const urgent: Entry[] = [];
  const queue: Entry[] = [];
  const running = new Set<Promise<void>>();
  const concurrency = options.concurrency ?? 4;

  const note = (found: Found) => {
    const entry = entries.get(found.name);
    if (entry) {
      entry.earlier = entry.found.stamp;
      entry.found = found;
      return entry;
    }
    const fresh: Entry = {
      found,
      earlier: null,
      done: options.isUntouched?.(found.name, found.stamp) ? found.stamp : null,
      state: 'idle',
      failures: 0,
      notBefore: 0,
      waitingSince: null,
    };
    entries.set(found.name, fresh);
    return fresh;
  };

  const work = async (entry: Entry) => {
    const { found } = entry;
    entry.state = 'busy';
    try {
      const isSettled = entry.earlier === found.stamp;
      entry.waitingSince ??= health.nowMs();
      const waitedMs = health.nowMs() - entry.waitingSince;
      const object = await found.open({ isSettled, waitedMs }, signal);
      if (object === 'wait') return;
      entry.waitingSince = null;
      await handler(object, signal);
      health.noteChange(object.modifiedAt);
      entry.done = found.stamp;
      entry.failures = 0;
      health.forgive(found.name);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ObjectGone) {
        health.skip('gone', found.name);
        return;
      }
      entry.failures++;
      entry.notBefore = health.nowMs() + backoffMs(entry.failures, Math.random);
      health.fail(error, found.name);
    } finally {
      entry.state = 'idle';
    }
  };

  const dispatch = () => {
    while (running.size < concurrency && !signal.aborted) {
      const entry = urgent.shift() ?? queue.shift();
      if (!entry) return;
      const task = work(entry).finally(() => {
        running.delete(task);
        dispatch();
      });
      running.add(task);
    }
  };

  const lookAround = async () => {
    const { found, isWhole } = await polled.pass(health, signal);
    const seen = new Set<string>();
    for (const each of found) {
      seen.add(each.name);
      const entry = note(each);
      if (entry.state !== 'idle' || entry.done === each.stamp) continue;
      if (entry.notBefore > health.nowMs()) continue;
      entry.state = 'queued';
      (each.isUrgent ? urgent : queue).push(entry);
    }
    if (isWhole) {
      for (const [name, { state }] of entries) {
        if (state === 'idle' && !seen.has(name)) entries.delete(name);
      }
      health.forgiveAllBut(seen);
    }
    health.succeed(isWhole ? seen.size : null);
    dispatch();
  };

  while (!signal.aborted) {
    const began = performance.now();
    let delayMs = polled.pollMs;
    try {
      await lookAround();
    } catch (error) {
      if (signal.aborted) break;
      delayMs = Math.max(delayMs, backoffMs(health.failPass(error), Math.random));
    }
    // A pass that takes long does not take everything.
    const restMs = Math.max(delayMs - (performance.now() - began), polled.pollMs / 4);
    await sleep(restMs, undefined, { signal }).catch(() => undefined);
  }
  urgent.length = 0;
  queue.length = 0;
  await Promise.allSettled(running);
}
