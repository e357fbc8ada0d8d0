import { crc32 } from 'node:zlib';
import type { Checkpoint, Store } from '#server/store/index.ts';
import { type Candidate, compare, type Kept, type Match, parseKept, readUpTo } from './compare.ts';
import { beginAlike, createTrail, HEAD_BYTES, keyOf, keysOf, mayBe } from './identity.ts';
import type { Mark, Progress, Recognised } from './recognised.ts';
import type { InputObject } from './source.ts';

interface Lease {
  readonly head: Uint8Array;
  readonly ended: Promise<void>;
}

export interface Recogniser {
  /**
   * What of the object was read before, under whatever name. Reads its first 4 KiB, and more only when that was seen
   * before: 4 KiB before the saved position when it is the same file as then, else everything up to there. Waits while
   * another object that begins with the same bytes is held (between `recognise` and `release`). Throws what `open` throws.
   *
   * What was read with a `Progress.reader` that `isFor` refuses counts as not read: default is to refuse none. The
   * object then has an identity of its own beside that.
   */
  recognise(
    object: InputObject,
    signal: AbortSignal,
    isFor?: (reader: unknown) => boolean,
  ): Promise<Recognised>;
  /** For `FollowOptions.isUntouched`, from the source's checkpoints as they are now. Holds a name and a stamp of each. */
  untouched(source: string): (name: string, stamp: string) => boolean;
}

/** One for each store; all inputs must go through the same one. */
export function createRecogniser(store: Pick<Store, 'checkpoint' | 'checkpoints'>): Recogniser {
  const leases = new Set<Lease>();
  /** Identities given to objects that are held: perhaps not committed yet. */
  const minted = new Set<string>();

  /** Reads the head and takes the lease of it. */
  async function hold(object: InputObject, signal: AbortSignal) {
    for (;;) {
      const head = await readUpTo(object, 0, HEAD_BYTES, signal);
      const other = [...leases].find((lease) => beginAlike(lease.head, head));
      if (head.length === 0 || other === undefined) {
        let end = () => {};
        const ended = new Promise<void>((resolve) => {
          end = resolve;
        });
        const lease = { head, ended };
        if (head.length > 0) leases.add(lease);
        const release = () => {
          leases.delete(lease);
          end();
        };
        return { head, release };
      }
      await abortable(other.ended, signal);
    }
  }

  function candidatesOf(head: Uint8Array, isFor: (reader: unknown) => boolean): Candidate[] {
    const found: Candidate[] = [];
    for (const key of keysOf(head)) {
      for (let n = 1; ; n++) {
        const identity = numbered(key, n);
        const checkpoint = store.checkpoint(identity);
        if (checkpoint === undefined && !minted.has(identity)) break;
        const kept = checkpoint && parseKept(checkpoint.state);
        if (checkpoint && kept && isFor(kept.reader) && mayBe(head, kept.mark))
          found.push({ checkpoint, kept });
      }
    }
    return found.sort((a, b) => b.checkpoint.position - a.checkpoint.position);
  }

  function mint(key: string): string {
    for (let n = 1; ; n++) {
      const identity = numbered(key, n);
      if (minted.has(identity) || store.checkpoint(identity) !== undefined) continue;
      minted.add(identity);
      return identity;
    }
  }

  function toRecognised(object: InputObject, match: Match | null, free: () => void): Recognised {
    const trail = match?.trail ?? createTrail();
    let identity = match?.checkpoint.identity ?? null;
    let wasMinted = false;
    /** Where the latest checkpoint given out stands. */
    let position = match?.position ?? 0;
    return {
      get identity() {
        return identity;
      },
      from: { position: match?.position ?? 0, state: match?.kept.source ?? null },
      reader: match?.kept.reader ?? null,
      isKnownWhole: match?.isKnownWhole ?? false,
      isShorter: match?.isShorter ?? false,
      knownAs: match && match.checkpoint.object !== object.name ? match.checkpoint.object : null,
      trail,
      advance(mark: Mark, progress: Progress): Checkpoint | null {
        if (!object.hasIdentity || match?.isShorter) return null;
        if (identity === null) {
          const key = keyOf(trail.head, mark.position);
          if (key === null) return null;
          identity = mint(key);
          wasMinted = true;
        }
        const from = position;
        position = mark.position;
        return { ...checkpointOf(object, identity, mark, progress), from };
      },
      release() {
        if (wasMinted && identity !== null) minted.delete(identity);
        free();
      },
    };
  }

  return {
    untouched(source) {
      const stamps = new Map<string, string>();
      for (const { object, state } of store.checkpoints(source)) {
        const kept = parseKept(state);
        if (kept?.whole && kept.stamp !== null) stamps.set(object, kept.stamp);
      }
      return (name, stamp) => stamps.get(name) === stamp;
    },
    async recognise(object, signal, isFor = () => true) {
      if (!object.hasIdentity) return toRecognised(object, null, () => {});
      const { head, release } = await hold(object, signal);
      try {
        const candidates = candidatesOf(head, isFor);
        const match =
          candidates.length === 0 ? null : await compare(object, head, candidates, signal);
        return toRecognised(object, match, release);
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

const numbered = (key: string, n: number): string => (n === 1 ? key : `${key}.${n}`);

function checkpointOf(
  object: InputObject,
  identity: string,
  mark: Mark,
  progress: Progress,
): Checkpoint {
  const { rest } = progress;
  const kept: Kept = {
    mark,
    whole: rest ? { size: mark.position + rest.length, crc: crc32(rest, mark.crc) } : null,
    stamp: rest ? object.stamp : null,
    lineage: object.lineage,
    source: progress.source,
    reader: progress.reader,
  };
  const { source, name } = object;
  return { identity, source, object: name, position: mark.position, state: kept };
}

/** Resolves with the promise, or rejects when aborted. */
async function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
