import { EPOCH_TICKS, MAX_TICKS, TICKS_PER_DAY } from './datetime.ts';

/** Calendar arithmetic on ticks (100 ns since 0001-01-01), in UTC. */

export const TICKS_PER_SECOND = 10_000_000n;

export interface Fields {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 to 9999999. */
  readonly fraction: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export function fieldsOf(ticks: bigint): Fields {
  const days = ticks / TICKS_PER_DAY;
  const rest = ticks % TICKS_PER_DAY;
  const date = new Date(Number(days - EPOCH_TICKS / TICKS_PER_DAY) * 86_400_000);
  const seconds = Number(rest / TICKS_PER_SECOND);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: Number(rest % TICKS_PER_SECOND),
    weekday: date.getUTCDay(),
  };
}

/** Ticks at midnight of a day; months and days may run over. */
export function dayTicks(year: number, month: number, day: number): bigint {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(Math.floor(date.getTime() / 86_400_000)) * TICKS_PER_DAY + EPOCH_TICKS;
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

export type Part =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond'
  | 'nanosecond';

/** How long a part is, where all are equally long. */
export const PART_TICKS: Readonly<Partial<Record<Part, bigint>>> = {
  week: 7n * TICKS_PER_DAY,
  day: TICKS_PER_DAY,
  hour: 36_000_000_000n,
  minute: 600_000_000n,
  second: TICKS_PER_SECOND,
  millisecond: 10_000n,
  microsecond: 10n,
};

/** The part of a name, singular or plural, in any case; null for others. */
export function partOf(name: string): Part | null {
  const parts: readonly Part[] = [
    'year',
    'quarter',
    'month',
    'week',
    'day',
    'hour',
    'minute',
    'second',
    'millisecond',
    'microsecond',
    'nanosecond',
  ];
  const lower = name.toLowerCase().replace(/s$/, '');
  return parts.find((p) => p === lower) ?? null;
}

export function checked(ticks: bigint): bigint | null {
  return ticks < 0n || ticks > MAX_TICKS ? null : ticks;
}

/** Moves an instant; a day that the month lacks becomes its last. */
export function addPart(ticks: bigint, part: Part, amount: number): bigint | null {
  const width = PART_TICKS[part];
  if (width !== undefined) return checked(ticks + width * BigInt(Math.trunc(amount)));
  if (part === 'nanosecond') return checked(ticks + BigInt(Math.trunc(amount / 100)));
  const f = fieldsOf(ticks);
  const months =
    f.year * 12 + (f.month - 1) + amount * (part === 'year' ? 12 : part === 'quarter' ? 3 : 1);
  const year = Math.floor(months / 12);
  const month = (months % 12) + 1;
  if (year < 1 || year > 9999) return null;
  return checked(
    dayTicks(year, month, Math.min(f.day, daysIn(year, month))) + (ticks % TICKS_PER_DAY),
  );
}

/** The start of the period an instant is in. Weeks begin on Sunday. */
export function startOf(ticks: bigint, part: Part): bigint {
  const f = fieldsOf(ticks);
  const day = ticks - (ticks % TICKS_PER_DAY);
  switch (part) {
    case 'year':
      return dayTicks(f.year, 1, 1);
    case 'quarter':
      return dayTicks(f.year, f.month - ((f.month - 1) % 3), 1);
    case 'month':
      return dayTicks(f.year, f.month, 1);
    case 'week':
      return day - BigInt(f.weekday) * TICKS_PER_DAY;
    default: {
      const width = PART_TICKS[part] ?? 1n;
      return ticks - (ticks % width);
    }
  }
}

/** How many borders of the period lie between two instants, later minus earlier. */
export function diffParts(part: Part, a: bigint, b: bigint): bigint {
  if (part === 'year') return BigInt(fieldsOf(a).year - fieldsOf(b).year);
  const months = (t: bigint) => fieldsOf(t).year * 12 + fieldsOf(t).month - 1;
  if (part === 'month') return BigInt(months(a) - months(b));
  if (part === 'quarter') return BigInt(Math.floor(months(a) / 3) - Math.floor(months(b) / 3));
  if (part === 'week') return (startOf(a, 'week') - startOf(b, 'week')) / (7n * TICKS_PER_DAY);
  if (part === 'nanosecond') return (a - b) * 100n;
  const width = PART_TICKS[part] ?? 1n;
  return a / width - b / width;
}

/** ISO 8601 week number. */
export function isoWeek(ticks: bigint): number {
  const f = fieldsOf(ticks);
  const day = ticks / TICKS_PER_DAY;
  const thursday = (day + BigInt(4 - (f.weekday === 0 ? 7 : f.weekday))) * TICKS_PER_DAY;
  const first = dayTicks(fieldsOf(thursday).year, 1, 1);
  return Number((thursday - first) / (7n * TICKS_PER_DAY)) + 1;
}

export function dayOfYear(ticks: bigint): number {
  return Number((ticks - dayTicks(fieldsOf(ticks).year, 1, 1)) / TICKS_PER_DAY) + 1;
}

const pad = (value: number, width: number) => String(value).padStart(width, '0');

/** format_datetime(): the letters of the format, delimiters as they are. */
export function formatDatetime(ticks: bigint, format: string): string {
  const f = fieldsOf(ticks);
  const hour12 = f.hour % 12 === 0 ? 12 : f.hour % 12;
  const digits = pad(f.fraction, 7);
  return format.replace(/y+|M+|d+|H+|h+|m+|s+|f+|F+|t+/g, (run) => {
    const n = run.length;
    switch (run[0]) {
      case 'y':
        return n <= 2 ? pad(f.year % 100, n) : pad(f.year, n);
      case 'M':
        return pad(f.month, Math.min(n, 2));
      case 'd':
        return pad(f.day, Math.min(n, 2));
      case 'H':
        return pad(f.hour, Math.min(n, 2));
      case 'h':
        return pad(hour12, Math.min(n, 2));
      case 'm':
        return pad(f.minute, Math.min(n, 2));
      case 's':
        return pad(f.second, Math.min(n, 2));
      case 'f':
        return digits.slice(0, n);
      case 'F':
        return digits.slice(0, n).replace(/0+$/, '');
      default:
        return f.hour < 12 ? 'AM' : 'PM';
    }
  });
}

/** format_timespan(): as format_datetime, with days. */
export function formatTimespan(ticks: bigint, format: string): string {
  const t = ticks < 0n ? -ticks : ticks;
  const days = Number(t / TICKS_PER_DAY);
  const seconds = Number((t % TICKS_PER_DAY) / TICKS_PER_SECOND);
  const digits = pad(Number(t % TICKS_PER_SECOND), 7);
  const hours = Math.floor(seconds / 3600);
  const text = format.replace(/d+|H+|h+|m+|s+|f+|F+/g, (run) => {
    const n = run.length;
    switch (run[0]) {
      case 'd':
        return pad(days, n);
      case 'H':
      case 'h':
        return pad(hours, Math.min(n, 2));
      case 'm':
        return pad(Math.floor(seconds / 60) % 60, Math.min(n, 2));
      case 's':
        return pad(seconds % 60, Math.min(n, 2));
      case 'f':
        return digits.slice(0, n);
      default:
        return digits.slice(0, n).replace(/0+$/, '');
    }
  });
  return ticks < 0n ? `-${text}` : text;
}
