import type { LiteralExpr } from '../../bound/expr.ts';
import { PART_TICKS, type Part, partOf } from '../../runtime/calendar.ts';
import { EPOCH_TICKS } from '../../runtime/datetime.ts';
import { as, convert, toLong, toReal } from '../convert.ts';
import { bind, literalValue, toInstant } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';

const TICKS_PER_DAY = 864_000_000_000;

/** The largest multiple of a size that is not above the value; null for the size 0. */
function floorTo(value: string, size: string): string {
  return /^\d+(::Int64)?$/.test(size)
    ? `(${value} - positiveModulo(${value}, ${size}))`
    : `(${value} - positiveModulo(${value}, abs(nullIf(${size}, 0))))`;
}

/** Instants count from 0001-01-01, and so do KQL's bins. */
function binWhole(value: string, size: string): string {
  return `toInt64(${floorTo(value, size)})`;
}

function sizeOf(size: Value, c: Call): string {
  return size.type === 'timespan' || size.type === 'dynamic' || size.type === 'string'
    ? as(size, 'timespan', c)
    : as(convert(size, 'real', c), 'timespan', c);
}

const bin: Printer = ([value, size], c) => {
  const v = value!;
  const one: LiteralExpr = { kind: 'literal', type: 'long', value: '1', at: c.at };
  const s = size ?? literalValue(one);
  const type = v.type === 'datetime' || v.type === 'timespan' ? v.type : c.type;
  if (type === 'datetime') return binWhole(as(v, 'datetime', c), sizeOf(s, c));
  if (type === 'timespan') return binWhole(as(v, 'timespan', c), as(s, 'timespan', c));
  if (type === 'long' || type === 'int') return binWhole(toLong(v, c), toLong(s, c));
  const [x, y] = [toReal(v, c), toReal(s, c)];
  return `(floor(${x} / nullIf(${y}, 0)) * ${y})`;
};

const binAt: Printer = ([value, size, at], c) => {
  const [v, s, a] = [value!, size!, at!];
  if (c.type === 'datetime')
    return moved(as(v, 'datetime', c), as(s, 'timespan', c), as(a, 'datetime', c));
  if (c.type === 'timespan')
    return moved(as(v, 'timespan', c), as(s, 'timespan', c), as(a, 'timespan', c));
  if (c.type === 'long' || c.type === 'int') return moved(toLong(v, c), toLong(s, c), toLong(a, c));
  const [x, y, z] = [toReal(v, c), toReal(s, c), toReal(a, c)];
  return `(floor((${x} - ${z}) / ${y}) * ${y} + ${z})`;
};

function moved(value: string, size: string, at: string): string {
  return `toInt64(${floorTo(`(${value} - ${at})`, size)} + ${at})`;
}

/** A field of the calendar, by ClickHouse's function of it. */
const field =
  (name: string): Printer =>
  ([at], c) =>
    `toInt32(${name}(${toInstant(as(at!, 'datetime', c))}))`;

const dayOf = (at: string) => `intDiv(${at}, ${TICKS_PER_DAY})`;
/** 0001-01-01 was a Monday; weeks begin on Sunday. */
const weekOf = (at: string) => `intDiv(${dayOf(at)} + 1, 7)`;
const monthOf = (at: string) => `(toYear(${toInstant(at)}) * 12 + toMonth(${toInstant(at)}) - 1)`;

/** A number that grows by one with each part of the calendar. */
function counted(part: Part, at: string): string | null {
  switch (part) {
    case 'year':
      return `toYear(${toInstant(at)})`;
    case 'quarter':
      return `intDiv(${monthOf(at)}, 3)`;
    case 'month':
      return monthOf(at);
    case 'week':
      return weekOf(at);
    default: {
      const ticks = PART_TICKS[part];
      return ticks === undefined ? null : `intDiv(${at}, ${ticks})`;
    }
  }
}

const datetimeDiff: Printer = ([part, a, b], c) => {
  const name = part?.literal?.value;
  const known = typeof name === 'string' ? partOf(name) : null;
  if (known === null) return null;
  const count = (v: Value) => bind(as(v, 'datetime', c), (at) => counted(known, at) ?? '');
  return counted(known, '') === null ? null : `toInt64(${count(a!)} - ${count(b!)})`;
};

/** The start of a week, month or year: so many days before. */
function startOf(days: (at: string) => string): Printer {
  return ([at, offset], c) =>
    offset
      ? null
      : bind(
          as(at!, 'datetime', c),
          (t) => `toInt64((${dayOf(t)} - ${days(t)}) * ${TICKS_PER_DAY})`,
        );
}

const MAX_TICKS = '3155378975999999999';

function unixtime(ticksPerUnit: string): Printer {
  return ([value], c) => {
    const ticks = `accurateCastOrNull(floor(${toReal(value!, c)} * ${ticksPerUnit} + 0.5), 'Int64') + ${EPOCH_TICKS}`;
    return bind(`(${ticks})`, (t) => `if(${t} BETWEEN 0 AND ${MAX_TICKS}, ${t}, NULL)`);
  };
}

export const timePrinters: PrinterGroup = {
  bin,
  bin_at: binAt,
  startofday: ([at, offset], c) => {
    const day = binWhole(as(at!, 'datetime', c), `${TICKS_PER_DAY}`);
    return offset ? `(${day} + ${toLong(offset, c)} * ${TICKS_PER_DAY})` : day;
  },
  startofweek: startOf((t) => `(${dayOf(t)} + 1) % 7`),
  startofmonth: startOf((t) => `(toDayOfMonth(${toInstant(t)}) - 1)`),
  startofyear: startOf((t) => `(toDayOfYear(${toInstant(t)}) - 1)`),
  datetime_diff: datetimeDiff,
  unixtime_seconds_todatetime: unixtime('1e7'),
  unixtime_milliseconds_todatetime: unixtime('1e4'),
  unixtime_microseconds_todatetime: unixtime('10.'),
  unixtime_nanoseconds_todatetime: unixtime('0.01'),
  hourofday: field('toHour'),
  dayofmonth: field('toDayOfMonth'),
  monthofyear: field('toMonth'),
  getyear: field('toYear'),
  dayofyear: field('toDayOfYear'),
  dayofweek: ([at], c) =>
    `toInt64((intDiv(${as(at!, 'datetime', c)}, ${TICKS_PER_DAY}) + 1) % 7 * ${TICKS_PER_DAY})`,
};
