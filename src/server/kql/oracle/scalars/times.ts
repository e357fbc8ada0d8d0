import { datetimeText, type Value, wrap } from '../values.ts';
import { loose, type Scalar, strict } from './scalar.ts';
import { floorDiv, mod } from './whole.ts';

const DAY = 86_400_000_000n;
const date = (micros: bigint) => new Date(Number(floorDiv(micros, 1000n)));
const utc = (y: number, m: number, d: number) => BigInt(Date.UTC(y, m, d)) * 1000n;
const FIRST_DAY = 62_135_596_800_000_000n;

const weekStart = (t: bigint) => t - mod(t, DAY) - BigInt(date(t).getUTCDay()) * DAY;
export const times: readonly Scalar[] = [
  strict(
    '({0} + {1})',
    ['datetime', 'timespan'],
    'datetime',
    (a: bigint, b: bigint) => a + b / 10n,
  ),
  strict(
    '({0} - {1})',
    ['datetime', 'timespan'],
    'datetime',
    (a: bigint, b: bigint) => a - b / 10n,
  ),
  strict(
    '({0} - {1})',
    ['datetime', 'datetime'],
    'timespan',
    (a: bigint, b: bigint) => (a - b) * 10n,
  ),
  strict('({0} + {1})', ['timespan', 'timespan'], 'timespan', (a: bigint, b: bigint) => a + b),
  strict('({0} * 3)', ['timespan'], 'timespan', (a: bigint) => a * 3n),
  strict('({0} / 25m)', ['timespan'], 'real', (a: bigint) => Number(a) / 15e9),
  strict('bin({0}, 1h)', ['datetime'], 'datetime', (a: bigint) => a - mod(a, 3_600_000_000n)),
  strict(
    'bin({0}, 7m)',
    ['datetime'],
    'datetime',
    (a: bigint) => a - mod(a + FIRST_DAY, 420_000_000n),
  ),
  strict('bin({0}, 5d)', ['datetime'], 'datetime', (a: bigint) => a - mod(a + FIRST_DAY, 5n * DAY)),
  strict('bin({0}, 45m)', ['timespan'], 'timespan', (a: bigint) => a - mod(a, 27_000_000_000n)),
  strict(
    'bin_at({0}, 1d, datetime(2024-01-01 06:00))',
    ['datetime'],
    'datetime',
    (a: bigint) => a - mod(a - utc(2024, 0, 1) - DAY / 4n, DAY),
  ),
  strict('startofday({0})', ['datetime'], 'datetime', (a: bigint) => a - mod(a, DAY)),
  strict('startofweek({0})', ['datetime'], 'datetime', weekStart),
  strict('startofmonth({0})', ['datetime'], 'datetime', (a: bigint) =>
    utc(date(a).getUTCFullYear(), date(a).getUTCMonth(), 1),
  ),
  strict('startofyear({0})', ['datetime'], 'datetime', (a: bigint) =>
    utc(date(a).getUTCFullYear(), 0, 1),
  ),
  strict(
    'bin(endofmonth({0}) - startofmonth({0}), 1d)',
    ['datetime'],
    'timespan',
    (a: bigint) =>
      (utc(date(a).getUTCFullYear(), date(a).getUTCMonth() + 1, 1) -
        utc(date(a).getUTCFullYear(), date(a).getUTCMonth(), 1)) *
        10n -
      10n * DAY,
  ),
  strict('hourofday({0})', ['datetime'], 'int', (a: bigint) => BigInt(date(a).getUTCHours())),
  strict(
    'dayofweek({0})',
    ['datetime'],
    'timespan',
    (a: bigint) => BigInt(date(a).getUTCDay()) * DAY * 10n,
  ),
  strict('dayofmonth({0})', ['datetime'], 'int', (a: bigint) => BigInt(date(a).getUTCDate())),
  strict('getyear({0})', ['datetime'], 'int', (a: bigint) => BigInt(date(a).getUTCFullYear())),
  strict(
    'datetime_diff("day", {0}, {1})',
    ['datetime', 'datetime'],
    'long',
    (a: bigint, b: bigint) => floorDiv(a, DAY) - floorDiv(b, DAY),
  ),
  strict(
    'datetime_diff("minute", {0}, {1})',
    ['datetime', 'datetime'],
    'long',
    (a: bigint, b: bigint) => floorDiv(a, 60_000_000n) - floorDiv(b, 60_000_000n),
  ),
  strict('datetime_add("week", 2, {0})', ['datetime'], 'datetime', (a: bigint) => a + 14n * DAY),
  strict('datetime_part("Month", {0})', ['datetime'], 'int', (a: bigint) =>
    BigInt(date(a).getUTCMonth() + 1),
  ),
  loose('format_datetime({0}, "yyyy-MM-dd HH:mm:ss.fff")', ['datetime'], 'string', (a: Value) =>
    a === null
      ? ''
      : datetimeText(a as bigint)
          .slice(0, 23)
          .replace('T', ' '),
  ),
  loose('todatetime(tostring({0}))', ['datetime'], 'datetime', (a: Value) => a),
  loose('totimespan(tostring({0}))', ['timespan'], 'timespan', (a: Value) => a),
  strict(
    'unixtime_seconds_todatetime(bin({0}, 3) % 1000000)',
    ['long'],
    'datetime',
    (a: bigint) => mod(wrap(a - mod(a, 3n)), 1_000_000n) * 1_000_000n,
  ),
];
