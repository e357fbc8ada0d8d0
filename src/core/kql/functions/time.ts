import type { Arg, FunctionGroup, HostValue, KeyPrinter, PrintedCall } from '../dialect/dialect.ts';
import { micros, toDatetime, toLong, toReal, toTimespan } from '../dialect/duckdb.ts';
import {
  addPart,
  checked,
  dayOfYear,
  dayTicks,
  diffParts,
  fieldsOf,
  formatDatetime,
  formatTimespan,
  isoWeek,
  type Part,
  partOf,
  startOf,
  TICKS_PER_SECOND,
} from '../runtime/calendar.ts';
import { EPOCH_TICKS, TICKS_PER_DAY } from '../runtime/datetime.ts';
import { asNumber, asText } from '../runtime/value.ts';
import { toLocal, toUtc } from '../runtime/zone.ts';
import { type HostSpec, hosts } from './host.ts';

const DAY_MICROS = 86_400_000_000;

function floorTo(value: string, size: string): string {
  return `(${value} - ((${value} % ${size}) + ${size}) % ${size})`;
}

/** Bins of time count from 0001-01-01, before which no instant is: what remains of a division is never negative. */
const MICROS_TO_1970 = EPOCH_TICKS / 10n;

/** The width of bins in µs, where it is a constant that µs can tell. */
function constantWidth(size: Arg): bigint | null {
  const ticks = constantTicks(size);
  return ticks !== null && ticks > 0n && ticks % 10n === 0n ? ticks / 10n : null;
}

function binDatetime(v: Arg, s: Arg): string {
  const at = micros(toDatetime(v));
  const size =
    s.type === 'timespan' || s.type === 'dynamic'
      ? toTimespan(s)
      : `(${toReal(s)} * 864000000000)::BIGINT`;
  const width = constantWidth(s) ?? `nullif((${size}) // 10, 0)`;
  return `make_timestamp(${at} - (${at} + ${MICROS_TO_1970}) % ${width})`;
}

/** Groups of instants are told apart by the number of their bin. */
const binKey: KeyPrinter = ([v, s]) => {
  const width = s && constantWidth(s);
  if (v?.type !== 'datetime' || !width) return null;
  const key = `((${micros(v.sql)} + ${MICROS_TO_1970}) // ${width})`;
  return { key, value: `make_timestamp(${key} * ${width} - ${MICROS_TO_1970})` };
};

function bin([value, size]: readonly Arg[], { type, isWrapping }: PrintedCall): string {
  const [v, s] = [value!, size ?? { sql: '1', type: 'long' as const }];
  if (type === 'datetime' || v.type === 'datetime') return binDatetime(v, s);
  if (type === 'timespan' || v.type === 'timespan')
    return floorTo(toTimespan(v), `nullif(${toTimespan(s)}, 0)`);
  if (type === 'long' || type === 'int') {
    const width = `nullif(${toLong(s)}, 0)`;
    return isWrapping
      ? `weir_wrap(${floorTo(`${toLong(v)}::HUGEINT`, width)})`
      : floorTo(toLong(v), width);
  }
  return `(floor(${toReal(v)} / nullif(${toReal(s)}, 0)) * ${toReal(s)})`;
}

function binAt([value, size, at]: readonly Arg[], { type }: { type: string }): string {
  const [v, s, a] = [value!, size!, at!];
  if (type === 'datetime') {
    const [x, w, o] = [micros(toDatetime(v)), `((${toTimespan(s)}) // 10)`, micros(toDatetime(a))];
    return `make_timestamp(${floorTo(`(${x} - ${o})`, w)} + ${o})`;
  }
  if (type === 'timespan')
    return `(${floorTo(`(${toTimespan(v)} - ${toTimespan(a)})`, toTimespan(s))} + ${toTimespan(a)})`;
  if (type === 'long' || type === 'int')
    return `(${floorTo(`(${toLong(v)} - ${toLong(a)})`, toLong(s))} + ${toLong(a)})`;
  return `(floor((${toReal(v)} - ${toReal(a)}) / ${toReal(s)}) * ${toReal(s)} + ${toReal(a)})`;
}

