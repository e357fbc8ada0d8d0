/** Ticks (100 ns) from 0001-01-01 to 1970-01-01. */
export const EPOCH_TICKS = 621_355_968_000_000_000n;
/** 9999-12-31T23:59:59.9999999. */
export const MAX_TICKS = 3_155_378_975_999_999_999n;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function ticksOf(
  y: number,
  mo: number,
  d: number,
  h: number,
  mi: number,
  s: number,
  fraction: string,
  offsetMinutes: number,
): bigint | null {
  if (mo < 1 || mo > 12 || d < 1 || h > 24 || mi > 59 || s > 59 || y < 1 || y > 9999) return null;
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCMonth() !== mo - 1) return null;
  date.setUTCHours(h, mi - offsetMinutes, s, 0);
  const ticks =
    BigInt(date.getTime()) * 10_000n + EPOCH_TICKS + BigInt(`${fraction}0000000`.slice(0, 7));
  return ticks < 0n || ticks > MAX_TICKS ? null : ticks;
}

function offsetOf(text: string | undefined): number {
  if (!text || /^(z|utc|gmt)$/i.test(text)) return 0;
  const digits = text.replace(':', '');
  return (
    (digits[0] === '-' ? -1 : 1) *
    (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5) || 0))
  );
}

const ISO =
  /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]+(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,9}))?)?\s*(Z)?$/i;
const SLASHED =
  /^(\d{1,4})\/(\d{1,2})\/(\d{1,4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(AM|PM)?\s*(Z|UTC)?)?$/i;
const WORDED =
  /^(?:[a-z]{3,9},?\s+)?(?:(\d{1,2})[\s-]+([a-z]{3,9})|([a-z]{3,9})\s+(\d{1,2}),?)[\s-]+(\d{2,4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i;

/** Reads the forms of a date that KQL accepts, as ticks since 0001-01-01; null when it is none. */
export function parseDatetime(source: string): bigint | null {
  const text = source.trim();
  const n = Number;
  let m = ISO.exec(text) ?? COMPACT.exec(text);
  if (m)
    return ticksOf(
      n(m[1]),
      n(m[2]),
      n(m[3] ?? 1),
      n(m[4] ?? 0),
      n(m[5] ?? 0),
      n(m[6] ?? 0),
      m[7] ?? '',
      offsetOf(m[8]),
    );
  m = SLASHED.exec(text);
  if (m) {
    const yearFirst = m[1]!.length === 4;
    const hour = hourOf(n(m[4] ?? 0), m[8]);
    const [y, mo, d] = yearFirst ? [n(m[1]), n(m[2]), n(m[3])] : [n(m[3]), n(m[1]), n(m[2])];
    return ticksOf(y, mo, d, hour, n(m[5] ?? 0), n(m[6] ?? 0), m[7] ?? '', 0);
  }
  m = WORDED.exec(text);
  if (m) {
    const month = MONTHS.indexOf((m[2] ?? m[3] ?? '').slice(0, 3).toLowerCase()) + 1;
    const year = m[5]!.length === 2 ? n(m[5]) + (n(m[5]) < 50 ? 2000 : 1900) : n(m[5]);
    return ticksOf(
      year,
      month,
      n(m[1] ?? m[4]),
      hourOf(n(m[6] ?? 0), m[10]),
      n(m[7] ?? 0),
      n(m[8] ?? 0),
      m[9] ?? '',
      offsetOf(m[11]),
    );
  }
  if (/^\d{4}$/.test(text)) return ticksOf(n(text), 1, 1, 0, 0, 0, '', 0);
  return null;
}

function hourOf(hour: number, half: string | undefined): number {
  if (!half) return hour;
  return half.toLowerCase() === 'pm' ? (hour % 12) + 12 : hour % 12;
}

export const TICKS_PER_DAY = 864_000_000_000n;

function pad(value: number | bigint, width: number): string {
  return String(value).padStart(width, '0');
}

/** `2020-01-02T03:04:05.1234567Z`: always seven digits, as Kusto prints inside dynamic values and text. */
export function printDatetimeTicks(ticks: bigint): string {
  const date = new Date(
    Number((ticks - EPOCH_TICKS) / 10_000n - ((ticks - EPOCH_TICKS) % 10_000n < 0n ? 1n : 0n)),
  );
  const fraction = ((ticks % 10_000_000n) + 10_000_000n) % 10_000_000n;
  const whole = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1, 2)}-${pad(date.getUTCDate(), 2)}T${pad(date.getUTCHours(), 2)}:${pad(date.getUTCMinutes(), 2)}:${pad(date.getUTCSeconds(), 2)}`;
  return `${whole}.${pad(fraction, 7)}Z`;
}

/** `[-][d.]hh:mm:ss[.fffffff]`, the digits only when there are any. */
export function printTimespan(ticks: bigint): string {
  const negative = ticks < 0n;
  const t = negative ? -ticks : ticks;
  const days = t / TICKS_PER_DAY;
  const seconds = (t % TICKS_PER_DAY) / 10_000_000n;
  const fraction = t % 10_000_000n;
  const clock = `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}`;
  return `${negative ? '-' : ''}${days > 0n ? `${days}.` : ''}${clock}${fraction > 0n ? `.${pad(fraction, 7)}` : ''}`;
}

const CLOCK = /^([+-])?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/;
const DAYS = /^([+-])?(\d+)$/;
const WITH_UNIT =
  /^([+-]?\d*\.?\d+)\s*(d|h|m|s|ms|microsecond|microseconds|tick|ticks|day|days|hour|hours|minute|minutes|second|seconds)$/;
const UNITS: Readonly<Record<string, number>> = {
  d: 864e9,
  day: 864e9,
  days: 864e9,
  h: 36e9,
  hour: 36e9,
  hours: 36e9,
  m: 6e8,
  minute: 6e8,
  minutes: 6e8,
  s: 1e7,
  second: 1e7,
  seconds: 1e7,
  ms: 1e4,
  microsecond: 10,
  microseconds: 10,
  tick: 1,
  ticks: 1,
};

/** Reads `d.hh:mm:ss.fffffff`, a bare number of days, or a number with a unit, as ticks. */
export function parseTimespan(source: string): bigint | null {
  const text = source.trim();
  const m = CLOCK.exec(text);
  if (m) {
    if (Number(m[3]) > 23 || Number(m[4]) > 59 || Number(m[5] ?? 0) > 59) return null;
    const seconds =
      BigInt(m[2] ?? 0) * 86_400n +
      BigInt(Number(m[3]) * 3600 + Number(m[4]) * 60 + Number(m[5] ?? 0));
    const ticks = seconds * 10_000_000n + BigInt(`${m[6] ?? ''}0000000`.slice(0, 7));
    return m[1] === '-' ? -ticks : ticks;
  }
  const d = DAYS.exec(text);
  if (d) return (d[1] === '-' ? -1n : 1n) * BigInt(d[2]!) * TICKS_PER_DAY;
  const u = WITH_UNIT.exec(text);
  const ticks = u ? Math.round(Number(u[1]) * UNITS[u[2]!]!) : Number.NaN;
  return Number.isFinite(ticks) ? BigInt(ticks) : null;
}
