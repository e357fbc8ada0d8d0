/** Instants here are milliseconds since 1970 UTC; a range includes its beginning and not its end. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** What the time control is set to: so long until now, or from one instant to another. */
export type Range =
  | { readonly kind: 'last'; readonly spanMs: number }
  | ({ readonly kind: 'fixed' } & Interval);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY };

export interface Preset {
  readonly text: string;
  readonly spanMs: number;
}

/** The choices of the time control. */
export const PRESETS: readonly Preset[] = [
  { text: 'Last 30 minutes', spanMs: 30 * MINUTE },
  { text: 'Last hour', spanMs: HOUR },
  { text: 'Last 4 hours', spanMs: 4 * HOUR },
  { text: 'Last 24 hours', spanMs: DAY },
  { text: 'Last 7 days', spanMs: 7 * DAY },
  { text: 'Last 30 days', spanMs: 30 * DAY },
];

export const DEFAULT_RANGE: Range = { kind: 'last', spanMs: DAY };

const LONGEST_MS = 3660 * DAY;

/** `24h`, `30m`, `7d` or `2026-03-03T00:00Z..2026-03-04T00:00Z`, as the address bar carries it; undefined when it is neither. */
export function parseRange(text: string): Range | undefined {
  const last = /^(\d{1,6})([mhd])$/.exec(text);
  if (last) {
    const spanMs = Number(last[1]) * (UNIT_MS[last[2] ?? ''] ?? 0);
    return spanMs > 0 && spanMs <= LONGEST_MS ? { kind: 'last', spanMs } : undefined;
  }
  const [first, second, ...rest] = text.split('..');
  if (!first || !second || rest.length > 0) return undefined;
  const from = Date.parse(first);
  const to = Date.parse(second);
  return from < to && to - from <= LONGEST_MS ? { kind: 'fixed', from, to } : undefined;
}

/** The inverse of parseRange. */
export function printRange(range: Range): string {
  if (range.kind === 'fixed') return `${printMinute(range.from)}..${printMinute(range.to)}`;
  const { spanMs } = range;
  if (spanMs % DAY === 0 && spanMs > DAY) return `${spanMs / DAY}d`;
  return spanMs % HOUR === 0 ? `${spanMs / HOUR}h` : `${Math.round(spanMs / MINUTE)}m`;
}

const printMinute = (at: number): string => {
  const iso = new Date(at).toISOString();
  return iso.endsWith(':00.000Z')
    ? `${iso.slice(0, 16)}Z`
    : iso.endsWith('.000Z')
      ? `${iso.slice(0, 19)}Z`
      : iso;
};

/** `Last 24 hours`, or nothing when no preset has that length. */
export const presetOf = (range: Range): Preset | undefined =>
  range.kind === 'last' ? PRESETS.find((p) => p.spanMs === range.spanMs) : undefined;

/** The interval a range means at an instant. Open ends reach to the end of the running minute, so that answers can be cached. */
export function resolveRange(range: Range, now: number): Interval {
  if (range.kind === 'fixed') return { from: range.from, to: range.to };
  const to = Math.ceil(now / MINUTE) * MINUTE;
  return { from: to - range.spanMs, to };
}

/** `the day before`, `the hour before`, `the 4 hours before`. */
export function nameBefore(range: Range): string {
  const span = range.kind === 'last' ? range.spanMs : range.to - range.from;
  if (span === DAY) return 'the day before';
  if (span === 7 * DAY) return 'the week before';
  if (span === HOUR) return 'the hour before';
  if (span % DAY === 0) return `the ${span / DAY} days before`;
  if (span % HOUR === 0) return `the ${span / HOUR} hours before`;
  return span % MINUTE === 0 && span < 2 * HOUR
    ? `the ${span / MINUTE} minutes before`
    : 'the period before';
}

const BUCKETS_MS = [
  1000,
  5000,
  10_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
] as const;

/** A round bucket that cuts an interval into at most `most` pieces; never finer than `finest`. */
export function bucketMs(interval: Interval, most = 150, finest = 0): number {
  const wanted = Math.max((interval.to - interval.from) / most, finest);
  return BUCKETS_MS.find((size) => size >= wanted) ?? Math.ceil(wanted / DAY) * DAY;
}

/** `10 minutes`, as the axis names its bucket. */
export function nameSpan(ms: number): string {
  const [count, noun] =
    ms % DAY === 0
      ? [ms / DAY, 'day']
      : ms % HOUR === 0
        ? [ms / HOUR, 'hour']
        : ms % MINUTE === 0
          ? [ms / MINUTE, 'minute']
          : [ms / 1000, 'second'];
  return count === 1 ? noun : `${count} ${noun}s`;
}

/**
 * The interval a page of panels looks at. A beginning relative to now is moved back to a full hour (10 minutes for short
 * ranges), where the rollups that panels read begin their rows, so that all panels show the same time.
 */
export function resolveAligned(range: Range, now: number): Interval {
  const { from, to } = resolveRange(range, now);
  if (range.kind === 'fixed') return { from, to };
  const step = to - from >= 12 * HOUR ? HOUR : 10 * MINUTE;
  return { from: Math.floor(from / step) * step, to };
}

/** The interval to compare with: as far back as the range is long, of the same length as `interval`. */
export function previousOf(range: Range, interval: Interval): Interval {
  const back = range.kind === 'last' ? range.spanMs : interval.to - interval.from;
  return { from: interval.from - back, to: interval.to - back };
}
