import { type Message, messageId } from '#core/output/index.ts';
import { backoffMs } from './backoff.ts';
import { asFailure, type DeliveryFailure } from './failure.ts';
import type { Feed } from './feed.ts';
import type { Receiver } from './receiver.ts';
import type { OutputState, Rejected } from './state.ts';

/*
 * One output at work: reads a batch, sends it until it is settled, moves the position, reads on. Each has a loop of its own,
 * so a slow or hanging receiver holds up nobody else.
 *
 * At least once: the position moves only after the receiver has confirmed, so what was under way when something broke is
 * sent again, with the same ids. Nothing is given up for being late: the data waits in the store. Only what the receiver
 * refuses for its content is set aside, alone: a refused batch is halved until it is one message.
 *
 * After five failures in a row the breaker is open: each try is then one message, so that a receiver that has just come
 * back is not met by everything at once. Files are the exception: a part of a batch would be another file.
 */

export interface DeliveryDeps {
  readonly name: string;
  readonly feed: Feed;
  readonly receiver: Receiver;
  readonly state: OutputState;
  /** Messages of a batch at most. */
  readonly batch: number;
  /** A batch is one file: every try is the whole of it. */
  readonly isFile?: boolean | undefined;
  /** Messages a second at most. */
  readonly rate: number | undefined;
  /** Messages wait until a batch is full, or the oldest has waited so long, ms. */
  readonly gatherMs?: number | undefined;
  /** ms since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  /** Resolves early, without an error, when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onFailure: (failure: DeliveryFailure) => void;
  /** The first success after failures. */
  readonly onRecovery: () => void;
}

export const DELIVERY_STATES = ['idle', 'sending', 'failing', 'refused', 'stopped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface DeliveryHealth {
  readonly state: DeliveryState;
  /** Failures in a row. */
  readonly failures: number;
  /** The last one, while it lasts; `at` and `nextTry` in ms since 1970. */
  readonly failure:
    | {
        readonly at: number;
        readonly message: string;
        readonly advice: string;
        readonly nextTry: number;
      }
    | undefined;
}

export interface Delivery {
  start(): void;
  /** Something may have come. */
  wake(): void;
  /** Tries again now instead of at the end of the pause. */
  retry(): void;
  health(): DeliveryHealth;
  stop(): Promise<void>;
}

/** One try may take so long: acknowledgements of an indexer are waited for within it. */
const TRY_MS = 5 * 60_000;
const BREAKER_FAILURES = 5;
const SETTING_PAUSE_MS = 60_000;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { name, feed, receiver, state, now, random, sleep } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  let current: DeliveryState = 'stopped';
  let failures = 0;
  let failure: DeliveryHealth['failure'];
  let waiter = new AbortController();
  let isWoken = false;
  /** Somebody does not want to wait for a full batch. */
  let isUrged = false;

  async function pause(ms: number): Promise<void> {
    if (isWoken) isWoken = false;
    else await sleep(ms, AbortSignal.any([signal, waiter.signal]));
    if (waiter.signal.aborted) waiter = new AbortController();
  }

  async function note(error: unknown): Promise<DeliveryFailure> {
    const found = asFailure(error);
    failures++;
    current = found.kind === 'setting' ? 'refused' : 'failing';
    const least = found.kind === 'setting' && failures > 1 ? SETTING_PAUSE_MS : 0;
    const ms = Math.max(least, backoffMs(failures, random, found.waitMs));
    failure = { at: now(), message: found.message, advice: found.advice, nextTry: now() + ms };
    deps.onFailure(found);
    isWoken = false;
    await pauseForRetry(ms);
    return found;
  }

  function recover(): void {
    if (failures > 0) deps.onRecovery();
    failures = 0;
    failure = undefined;
    current = 'sending';
  }

  let retrier = new AbortController();
  async function pauseForRetry(ms: number): Promise<void> {
    await sleep(ms, AbortSignal.any([signal, retrier.signal]));
    if (retrier.signal.aborted) retrier = new AbortController();
  }

  /** Sends until everything is settled; returns what was set aside. */
  async function settle(messages: readonly Message[]): Promise<Rejected[]> {
    const rejected: Rejected[] = [];
    const open: (readonly Message[])[] = [messages];
    for (let part = open.shift(); part && part.length > 0; part = open.shift()) {
      signal.throwIfAborted();
      const isProbe = !deps.isFile && failures >= BREAKER_FAILURES && part.length > 1;
      const chosen = isProbe ? part.slice(0, 1) : part;
      if (isProbe) open.unshift(part.slice(1));
      current = failures > 0 ? current : 'sending';
      const startedAt = now();
      try {
        const trying = AbortSignal.any([signal, AbortSignal.timeout(TRY_MS)]);
        const sent = await receiver.send(chosen, trying);
        recover();
        for (const { index, reason } of sent.rejected) {
          const message = chosen[index];
          if (message) rejected.push(setAside(message, reason));
        }
        await keepRate(chosen.length, startedAt);
      } catch (error) {
        signal.throwIfAborted();
        const found = asFailure(error);
        if (found.kind === 'content') {
          recover();
          const [first] = chosen;
          if (chosen.length === 1 && first) rejected.push(setAside(first, found.message));
          else {
            const half = Math.ceil(chosen.length / 2);
            open.unshift(chosen.slice(0, half), chosen.slice(half));
          }
          continue;
        }
        if (!found.isUnsent) state.addRepeated(name, chosen.length);
        open.unshift(chosen);
        await note(found);
      }
    }
    return rejected;
  }

  const setAside = (message: Message, reason: string): Rejected => ({
    at: now() * 1000,
    message: messageId(message),
    reason,
    content: JSON.stringify(message),
  });

  async function keepRate(messages: number, startedAt: number): Promise<void> {
    if (deps.rate === undefined) return;
    const restMs = (messages / deps.rate) * 1000 - (now() - startedAt);
    if (restMs > 0) await sleep(restMs, signal);
  }

  /** How long a batch is to be gathered yet. */
  function gatherFor(): number {
    if (deps.gatherMs === undefined) return 0;
    const { messages, since } = feed.waiting();
    if (since === undefined || (messages ?? 0) >= deps.batch) return 0;
    return Math.max(0, since / 1000 + deps.gatherMs - now());
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        const waitMs = isUrged ? 0 : gatherFor();
        const batch = waitMs > 0 ? undefined : await feed.read(deps.batch, signal);
        if (!batch) {
          isUrged = false;
          recover();
          current = 'idle';
          await pause(waitMs || feed.pollMs());
          continue;
        }
        const rejected = await settle(batch.messages);
        state.settle(
          name,
          { sent: batch.messages.length - rejected.length, lost: batch.lost, rejected },
          now() * 1000,
          batch.settle,
        );
      } catch (error) {
        if (signal.aborted) return;
        // What the feed could not read: it is asked again from the same position.
        await note(error);
      }
    }
  }

  return {
    start() {
      current = 'sending';
      running ??= run();
    },
    wake() {
      isWoken = true;
      waiter.abort();
    },
    retry() {
      isUrged = true;
      retrier.abort();
      waiter.abort();
    },
    health: () => ({ state: current, failures, failure }),
    async stop() {
      stopping.abort(new Error('Weir is stopping'));
      await running;
      current = 'stopped';
      await feed.close();
    },
  };
}
