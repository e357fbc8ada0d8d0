import type { KqlType } from '../../../schema/index.ts';
import { as, convert, toDynamic, toText } from '../convert.ts';
import { bind, quoteText } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';
import { parsed } from './dynamic.ts';

/** Conversions, and questions about a value's presence and type. */

const to =
  (type: KqlType): Printer =>
  ([a], c) =>
    convert(a!, type, c);

function isEmpty(value: Value, c: Call): string {
  if (value.type === 'string') return `(${value.sql} = '')`;
  return value.type === 'dynamic' ? `(${toText(value, c)} = '')` : `isNull(${value.sql})`;
}

/** The kind of a JSON text. */
const typeOfJson = (sql: string): string =>
  bind(
    sql,
    (x) =>
      `multiIf(isNull(${x}) OR ${x} = 'null', 'null', startsWith(${x}, '['), 'array', startsWith(${x}, '{'), 'dictionary', startsWith(${x}, '"'), 'string', ${x} IN ('true', 'false'), 'bool', match(${x}, '^-?[0-9]+$') AND isNotNull(toInt64OrNull(${x})), 'long', toFloat64OrNull(${x}) = trunc(toFloat64OrNull(${x})) AND abs(toFloat64OrNull(${x})) < 9223372036854775808, 'long', isNotNull(toFloat64OrNull(${x})), 'double', 'null')`,
  );

export const convertPrinters: PrinterGroup = {
  tostring: to('string'),
  tolong: to('long'),
  toint: to('int'),
  toreal: to('real'),
  todecimal: ([a], c) => (a!.type === 'decimal' ? a! : as(a!, 'real', c)),
  tobool: to('bool'),
  todatetime: to('datetime'),
  totimespan: to('timespan'),
  toguid: to('guid'),
  todynamic_value: to('dynamic'),
  parse_json: ([a], c) => (a!.type === 'string' ? parsed(a!, c) : convert(a!, 'dynamic', c)),
  dynamic_to_json: ([a], c) =>
    bind(
      toDynamic(a!, c),
      (x) =>
        `if(isNull(${x}), '', if(isValidJSON(assumeNotNull(${x})), JSONExtractRaw(assumeNotNull(${x})), assumeNotNull(${x})))`,
    ),
  isnull: ([a]) => (a!.type === 'string' ? 'false' : `isNull(${a!.sql})`),
  isnotnull: ([a]) => (a!.type === 'string' ? 'true' : `isNotNull(${a!.sql})`),
  isempty: ([a], c) => isEmpty(a!, c),
  isnotempty: ([a], c) => `(NOT ${isEmpty(a!, c)})`,
  gettype: ([a]) => (a!.type === 'dynamic' ? typeOfJson(a!.sql) : quoteText(a!.type)),
};
