import type { Arg, FunctionGroup } from '../dialect/dialect.ts';
import { micros, toDatetime, toLong, toReal, toTimespan } from '../dialect/duckdb.ts';

const DAY_MICROS = 86_400_000_000;

function floorTo(value: string, size: string): string {
  return `(${value} - ((${value} % ${size}) + ${size}) % ${size})`;
}

function bin([value, size]: readonly Arg[], { type }: { type: string }): string {
  const [v, s] = [value!, size!];
  if (type === 'datetime' || v.type === 'datetime') {
    const at = micros(toDatetime(v));
    const ticks = constantTicks(s);
    const width =
      ticks !== null && ticks % 10n === 0n && ticks > 0n
        ? `${ticks / 10n}`
        : `((${toTimespan(s)}) // 10)`;
    if (ticks === 36_000_000_000n) return `date_trunc('hour', ${toDatetime(v)})`;
    // Bins count from 0001-01-01, which is a whole number of days, but not of every size, before 1970.
    return ticks !== null && 864_000_000_000n % ticks === 0n && ticks % 10n === 0n
      ? `make_timestamp(${floorTo(at, width)})`
      : `make_timestamp(${floorTo(`(${at} + 62135596800000000)`, width)} - 62135596800000000)`;
  }
  if (type === 'timespan' || v.type === 'timespan')
    return floorTo(toTimespan(v), `nullif(${toTimespan(s)}, 0)`);
  if (type === 'long' || type === 'int') return floorTo(toLong(v), `nullif(${toLong(s)}, 0)`);
  return `(floor(${toReal(v)} / ${toReal(s)}) * ${toReal(s)})`;
}

function constantTicks(arg: Arg): bigint | null {
  return arg.literal?.type === 'timespan' && typeof arg.literal.value === 'string'
    ? BigInt(arg.literal.value)
    : null;
}

export const timeFunctions: FunctionGroup = {
  bin: { duckdb: bin },
  startofday: {
    returns: 'datetime',
    duckdb: ([a, offset]) =>
      `make_timestamp(${floorTo(micros(toDatetime(a!)), String(DAY_MICROS))}${offset ? ` + (${toLong(offset)}) * ${DAY_MICROS}` : ''})`,
  },
};
