import type { Checkpoint, Segment, StoreReader } from '#server/store/index.ts';

/**
 * What was reduced of one day. It moves in the same transaction that makes the reduced rows visible, so that a crash
 * leaves either both or neither.
 */
export interface DayState {
  readonly day: string;
  /** How often the state has moved; the checkpoint's position. */
  readonly moves: number;
  /** Raw rows that were reduced, by start of the hour (µs). */
  readonly rows: ReadonlyMap<number, number>;
  /** Segments of Flows whose rows are all in `rows`. */
  readonly segments: ReadonlySet<string>;
}

export const REDUCE_SOURCE = 'reduction';

const identityOf = (day: string, intervalMicros: number) =>
  `reduction/${intervalMicros / 1_000_000}s/${day}`;

export function readDayState(store: StoreReader, day: string, intervalMicros: number): DayState {
  const checkpoint = store.checkpoint(identityOf(day, intervalMicros));
  const { rows, segments } = parseState(checkpoint?.state);
  return {
    day,
    moves: checkpoint?.position ?? 0,
    rows: new Map(rows),
    segments: new Set(segments),
  };
}

interface PlainState {
  readonly rows: readonly (readonly [number, number])[];
  readonly segments: readonly string[];
}

/** An unreadable state counts as none: the day is then reduced again, which is only slower. */
function parseState(state: unknown): PlainState {
  if (typeof state !== 'object' || state === null) return { rows: [], segments: [] };
  const { rows, segments } = state as Partial<Record<keyof PlainState, unknown>>;
  return {
    rows: Array.isArray(rows)
      ? rows.filter((r): r is [number, number] => Array.isArray(r) && r.length === 2)
      : [],
    segments: Array.isArray(segments) ? segments.filter((s) => typeof s === 'string') : [],
  };
}

/** The state after some hours were reduced; segments of the day that are gone are forgotten. */
export function advance(
  state: DayState,
  hours: ReadonlyMap<number, number>,
  covered: Iterable<string>,
): DayState {
  return {
    ...state,
    moves: state.moves + 1,
    rows: new Map([...state.rows, ...hours]),
    segments: new Set(covered),
  };
}

export function toCheckpoint(state: DayState, intervalMicros: number): Checkpoint {
  const plain: PlainState = { rows: [...state.rows], segments: [...state.segments] };
  return {
    identity: identityOf(state.day, intervalMicros),
    source: REDUCE_SOURCE,
    object: state.day,
    position: state.moves,
    from: state.moves - 1,
    state: plain,
  };
}

/** Days with segments of Flows that the state does not cover. */
export function daysToLookAt(
  store: StoreReader,
  intervalMicros: number,
): readonly { readonly state: DayState; readonly segments: readonly Segment[] }[] {
  const byDay = Map.groupBy(store.segments({ table: 'Flows' }), (s) => s.day);
  return [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, segments]) => ({ state: readDayState(store, day, intervalMicros), segments }))
    .filter(({ state, segments }) => segments.some((s) => !state.segments.has(s.id)));
}
