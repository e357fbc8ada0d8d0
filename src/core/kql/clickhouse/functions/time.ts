import type { LiteralExpr } from '../../bound/expr.ts';
import { as, convert, toLong, toReal } from '../convert.ts';
import { literalValue, toInstant } from '../types.ts';
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

export const timePrinters: PrinterGroup = {
  bin,
  bin_at: binAt,
  startofday: ([at, offset], c) => {
    const day = binWhole(as(at!, 'datetime', c), `${TICKS_PER_DAY}`);
    return offset ? `(${day} + ${toLong(offset, c)} * ${TICKS_PER_DAY})` : day;
  },
  hourofday: field('toHour'),
  dayofmonth: field('toDayOfMonth'),
  monthofyear: field('toMonth'),
  getyear: field('toYear'),
  dayofyear: field('toDayOfYear'),
  // 0001-01-01 was a Monday; weeks begin on Sunday.
  dayofweek: ([at], c) =>
    `toInt64((intDiv(${as(at!, 'datetime', c)}, ${TICKS_PER_DAY}) + 1) % 7 * ${TICKS_PER_DAY})`,
};
