import { crc32 } from 'node:zlib';
import type { Checkpoint, Store } from '#server/store/index.ts';
import {
  agrees,
  beginAlike,
  type ContentTrail,
  createTrail,
  HEAD_BYTES,
  headAgrees,
  keyOf,
  keysOf,
  resumeTrail,
  startsAlike,
  TAIL_BYTES,
} from './identity.ts';
import type { Mark, Progress, Recognised } from './recognised.ts';
import { type InputObject, START } from './source.ts';

/** What `Checkpoint.state` holds. */
interface Kept {
  readonly mark: Mark;
  /** Length and CRC-32 of the whole object when it was read to its end; null otherwise. */
  readonly whole: { readonly size: number; readonly crc: number } | null;
  readonly stamp: string | null;
  readonly lineage: string | null;
  readonly source: unknown;
  readonly reader: unknown;
}

interface Candidate {
  readonly checkpoint: Checkpoint;
  readonly kept: Kept;
}

interface Match extends Candidate {
  readonly isKnownWhole: boolean;
  /** The object is a shorter copy: the checkpoint must not move back. */
  readonly isShorter: boolean;
  readonly position: number;
  readonly trail: ContentTrail;
}

interface Lease {
  readonly head: Uint8Array;
  readonly ended: Promise<void>;
}

/** A rest longer than this is not compared byte by byte; it is read again instead. */
const MAX_REST = 1 << 20;

export interface Recogniser {
  /**
   * What of the object was read before, under whatever name. Reads its first 4 KiB, and more only when that was seen
   * before: 4 KiB before the saved position when it is the same file as then, else everything up to there. Waits while
   * another object that begins with the same bytes is held (between `recognise` and `release`). Throws what `open` throws.
   */
  recognise(object: InputObject, signal: AbortSignal): Promise<Recognised>;
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

  function candidatesOf(head: Uint8Array): Candidate[] {
    const found: Candidate[] = [];
    for (const key of keysOf(head)) {
      for (let n = 1; ; n++) {
        const identity = numbered(key, n);
        const checkpoint = store.checkpoint(identity);
        if (checkpoint === undefined && !minted.has(identity)) break;
        const kept = checkpoint && parseKept(checkpoint.state);
        if (checkpoint && kept && headAgrees(head, kept.mark)) found.push({ checkpoint, kept });
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
    async recognise(object, signal) {
      if (!object.hasIdentity) return toRecognised(object, null, () => {});
      const { head, release } = await hold(object, signal);
      try {
        const candidates = candidatesOf(head);
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

/** Candidates come longest first. */
async function compare(
  object: InputObject,
  head: Uint8Array,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match | null> {
  const extent = await object.extent(signal);
  const untouched = candidates.find(
    ({ checkpoint, kept }) =>
      isUntouched(object, checkpoint, kept) || (extent !== null && isClaimed(extent, kept)),
  );
  if (untouched) {
    const { mark } = untouched.kept;
    const trail = resumeTrail(mark, head, new Uint8Array(0));
    return { ...untouched, ...wholly, position: mark.position, trail };
  }
  if (extent !== null && extent.crc === null) {
    for (const candidate of candidates) {
      if (object.lineage === null || candidate.kept.lineage !== object.lineage) continue;
      const match = await compareGrown(object, head, extent.size, candidate, signal);
      if (match) return match;
    }
  }
  return compareThroughout(object, candidates, signal);
}

const wholly = { isKnownWhole: true, isShorter: false } as const;

/** The same place, unchanged since it was read to its end. */
const isUntouched = (object: InputObject, checkpoint: Checkpoint, kept: Kept): boolean =>
  kept.whole !== null &&
  kept.stamp !== null &&
  kept.stamp === object.stamp &&
  checkpoint.source === object.source &&
  checkpoint.object === object.name;

/** A gzip trailer gives the length modulo 2³² (RFC 1952 §2.3.1). */
const isClaimed = (extent: { size: number; crc: number | null }, kept: Kept): boolean =>
  kept.whole !== null && extent.crc === kept.whole.crc && extent.size === kept.whole.size % 2 ** 32;

/** The same file or blob as then, so that its head and the bytes before the position suffice. */
async function compareGrown(
  object: InputObject,
  head: Uint8Array,
  size: number,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<Match | null> {
  const { mark, whole } = candidate.kept;
  if (size < mark.position || head.length < Math.min(mark.position, HEAD_BYTES)) return null;
  const begin = Math.max(0, mark.position - TAIL_BYTES);
  const tail = await readUpTo(object, begin, mark.position - begin, signal);
  if (!agrees(mark, mark.crc, tail)) return null;
  let isKnownWhole = size === mark.position;
  if (!isKnownWhole && whole?.size === size && size - mark.position <= MAX_REST) {
    const rest = await readUpTo(object, mark.position, size - mark.position, signal);
    isKnownWhole = crc32(rest, mark.crc) === whole.crc;
  }
  const trail = resumeTrail(mark, head, tail);
  return { ...candidate, isKnownWhole, isShorter: false, position: mark.position, trail };
}

/** Reads the object from its beginning to where the longest candidate was read to. */
async function compareThroughout(
  object: InputObject,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match | null> {
  const trail = createTrail();
  const ahead = [...candidates];
  let best: Match | null = null;
  const pass = () => {
    while (ahead.at(-1)?.checkpoint.position === trail.position) {
      const candidate = ahead.pop();
      if (!candidate || !agrees(candidate.kept.mark, trail.crc, trail.tail)) continue;
      const { position } = trail;
      best = { ...candidate, ...wholly, position, trail: trail.clone() };
    }
  };
  const isDecided = () => ahead.length === 0 && (best === null || trail.position > endOf(best));
  for await (const chunk of object.open(START, signal)) {
    let offset = 0;
    while (offset < chunk.length && !isDecided()) {
      const stop = ahead.at(-1)?.checkpoint.position ?? Number.POSITIVE_INFINITY;
      const end = Math.min(chunk.length, offset + stop - trail.position);
      trail.append(chunk.subarray(offset, end));
      offset = end;
      pass();
    }
    if (isDecided()) break;
  }
  const longer = ahead.find(({ kept }) => startsAlike(trail, kept.mark));
  if (longer) {
    return { ...longer, isKnownWhole: true, isShorter: true, position: trail.position, trail };
  }
  return best && { ...(best as Match), isKnownWhole: isWholeAt(best, trail) };
}

const endOf = ({ kept, position }: Match): number => kept.whole?.size ?? position;

const isWholeAt = ({ kept, position }: Match, end: ContentTrail): boolean =>
  end.position === position ||
  (kept.whole !== null && end.position === kept.whole.size && end.crc === kept.whole.crc);

async function readUpTo(
  object: InputObject,
  position: number,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  if (length === 0) return bytes;
  for await (const chunk of object.open({ position, state: null }, signal, length)) {
    const part = chunk.subarray(0, length - filled);
    bytes.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return bytes.subarray(0, filled);
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

function parseKept(state: unknown): Kept | null {
  if (typeof state !== 'object' || state === null || !('mark' in state)) return null;
  const { mark } = state;
  if (typeof mark !== 'object' || mark === null || !('trail' in mark)) return null;
  return state as Kept; // Written by `checkpointOf` above; the manifest is ours.
}