function constantTicks(arg: Arg): bigint | null {
  return arg.literal?.type === 'timespan' && typeof arg.literal.value === 'string'
    ? BigInt(arg.literal.value)
    : null;
}

const big = (v: HostValue | undefined): bigint | null =>
  typeof v === 'bigint' ? v : typeof v === 'number' ? BigInt(Math.trunc(v)) : null;

function edge(name: string, part: Part, isEnd: boolean): HostSpec {
  return {
    name,
    takes: ['datetime', 'long'],
    gives: 'datetime',
    call: (at, offset) => {
      const ticks = big(at);
      if (ticks === null) return null;
      const start = addPart(startOf(ticks, part), part, asNumber(offset) ?? 0);
      if (start === null || !isEnd) return start;
      const next = addPart(start, part, 1);
      return next === null ? 3_155_378_975_999_999_999n : next - 1n;
    },
  };
}

function field(
  name: string,
  read: (ticks: bigint) => number | bigint,
  gives: HostSpec['gives'] = 'int',
): HostSpec {
  return {
    name,
    takes: ['datetime'],
    gives,
    call: (at) => {
      const ticks = big(at);
      return ticks === null ? null : read(ticks);
    },
  };
}

function unixtime(name: string, ticksPerUnit: number): HostSpec {
  return {
    name,
    takes: ['real'],
    gives: 'datetime',
    call: (value) =>
      typeof value === 'number' && Number.isFinite(value * ticksPerUnit)
        ? checked(BigInt(Math.round(value * ticksPerUnit)) + EPOCH_TICKS)
        : null,
  };
}

function datetimePart(name: string, ticks: bigint): number | bigint | null {
  const f = fieldsOf(ticks);
  const lower = name.toLowerCase();
  if (lower === 'dayofyear' || lower === 'day_of_year') return dayOfYear(ticks);
  if (lower === 'week_of_year' || lower === 'weekofyear') return isoWeek(ticks);
  switch (partOf(lower)) {
    case 'year':
      return f.year;
    case 'quarter':
      return Math.ceil(f.month / 3);
    case 'month':
      return f.month;
    case 'week':
      return isoWeek(ticks);
    case 'day':
      return f.day;
    case 'hour':
      return f.hour;
    case 'minute':
      return f.minute;
    case 'second':
      return f.second;
    case 'millisecond':
      return Math.floor(f.fraction / 10_000);
    case 'microsecond':
      return Math.floor(f.fraction / 10);
    case 'nanosecond':
      return f.fraction * 100;
    default:
      return null;
  }
}

function makeDatetime(parts: readonly HostValue[]): bigint | null {
  const [y, mo, d, h, mi, s] = [0, 1, 2, 3, 4, 5].map((i) => asNumber(parts[i]));
  if (y === null || y === undefined) return null;
  const [month, day, hour, minute, second] = [mo ?? 1, d ?? 1, h ?? 0, mi ?? 0, s ?? 0];
  if (
    y < 1 ||
    y > 9999 ||
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > 31 ||
    hour < 0 ||
    hour > 23 ||
    minute < 0 ||
    minute > 59 ||
    !(second >= 0 && second < 60)
  )
    return null;
  const start = dayTicks(y, month, day);
  if (fieldsOf(start).month !== month) return null;
  return (
    start +
    BigInt(hour) * 36_000_000_000n +
    BigInt(minute) * 600_000_000n +
    BigInt(Math.round(second * 1e7))
  );
}

