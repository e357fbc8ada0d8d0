import { MICROS_PER_HOUR } from '#server/observe/index.ts';
import type { Segment, StoreReader } from '#server/store/index.ts';
import { ACTIVITY_SOURCE, readDayStates } from './day-state.ts';
import { isPieced } from './plan.ts';

/** A piece of work that is committed by itself. */
export type Task =
  | { readonly kind: 'take'; readonly day: string; readonly segments: readonly Segment[] }
  | { readonly kind: 'whole'; readonly day: string; readonly hours: readonly number[] }
  | { readonly kind: 'sum'; readonly day: string };

/** Segments of Flows that nobody counted yet. */
export function untaken(store: StoreReader): readonly Segment[] {
  const takers = store.takers('Flows');
  return store
    .segments({ table: 'Flows' })
    .filter((s) => !takers.get(s.id)?.includes(ACTIVITY_SOURCE));
}

/** An hour is taken to its end even so, up to so many times the limit. */
const MOST_OVER = 4;

/**
 * The next segments to take, day by day, or of a day that goes first: about so many rows, and then what begins in the same
 * hour, since an hour that comes in pieces is counted again.
 */
export function nextToTake(store: StoreReader, limit: number, first?: string): Task | undefined {
  const byDay = Map.groupBy(untaken(store), (s) => s.day);
  const day = first !== undefined && byDay.has(first) ? first : [...byDay.keys()].sort()[0];
  if (day === undefined) return undefined;
  const from = (s: Segment) => s.ranges['TimeGenerated']?.[0] ?? 0;
  const segments: Segment[] = [];
  let rows = 0;
  let end = Number.POSITIVE_INFINITY;
  for (const segment of byDay.get(day)!.toSorted((a, b) => from(a) - from(b))) {
    rows += segment.rows;
    if (segments.length > 0 && rows > limit)
      end = Math.min(end, Math.ceil(from(segment) / MICROS_PER_HOUR) * MICROS_PER_HOUR);
    if (from(segment) >= end || (segments.length > 0 && rows > limit * MOST_OVER)) break;
    segments.push(segment);
  }
  return { kind: 'take', day, segments };
}

/** Hours counted in pieces, and days whose PairDays are behind. */
export function leftover(store: StoreReader): readonly Task[] {
  return readDayStates(store)
    .toSorted((a, b) => (a.day < b.day ? -1 : 1))
    .flatMap((state): Task[] => {
      const { day } = state;
      const hours = [...state.hours].filter(([, h]) => isPieced(h)).map(([hour]) => hour);
      return [
        ...(hours.length > 0 ? [{ kind: 'whole', day, hours } as const] : []),
        ...(state.summed < state.moves || hours.length > 0 ? [{ kind: 'sum', day } as const] : []),
      ];
    });
}
