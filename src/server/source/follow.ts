import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FollowOptions,
  type InputObject,
  ObjectGone,
  type SkipReason,
  type SourceHealth,
} from './source.ts';

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
   * `isSettled` is true when the stamp was the same a pass ago.
   */
  open(isSettled: boolean, signal: AbortSignal): Promise<InputObject | 'wait'>;
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
      done: null,
      state: 'idle',
      failures: 0,
      notBefore: 0,
    };
    entries.set(found.name, fresh);
    return fresh;
  };

  const work = async (entry: Entry) => {
    const { found } = entry;
    entry.state = 'busy';
    try {
      const object = await found.open(entry.earlier === found.stamp, signal);
      if (object === 'wait') return;
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

/** What `Source.health` tells, kept while a source works. */
export class HealthLog {
  readonly #clock: () => number;
  readonly #says: (state: SourceHealth['state'], health: HealthLog) => string;
  readonly #skipped = new Map<SkipReason, { count: number; latest: string }>();
  readonly #failing = new Map<string, string>();
  #passFailures = 0;
  /** Null where silence is normal. */
  lateAfterMs: number | null;
  objects = 0;
  lastSuccess: number | null = null;
  lastChange: number | null = null;
  lastError: { at: number; message: string } | null = null;

  /** `clock` in µs. */
  constructor(
    clock: () => number,
    lateAfterMs: number | null,
    says: (state: SourceHealth['state'], health: HealthLog) => string,
  ) {
    this.#clock = clock;
    this.lateAfterMs = lateAfterMs;
    this.#says = says;
  }

  nowMs(): number {
    return this.#clock() / 1000;
  }

  skip(reason: SkipReason, name: string): void {
    const earlier = this.#skipped.get(reason);
    this.#skipped.set(reason, { count: (earlier?.count ?? 0) + 1, latest: name });
  }

  /** Before a pass that counts everything anew. */
  forgetSkipped(): void {
    const gone = this.#skipped.get('gone');
    this.#skipped.clear();
    if (gone) this.#skipped.set('gone', gone);
  }

  /** `at` in µs; null for now. */
  noteChange(at: number | null): void {
    this.lastChange = Math.max(this.lastChange ?? 0, at ?? this.#clock());
  }

  /** `objects` null: that pass did not see everything. */
  succeed(objects: number | null): void {
    if (objects !== null) this.objects = objects;
    this.lastSuccess = this.#clock();
    this.#passFailures = 0;
  }

  fail(error: unknown, name: string): void {
    const message = `${name}: ${messageOf(error)}`;
    this.#failing.set(name, message);
    this.lastError = { at: this.#clock(), message };
  }

  /** Returns how many passes have failed in a row. */
  failPass(error: unknown): number {
    this.lastError = { at: this.#clock(), message: messageOf(error) };
    return ++this.#passFailures;
  }

  forgive(name: string): void {
    this.#failing.delete(name);
  }

  forgiveAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#failing.keys()) if (!names.has(name)) this.#failing.delete(name);
  }

  get isPassFailing(): boolean {
    return this.#passFailures > 0;
  }

  get failing(): ReadonlyMap<string, string> {
    return this.#failing;
  }

  get(): SourceHealth {
    const state = this.#state();
    const { objects, lastSuccess, lastChange, lastError } = this;
    const skipped = Object.fromEntries(
      [...this.#skipped].map(([reason, { count, latest }]) => [reason, { count, latest }]),
    );
    const says = this.#says(state, this);
    return { state, says, objects, lastSuccess, lastChange, lastError, skipped };
  }

  #state(): SourceHealth['state'] {
    if (this.isPassFailing || this.#failing.size > 0) return 'error';
    if (this.objects === 0 && this.lastChange === null) return 'waiting';
    if (this.lateAfterMs === null || this.lastChange === null) return 'reading';
    return this.nowMs() - this.lastChange / 1000 > this.lateAfterMs ? 'late' : 'reading';
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
