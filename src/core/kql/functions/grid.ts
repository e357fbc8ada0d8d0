import type { Arg, FunctionGroup, HostValue } from '../dialect/dialect.ts';
import { micros, ticksOf, toReal } from '../dialect/duckdb.ts';
import { printDatetimeTicks, printTimespan } from '../runtime/datetime.ts';
import { asNumber, asText } from '../runtime/value.ts';
import { hosts } from './host.ts';

/** What make-series computes its grid with. */

/** Rows of (place, value) as an array of `size` values; places without a row hold the default. */
function gather(
  places: HostValue | undefined,
  size: HostValue | undefined,
  fallback: HostValue | undefined,
): string {
  const length = Math.max(0, Math.min(MAX_POINTS, asNumber(size) ?? 0));
  const out = new Array<string>(length).fill(asText(fallback ?? 'null'));
  const text = asText(places);
  for (const line of text === '' ? [] : text.split('\n')) {
    const cut = line.indexOf(' ');
    const at = Number(line.slice(0, cut));
    if (at < length) out[at] = line.slice(cut + 1);
  }
  return `[${out.join(',')}]`;
}

/** Longest series that make-series gives. */
const MAX_POINTS = 1_048_576;

/** SQL of the number line that make-series and range walk: ticks of 100 ns, or plain numbers. */
function line(a: Arg): string {
  return a.type === 'datetime' ? ticksOf(a.sql) : a.type === 'dynamic' ? toReal(a) : a.sql;
}

/** A constant step in µs, where those can tell it. */
function wholeMicros(step: Arg): bigint | null {
  const value = step.literal?.type === 'timespan' ? step.literal.value : null;
  const ticks = typeof value === 'string' ? BigInt(value) : 0n;
  return ticks > 0n && ticks % 10n === 0n ? ticks / 10n : null;
}

const isWholeMicros = ({ literal }: Arg) =>
  typeof literal?.value !== 'string' || literal.value.endsWith('0');

function printAxis(
  start: HostValue | undefined,
  step: HostValue | undefined,
  size: HostValue | undefined,
  kind: string,
): string {
  const length = Math.max(0, Math.min(MAX_POINTS, asNumber(size) ?? 0));
  const at = (i: number): string => {
    if (kind === 'real') return String((asNumber(start) ?? 0) + i * (asNumber(step) ?? 0));
    const value = BigInt(String(start ?? 0)) + BigInt(i) * BigInt(String(step ?? 0));
    return kind === 'datetime'
      ? `"${printDatetimeTicks(value)}"`
      : kind === 'timespan'
        ? `"${printTimespan(value)}"`
        : String(value);
  };
  return `[${Array.from({ length }, (_, i) => at(i)).join(',')}]`;
}

const printed: FunctionGroup = {
  // The planner lets no value below the first place through.
  $place: {
    returns: 'long',
    duckdb: ([x, from, step]) => {
      const width = wholeMicros(step!);
      return x!.type === 'datetime' && from!.type === 'datetime' && width && isWholeMicros(from!)
        ? `((${micros(x!.sql)} - ${micros(from!.sql)}) // ${width})`
        : `floor((${line(x!)} - ${line(from!)})::DOUBLE / ${line(step!)})::BIGINT`;
    },
  },
  $places: {
    returns: 'long',
    duckdb: ([from, to, step, closed]) => {
      const width = `(${line(to!)} - ${line(from!)})::DOUBLE / ${line(step!)}`;
      const count = closed!.literal?.value === true ? `floor(${width}) + 1` : `ceil(${width})`;
      return `CASE WHEN ${count} <= ${MAX_POINTS} THEN (${count})::BIGINT WHEN ${count} IS NOT NULL THEN error('make-series would make more than ${MAX_POINTS} points. Take a longer step or a shorter time.') END`;
    },
  },
  $axis: {
    returns: 'dynamic',
    duckdb: ([from, step, size]) => {
      const kind =
        from!.type === 'datetime' || from!.type === 'timespan'
          ? from!.type
          : from!.type === 'real' || step!.type === 'real'
            ? 'real'
            : 'long';
      return kind === 'real'
        ? `weir_axis_real(${toReal(from!)}, ${toReal(step!)}, ${size!.sql})`
        : `weir_axis(${line(from!)}, (${line(step!)})::BIGINT, ${size!.sql}, '${kind}')`;
    },
  },
};

/** Called by printers only; the planner does not name them. */
const helpers = hosts([
  {
    name: 'axis',
    takes: ['long', 'long', 'long', 'string'],
    gives: 'dynamic',
    call: (from, step, size, kind) => printAxis(from, step, size, asText(kind)),
  },
  {
    name: 'axis_real',
    takes: ['real', 'real', 'long'],
    gives: 'dynamic',
    call: (from, step, size) => printAxis(from, step, size, 'real'),
  },
  { name: 'gather', takes: ['string', 'long', 'dynamic'], gives: 'dynamic', call: gather },
]);

export const gridFunctions: FunctionGroup = {
  ...printed,
  ...Object.fromEntries(Object.entries(helpers).map(([name, row]) => [`$host_${name}`, row])),
};
