import { type Edge, fitsPattern, MAX_PATTERN_TERMS, termPattern } from '../../dialect/patterns.ts';
import { flattenConstants } from '../../functions/operators.ts';
import { toDynamic, toText } from '../convert.ts';
import { literalValue, quoteText } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';
import { asRe2 } from './patterns.ts';

/** String operators: the hot ones are ClickHouse's own functions, terms are patterns of RE2. */

type Match = (text: string, argument: Value, c: Call) => string;

const lower = (sql: string) => `lowerUTF8(${sql})`;

function constantText(value: Value): string | null {
  return value.literal && value.type === 'string' ? String(value.literal.value ?? '') : null;
}

function lowered(value: Value, c: Call): string {
  const constant = constantText(value);
  return constant === null ? lower(toText(value, c)) : quoteText(constant.toLowerCase());
}

function matches(text: string, pattern: string, isCased: boolean): string {
  return `match(${text}, ${quoteText(isCased ? pattern : `(?i)${pattern}`)})`;
}

const ASCII_WORD = /^[A-Za-z0-9]+$/;

/** A first look that costs little: rows without the letters at all need no pattern. */
function holds(text: string, term: string, isCased: boolean): string {
  if (isCased) return `position(${text}, ${quoteText(term)}) > 0`;
  return ASCII_WORD.test(term) ? `positionCaseInsensitive(${text}, ${quoteText(term)}) > 0` : '';
}

function hasTerm(isCased: boolean, edge: Edge): Match {
  return (text, term, c) => {
    const constant = constantText(term);
    if (constant === null || !fitsPattern(constant))
      return c.host(
        'weir_has',
        [
          { sql: text, type: 'string' },
          { ...term, sql: toText(term, c), type: 'string' },
          constantOf('bool', isCased, c),
          constantOf('string', edge, c),
        ],
        'bool',
      ).sql;
    const first = holds(text, constant, isCased);
    const whole = matches(text, termPattern(constant, edge), isCased);
    return first ? `(${first} AND ${whole})` : whole;
  };
}

function constantOf(type: 'bool' | 'string', value: boolean | string, c: Call): Value {
  return literalValue({ kind: 'literal', type, value, at: c.at });
}

function hasMany(isAll: boolean): Printer {
  return ([value, ...rest], c) => {
    const constants = flattenConstants(rest);
    const text = toText(value!, c);
    if (
      !constants ||
      constants.length === 0 ||
      constants.length > MAX_PATTERN_TERMS ||
      !constants.every(fitsPattern)
    ) {
      const list: Value = constants
        ? literalValue({
            kind: 'literal',
            type: 'dynamic',
            value: JSON.stringify(constants),
            at: c.at,
          })
        : rest.length === 1 && rest[0]!.type === 'dynamic'
          ? rest[0]!
          : c.host(
              'weir_texts',
              rest.map((r): Value => ({ ...r, sql: toDynamic(r, c), type: 'dynamic' })),
              'dynamic',
            );
      const subject: Value = value!.type === 'string' ? value! : { sql: text, type: 'string' };
      return c.host(isAll ? 'weir_has_all' : 'weir_has_any', [subject, list], 'bool');
    }
    if (!isAll) return matches(text, constants.map((t) => termPattern(t, 'both')).join('|'), false);
    return `(${constants.map((t) => matches(text, termPattern(t, 'both'), false)).join(' AND ')})`;
  };
}

function matchesRegex(text: string, regex: Value, c: Call): string {
  const constant = constantText(regex);
  if (constant === null) return `match(${text}, concat('(?-s)', ${toText(regex, c)}))`;
  return `match(${text}, ${quoteText(asRe2(constant))})`;
}

const MATCHES: Readonly<Record<string, Match>> = {
  '=~': (t, b, c) => `(${lower(t)} = ${lowered(b, c)})`,
  contains: (t, b, c) => {
    const constant = constantText(b);
    return constant !== null && ASCII_WORD.test(constant)
      ? `(positionCaseInsensitive(${t}, ${quoteText(constant)}) > 0)`
      : `(position(${lower(t)}, ${lowered(b, c)}) > 0)`;
  },
  contains_cs: (t, b, c) => `(position(${t}, ${toText(b, c)}) > 0)`,
  startswith: (t, b, c) => `startsWith(${lower(t)}, ${lowered(b, c)})`,
  startswith_cs: (t, b, c) => `startsWith(${t}, ${toText(b, c)})`,
  endswith: (t, b, c) => `endsWith(${lower(t)}, ${lowered(b, c)})`,
  endswith_cs: (t, b, c) => `endsWith(${t}, ${toText(b, c)})`,
  has: hasTerm(false, 'both'),
  has_cs: hasTerm(true, 'both'),
  hasprefix: hasTerm(false, 'start'),
  hasprefix_cs: hasTerm(true, 'start'),
  hassuffix: hasTerm(false, 'end'),
  hassuffix_cs: hasTerm(true, 'end'),
};

const negated =
  (printer: Printer): Printer =>
  (args, c) => {
    const made = printer(args, c);
    return made === null ? null : `(NOT ${typeof made === 'string' ? made : made.sql})`;
  };

const positive =
  (match: Match): Printer =>
  ([a, b], c) =>
    match(toText(a!, c), b!, c);

export const matchPrinters: PrinterGroup = {
  has_any: hasMany(false),
  has_all: hasMany(true),
  '!has_any': negated(hasMany(false)),
  '!has_all': negated(hasMany(true)),
  'matches regex': ([a, b], c) => matchesRegex(toText(a!, c), b!, c),
  ...Object.fromEntries(
    Object.entries(MATCHES).flatMap(([name, match]): [string, Printer][] => [
      [name, positive(match)],
      [name === '=~' ? '!~' : `!${name}`, negated(positive(match))],
    ]),
  ),
};
