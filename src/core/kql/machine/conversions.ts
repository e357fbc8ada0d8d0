import type { KqlType } from '../../schema/index.ts';
import type { HostValue } from '../dialect/dialect.ts';
import { INTERNAL } from '../functions/internal.ts';
import { EPOCH_TICKS, printDatetimeTicks } from '../runtime/datetime.ts';
import { asText } from '../runtime/value.ts';

/**
 * Values as other types, by KQL's rules of to…(). Whole numbers are numbers where those are exact, else bigints; instants
 * and timespans are counts of 100 ns; a text is never null.
 */

const CALLS = new Map(INTERNAL.map((fn) => [fn.name, fn.call]));

function internal(name: string): (v: HostValue) => HostValue {
  const call = CALLS.get(name);
  if (!call) throw new Error(`no such function: ${name}`);
  return call;
}

export type Convert = (v: HostValue) => HostValue;

const [LEAST_LONG, MOST_LONG] = [-(2n ** 63n), 2n ** 63n - 1n];
const [LEAST_INT, MOST_INT] = [-(2 ** 31), 2 ** 31 - 1];

/** A whole number in 64 bits, wrapped around. */
export function whole(value: bigint | number): number | bigint {
  const big = BigInt.asIntN(64, BigInt(value));
  const number = Number(big);
  return Number.isSafeInteger(number) ? number : big;
}

export const isNumeric = (type: KqlType): boolean =>
  type === 'int' || type === 'long' || type === 'real' || type === 'decimal';

const present =
  (convert: Convert): Convert =>
  (v) =>
    v === null ? null : convert(v);

const text =
  (convert: (v: HostValue) => HostValue): Convert =>
  (v) =>
    asText(convert(v) ?? '');

function truncated(value: HostValue): HostValue {
  const number = Number(value);
  if (!Number.isFinite(number)) return null;
  if (number >= 2 ** 63) return MOST_LONG;
  return number <= -(2 ** 63) ? LEAST_LONG : whole(BigInt(Math.trunc(number)));
}

function normal(value: HostValue): HostValue {
  return typeof value === 'bigint' ? whole(value) : value;
}

function toText(from: KqlType): Convert {
  switch (from) {
    case 'string':
      return (v) => v ?? '';
    case 'real':
      return text(internal('weir_real_text'));
    case 'decimal':
      return text(internal('weir_decimal_text'));
    case 'timespan':
      return text(internal('weir_timespan_text'));
    case 'dynamic':
      return text(internal('weir_dynamic_text'));
    case 'datetime':
      return (v) => (v === null ? '' : printDatetimeTicks(BigInt(asText(v))));
    default:
      return (v) => (v === null ? '' : String(v));
  }
}

function toLong(from: KqlType): Convert {
  switch (from) {
    case 'bool':
      return present(Number);
    case 'real':
    case 'decimal':
      return present(truncated);
    case 'dynamic':
      return (v) => normal(internal('weir_dynamic_long')(v));
    case 'string':
    case 'guid':
      return (v) => normal(internal('weir_text_long')(v));
    default:
      return (v) => v;
  }
}

function toInt(from: KqlType): Convert {
  if (from === 'int') return (v) => v;
  if (from === 'dynamic') return (v) => normal(internal('weir_dynamic_int')(v));
  if (from === 'real' || from === 'decimal')
    return present((v) =>
      Number.isNaN(v) ? null : Math.max(LEAST_INT, Math.min(MOST_INT, Math.trunc(Number(v)))),
    );
  const long = toLong(from);
  if (from === 'string' || from === 'guid')
    return (v) => {
      const value = long(v);
      const isInt = value !== null && Number(value) >= LEAST_INT && Number(value) <= MOST_INT;
      return isInt ? value : null;
    };
  return (v) => {
    const value = long(v);
    return value === null ? null : Number(BigInt.asIntN(32, BigInt(asText(value))));
  };
}

function toReal(from: KqlType): Convert {
  if (from === 'dynamic') return internal('weir_dynamic_real');
  if (from === 'string' || from === 'guid') return internal('weir_text_real');
  return present(Number);
}

function toBool(from: KqlType): Convert {
  if (from === 'bool') return (v) => v;
  if (isNumeric(from)) return present((v) => Number(v) !== 0);
  if (from === 'dynamic') return internal('weir_dynamic_bool');
  const asString = toText(from);
  return (v) => internal('weir_text_bool')(asString(v));
}

function toDatetime(from: KqlType): Convert {
  if (from === 'datetime') return (v) => v;
  if (from === 'timespan' || isNumeric(from)) return toLong(from);
  const asString = toText(from);
  return (v) => {
    const micros = internal('weir_text_datetime')(asString(v));
    return micros === null ? null : whole(BigInt(asText(micros)) * 10n + EPOCH_TICKS);
  };
}

const TICKS_PER_DAY = 864_000_000_000;

function toTimespan(from: KqlType): Convert {
  if (from === 'timespan' || from === 'int' || from === 'long') return (v) => v;
  if (from === 'real' || from === 'decimal')
    return present((v) => {
      const ticks = Math.round(Number(v) * TICKS_PER_DAY);
      return Number.isFinite(ticks) && Math.abs(ticks) < 2 ** 63 ? whole(BigInt(ticks)) : null;
    });
  const asString = toText(from);
  return (v) => normal(internal('weir_text_timespan')(asString(v)));
}

function toDynamic(from: KqlType): Convert {
  switch (from) {
    case 'dynamic':
      return (v) => v;
    case 'string':
    case 'guid':
      return present((v) => JSON.stringify(v));
    case 'real':
    case 'decimal':
      return internal('weir_real_json');
    case 'datetime':
    case 'timespan': {
      const asString = toText(from);
      return present((v) => JSON.stringify(asString(v)));
    }
    default:
      return present(String);
  }
}

/** How a value of one type becomes another. */
export function conversion(from: KqlType, to: KqlType): Convert {
  switch (to) {
    case 'string':
      return toText(from);
    case 'long':
      return toLong(from);
    case 'int':
      return toInt(from);
    case 'real':
    case 'decimal':
      return toReal(from);
    case 'bool':
      return toBool(from);
    case 'datetime':
      return toDatetime(from);
    case 'timespan':
      return toTimespan(from);
    case 'dynamic':
      return toDynamic(from);
    case 'guid': {
      if (from === 'guid') return (v) => v;
      const asString = toText(from);
      return (v) => internal('weir_text_guid')(asString(v));
    }
  }
}

/** A value that the engine printed as text. */
export function readText(value: string | null, type: KqlType): HostValue {
  if (type === 'string') return value ?? '';
  if (value === null) return null;
  switch (type) {
    case 'int':
    case 'long':
    case 'datetime':
    case 'timespan':
      return value.length < 16 ? Number(value) : whole(BigInt(value));
    case 'real':
    case 'decimal':
      return value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value);
    case 'bool':
      return value === 'true';
    default:
      return value;
  }
}

/** A value as a text that engines read. */
export function printText(value: HostValue): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
