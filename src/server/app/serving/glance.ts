import { setTimeout as sleep } from 'node:timers/promises';

export interface GlanceDeps<T> {
  /** Takes a while; may fail. */
  readonly look: () => Promise<T>;
  /** Differs when there may be something new to see. */
  readonly version: () => unknown;
  /** What is told before the first look has ended. */
  readonly initial: T;
  /** Milliseconds. */
  readonly now: () => number;
  /** At most one look in this time, ms. */
  readonly everyMs: number;
  readonly onError: (error: unknown) => void;
}

/** How long somebody who asks waits for a look that is under way, ms. */
const PATIENCE_MS = 500;

/**
 * Something slow to find out that is shown often: tells what was seen last, and looks again behind the scenes when there
 * may be something new. A look that fails leaves what was seen before.
 */
export function createGlance<T>(deps: GlanceDeps<T>): () => Promise<T> {
  let seen = deps.initial;
  let seenVersion: unknown;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const version = deps.version();
    try {
      seen = await deps.look();
      seenVersion = version;
    } catch (error) {
      deps.onError(error);
    } finally {
      looking = undefined;
    }
  }

  return async () => {
    const isDue = deps.now() - lookedAt >= deps.everyMs && deps.version() !== seenVersion;
    if (isDue && !looking) {
      lookedAt = deps.now();
      looking = look();
    }
    if (looking) await Promise.race([looking, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return seen;
  };
}