export const timeFunctions: FunctionGroup = {
  bin: { duckdb: bin, groupKey: { duckdb: binKey } },
  bin_at: { duckdb: binAt },
  startofday: {
    returns: 'datetime',
    duckdb: ([a, offset]) =>
      `make_timestamp(${floorTo(micros(toDatetime(a!)), String(DAY_MICROS))}${offset ? ` + (${toLong(offset)}) * ${DAY_MICROS}` : ''})`,
  },
  hourofday: { returns: 'int', duckdb: ([a]) => `hour(${toDatetime(a!)})::INTEGER` },
  dayofmonth: { returns: 'int', duckdb: ([a]) => `day(${toDatetime(a!)})::INTEGER` },
  monthofyear: { returns: 'int', duckdb: ([a]) => `month(${toDatetime(a!)})::INTEGER` },
  getyear: { returns: 'int', duckdb: ([a]) => `year(${toDatetime(a!)})::INTEGER` },
  dayofyear: { returns: 'int', duckdb: ([a]) => `dayofyear(${toDatetime(a!)})::INTEGER` },
  dayofweek: {
    returns: 'timespan',
    duckdb: ([a]) => `(dayofweek(${toDatetime(a!)}) * ${TICKS_PER_DAY})::BIGINT`,
  },
  ...hosts([
    edge('endofday', 'day', true),
    edge('startofweek', 'week', false),
    edge('endofweek', 'week', true),
    edge('startofmonth', 'month', false),
    edge('endofmonth', 'month', true),
    edge('startofyear', 'year', false),
    edge('endofyear', 'year', true),
    field('week_of_year', isoWeek, 'long'),
    unixtime('unixtime_seconds_todatetime', 1e7),
    unixtime('unixtime_milliseconds_todatetime', 1e4),
    unixtime('unixtime_microseconds_todatetime', 10),
    unixtime('unixtime_nanoseconds_todatetime', 0.01),
    {
      name: 'datetime_add',
      takes: ['string', 'long', 'datetime'],
      gives: 'datetime',
      call: (part, amount, at) => {
        const [p, n, ticks] = [partOf(asText(part)), asNumber(amount), big(at)];
        return p === null || n === null || ticks === null ? null : addPart(ticks, p, n);
      },
    },
    {
      name: 'datetime_diff',
      takes: ['string', 'datetime', 'datetime'],
      gives: 'long',
      call: (part, a, b) => {
        const [p, x, y] = [partOf(asText(part)), big(a), big(b)];
        return p === null || x === null || y === null ? null : diffParts(p, x, y);
      },
    },
    {
      name: 'datetime_part',
      takes: ['string', 'datetime'],
      gives: 'long',
      call: (part, at) => {
        const ticks = big(at);
        return ticks === null ? null : datetimePart(asText(part), ticks);
      },
    },
    {
      name: 'format_datetime',
      takes: ['datetime', 'string'],
      gives: 'string',
      call: (at, format) => {
        const ticks = big(at);
        return ticks === null ? '' : formatDatetime(ticks, asText(format));
      },
    },
    {
      name: 'format_timespan',
      takes: ['timespan', 'string'],
      gives: 'string',
      call: (span, format) => {
        const ticks = big(span);
        return ticks === null ? '' : formatTimespan(ticks, asText(format));
      },
    },
    {
      name: 'make_timespan',
      takes: [],
      rest: 'real',
      gives: 'timespan',
      call: (...p) => makeTimespan(p.length === 4 ? p : [0, ...p, 0, 0].slice(0, 4)),
    },
    {
      name: 'make_datetime',
      takes: ['long', 'long', 'long', 'long', 'long', 'real'],
      gives: 'datetime',
      call: (...p) => makeDatetime(p),
    },
    {
      name: 'datetime_utc_to_local',
      takes: ['datetime', 'string'],
      gives: 'datetime',
      call: (at, zone) => {
        const ticks = big(at);
        return ticks === null ? null : toLocal(ticks, asText(zone));
      },
    },
    {
      name: 'datetime_local_to_utc',
      takes: ['datetime', 'string'],
      gives: 'datetime',
      call: (at, zone) => {
        const ticks = big(at);
        return ticks === null ? null : toUtc(ticks, asText(zone));
      },
    },
  ]),
};

function makeTimespan(parts: readonly HostValue[]): bigint | null {
  const numbers = parts.map((p) => asNumber(p));
  if (numbers.some((n) => n === null || !Number.isFinite(n))) return null;
  const [d, h, m, s] = numbers;
  const fraction = Math.round((s ?? 0) * Number(TICKS_PER_SECOND));
  if (!Number.isFinite(fraction)) return null;
  return (
    BigInt(Math.trunc(d ?? 0)) * TICKS_PER_DAY +
    BigInt(Math.trunc(h ?? 0)) * 36_000_000_000n +
    BigInt(Math.trunc(m ?? 0)) * 600_000_000n +
    BigInt(fraction)
  );
}
