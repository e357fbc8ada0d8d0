import { crc32 } from 'node:zlib';
import type { Checkpoint } from '#server/store/index.ts';
import {
  agrees,
  type ContentTrail,
  createTrail,
  headAgrees,
  resumeTrail,
  startsAlike,
  TAIL_BYTES,
  TRAILER_BYTES,
} from './identity.ts';
import type { Mark } from './recognised.ts';
import { type InputObject, START } from './source.ts';

/** What `Checkpoint.state` holds. */
export interface Kept {
  readonly mark: Mark;
  /** Length and CRC-32 of the whole object when it was read to its end; null otherwise. */
  readonly whole: { readonly size: number; readonly crc: number } | null;
  readonly stamp: string | null;
  readonly lineage: string | null;
  readonly source: unknown;
  readonly reader: unknown;
}

export interface Candidate {
  readonly checkpoint: Checkpoint;
  readonly kept: Kept;
}

export interface Match extends Candidate {
  readonly isKnownWhole: boolean;
  /** The object is a shorter copy: the checkpoint must not move back. */
  readonly isShorter: boolean;
  readonly position: number;
  readonly trail: ContentTrail;
}

/** Null for a state that is not of this kind. */
export function parseKept(state: unknown): Kept | null {
  if (typeof state !== 'object' || state === null || !('mark' in state)) return null;
  const { mark } = state;
  if (typeof mark !== 'object' || mark === null || !('trail' in mark)) return null;
  return state as Kept; // Written by `checkpointOf` above; the manifest is ours.
}

/** A rest longer than this is not compared byte by byte; it is read again instead. */
const MAX_REST = 1 << 20;

/** Which of the candidates the object is; they come longest first. Null when none. */
export async function compare(
  object: InputObject,
  head: Uint8Array,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Match | null> {
  const extent = await object.extent(signal);
  const alike = candidates.filter(({ kept }) => headAgrees(head, kept.mark));
  const untouched = alike.find(
    ({ checkpoint, kept }) =>
      isUntouched(object, checkpoint, kept) || (extent !== null && isClaimed(extent, kept)),
  );
  if (untouched) {
    const { mark } = untouched.kept;
    const trail = resumeTrail(mark, head, new Uint8Array(0));
    return { ...untouched, ...wholly, position: mark.position, trail };
  }
  if (extent !== null && extent.crc === null) {
    for (const candidate of alike) {
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
  if (size < mark.position) return null;
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

/** Reads the object from its beginning to where the longest candidate was read to, and a trailer further. */
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
  const longest = candidates[0]?.checkpoint.position ?? 0;
  const isDecided = () =>
    ahead.length === 0 && trail.position > (best === null ? longest + TRAILER_BYTES : endOf(best));
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
  // With its trailer, a copy that was cut and mended may be longer than what it is a copy of.
  const longer = (best === null ? candidates : ahead).find(({ kept }) =>
    startsAlike(trail, kept.mark),
  );
  if (longer) {
    return { ...longer, isKnownWhole: true, isShorter: true, position: trail.position, trail };
  }
  return best && { ...(best as Match), isKnownWhole: isWholeAt(best, trail) };
}

const endOf = ({ kept, position }: Match): number => kept.whole?.size ?? position;

const isWholeAt = ({ kept, position }: Match, end: ContentTrail): boolean =>
  end.position === position ||
  (kept.whole !== null && end.position === kept.whole.size && end.crc === kept.whole.crc);

/** Bytes of the object from a position on; fewer when there are fewer. */
export async function readUpTo(
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
