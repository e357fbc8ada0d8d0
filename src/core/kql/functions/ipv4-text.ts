import type { Arg, FunctionRow, Printer } from '../dialect/dialect.ts';
import { isColumn, quoteText } from '../dialect/duckdb.ts';
import { masked, parseNetwork } from '../runtime/address.ts';
import type { HostRow } from './host.ts';

/**
 * Questions about IPv4 addresses, answered by the engine for addresses as they are stored: four numbers without leading
 * zeros. Then a prefix is a prefix of the text. Other spellings, which JavaScript reads, are rare; what has a colon or is
 * empty is no IPv4 address in any.
 */

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** The test of an address that is stored so; null where the range is none. */
function inRange(column: string, range: string): string | null {
  const network = parseNetwork(range, 4);
  if (!network) return null;
  const value = Number(masked(network));
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
  const whole = Math.floor(network.prefix / 8);
  const rest = network.prefix % 8;
  if (whole === 4) return `${column} = ${quoteText(octets.join('.'))}`;
  const prefix = octets.slice(0, whole).map((o) => `${o}.`);
  const starts = `starts_with(${column}, ${quoteText(prefix.join(''))})`;
  if (rest === 0) return whole === 0 ? 'true' : starts;
  const first = octets[whole]!;
  const some = Array.from({ length: 2 ** (8 - rest) }, (_, i) => first + i);
  const pattern = `${prefix.join('').replaceAll('.', '[.]')}(?:${some.join('|')})${whole === 3 ? '' : '[.].*'}`;
  const matches = `regexp_full_match(${column}, ${quoteText(pattern)})`;
  return whole === 0 ? matches : `(${starts} AND ${matches})`;
}

/** Where the ranges are constant and the address is a column. */
function printRanges(args: readonly Arg[], ranges: readonly Arg[], row: HostRow): string | null {
  const column = args[0]!;
  if (column.type !== 'string' || !isColumn(column.sql)) return null;
  const tests = ranges.map((range) =>
    range.type === 'string' && typeof range.literal?.value === 'string'
      ? inRange(column.sql, range.literal.value)
      : null,
  );
  if (tests.length === 0 || tests.includes(null)) return null;
  return (
    `CASE WHEN weir_is_ipv4(${column.sql}) THEN ${tests.join(' OR ')} ` +
    `WHEN ${column.sql} = '' OR contains(${column.sql}, ':') THEN NULL ELSE ${row.duckdb(args, { type: 'bool' })} END`
  );
}

const constant = (value: string): Arg => ({
  sql: quoteText(value),
  type: 'string',
  literal: { kind: 'literal', type: 'string', value, at: { start: 0, length: 0 } },
});

const RANGES: Readonly<Record<string, (args: readonly Arg[]) => readonly Arg[]>> = {
  ipv4_is_private: () => PRIVATE.map(constant),
  ipv4_is_in_range: (args) => args.slice(1, 2),
  ipv4_is_in_any_range: (args) => args.slice(1),
};

/** The rows of functions in JavaScript, with the engine's own way where it has one. */
export function withText(rows: Readonly<Record<string, HostRow>>): Record<string, FunctionRow> {
  const native = (name: string, row: HostRow): Printer => {
    const ranges = RANGES[name];
    return (args, call) =>
      (ranges && printRanges(args, ranges(args), row)) ?? row.duckdb(args, call);
  };
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, { ...row, duckdb: native(name, row) }]),
  );
}
