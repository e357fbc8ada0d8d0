import type { Arg, FunctionGroup } from '../dialect/dialect.ts';
import {
  convert,
  quoteText,
  toBool,
  toDatetime,
  toDynamic,
  toGuid,
  toLong,
  toReal,
  toText,
  toTimespan,
} from '../dialect/duckdb.ts';

/** Conversions, and questions about a value's presence and type. */

function isEmpty(a: Arg): string {
  return a.type === 'string'
    ? `(${a.sql} = '')`
    : a.type === 'dynamic'
      ? `(weir_dynamic_text(${a.sql}) IS NULL OR weir_dynamic_text(${a.sql}) = '')`
      : `(${a.sql} IS NULL)`;
}

export const convertFunctions: FunctionGroup = {
  tostring: { returns: 'string', duckdb: ([a]) => toText(a!) },
  tolong: { returns: 'long', duckdb: ([a]) => toLong(a!) },
  toint: { returns: 'int', duckdb: ([a]) => toLong(a!, 'int') },
  toreal: { returns: 'real', duckdb: ([a]) => toReal(a!) },
  todecimal: { returns: 'decimal', duckdb: ([a]) => toReal(a!) },
  tobool: { returns: 'bool', duckdb: ([a]) => toBool(a!) },
  todatetime: { returns: 'datetime', duckdb: ([a]) => toDatetime(a!) },
  totimespan: { returns: 'timespan', duckdb: ([a]) => toTimespan(a!) },
  toguid: { returns: 'guid', duckdb: ([a]) => toGuid(a!) },
  todynamic_value: { returns: 'dynamic', duckdb: ([a]) => toDynamic(a!) },
  parse_json: {
    returns: 'dynamic',
    duckdb: ([a]) => (a!.type === 'string' ? `weir_parse_json(${a!.sql})` : toDynamic(a!)),
  },
  dynamic_to_json: {
    returns: 'string',
    duckdb: ([a]) => `coalesce(weir_dynamic_json(${toDynamic(a!)}), '')`,
  },
  isnull: {
    returns: 'bool',
    duckdb: ([a]) => (a!.type === 'string' ? 'false' : `(${a!.sql} IS NULL)`),
  },
  isnotnull: {
    returns: 'bool',
    duckdb: ([a]) => (a!.type === 'string' ? 'true' : `(${a!.sql} IS NOT NULL)`),
  },
  isempty: { returns: 'bool', duckdb: ([a]) => isEmpty(a!) },
  isnotempty: { returns: 'bool', duckdb: ([a]) => `(NOT ${isEmpty(a!)})` },
  gettype: {
    returns: 'string',
    duckdb: ([a]) => (a!.type === 'dynamic' ? `weir_dynamic_type(${a!.sql})` : quoteText(a!.type)),
  },
  iff: {
    duckdb: ([test, a, b], { type }) =>
      `CASE WHEN ${toBool(test!)} THEN ${convert(a!, type)} ELSE ${convert(b!, type)} END`,
  },
  case: {
    duckdb: (args, { type }) => {
      const parts: string[] = [];
      for (let i = 0; i + 1 < args.length; i += 2)
        parts.push(`WHEN ${toBool(args[i]!)} THEN ${convert(args[i + 1]!, type)}`);
      return `CASE ${parts.join(' ')} ELSE ${convert(args.at(-1)!, type)} END`;
    },
  },
  coalesce: {
    duckdb: (args, { type }) =>
      type === 'string'
        ? `coalesce(${args.map((a) => `nullif(${convert(a, type)}, '')`).join(', ')}, '')`
        : `coalesce(${args.map((a) => convert(a, type)).join(', ')})`,
  },
};
