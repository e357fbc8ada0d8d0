import type { Arg, FunctionGroup, FunctionRow } from '../dialect/dialect.ts';
import { isColumn, quoteText, toDynamic, toText } from '../dialect/duckdb.ts';
import {
  type Edge,
  fitsPattern,
  MAX_PATTERN_TERMS,
  termPattern,
  widenClasses,
} from '../dialect/patterns.ts';
import { flattenConstants } from './operators.ts';

/** String operators. The term operators see maximal runs of letters and digits; `_cs` ones mind the case. */

const yes = (sql: string): string => sql;
const no = (sql: string): string => `(NOT ${sql})`;

function constantText(arg: Arg): string | null {
  return arg.literal && arg.type === 'string' ? String(arg.literal.value ?? '') : null;
}

function hasTerm(text: string, term: Arg, isCased: boolean, edge: Edge): string {
  const constant = constantText(term);
  if (constant !== null && fitsPattern(constant)) {
    const pattern = matches(text, termPattern(constant, edge), isCased);
    if (!isColumn(text)) return pattern;
    // Most rows do not hold the term at all, which is ten times faster to find out.
    const holds = isCased ? MATCHES['contains_cs']! : MATCHES['contains']!;
    return `(${holds(text, term)} AND ${pattern})`;
  }
  return `weir_has(${text}, ${toText(term)}, ${isCased}, '${edge}')`;
}

function matches(text: string, pattern: string, isCased: boolean): string {
  return `regexp_matches(${text}, ${quoteText(pattern)}${isCased ? '' : ", 'i'"})`;
}

function hasMany(name: 'weir_has_any' | 'weir_has_all', [value, ...rest]: readonly Arg[]): string {
  const text = toText(value!);
  const constants = flattenConstants(rest);
  if (
    !constants ||
    constants.length === 0 ||
    constants.length > MAX_PATTERN_TERMS ||
    !constants.every(fitsPattern)
  )
    return `${name}(${text}, ${list(rest)})`;
  if (name === 'weir_has_any')
    return matches(text, constants.map((c) => termPattern(c, 'both')).join('|'), false);
  return `(${constants.map((c) => matches(text, termPattern(c, 'both'), false)).join(' AND ')})`;
}

function regexMatch(text: string, regex: Arg): string {
  const constant = constantText(regex);
  return `regexp_matches(${text}, ${constant === null || constant.includes('\0') ? toText(regex) : quoteText(widenClasses(constant))})`;
}

type Match = (text: string, argument: Arg) => string;

function both(match: Match): { positive: FunctionRow; negative: FunctionRow } {
  const row = (wrap: (sql: string) => string): FunctionRow => ({
    returns: 'bool',
    duckdb: ([a, b]) => wrap(match(toText(a!), b!)),
  });
  return { positive: row(yes), negative: row(no) };
}

const folded = (sql: string) => `lower(${sql})`;
function foldedArg(arg: Arg): string {
  const constant = constantText(arg);
  return constant === null ? folded(toText(arg)) : quoteText(constant.toLowerCase());
}

const MATCHES: Readonly<Record<string, Match>> = {
  '=~': (t, b) => `(${folded(t)} = ${foldedArg(b)})`,
  contains: (t, b) => `contains(${folded(t)}, ${foldedArg(b)})`,
  contains_cs: (t, b) => `contains(${t}, ${toText(b)})`,
  startswith: (t, b) => `starts_with(${folded(t)}, ${foldedArg(b)})`,
  startswith_cs: (t, b) => `starts_with(${t}, ${toText(b)})`,
  endswith: (t, b) => `ends_with(${folded(t)}, ${foldedArg(b)})`,
  endswith_cs: (t, b) => `ends_with(${t}, ${toText(b)})`,
  has: (t, b) => hasTerm(t, b, false, 'both'),
  has_cs: (t, b) => hasTerm(t, b, true, 'both'),
  hasprefix: (t, b) => hasTerm(t, b, false, 'start'),
  hasprefix_cs: (t, b) => hasTerm(t, b, true, 'start'),
  hassuffix: (t, b) => hasTerm(t, b, false, 'end'),
  hassuffix_cs: (t, b) => hasTerm(t, b, true, 'end'),
};

function list(args: readonly Arg[]): string {
  const constants = flattenConstants(args);
  if (constants) return quoteText(JSON.stringify(constants));
  if (args.length === 1 && args[0]!.type === 'dynamic') return args[0]!.sql;
  return `weir_texts(${args.map(toDynamic).join(', ')})`;
}

const rows: Record<string, FunctionRow> = {
  has_any: { returns: 'bool', duckdb: (args) => hasMany('weir_has_any', args) },
  has_all: { returns: 'bool', duckdb: (args) => hasMany('weir_has_all', args) },
  '!has_any': { returns: 'bool', duckdb: (args) => no(hasMany('weir_has_any', args)) },
  '!has_all': { returns: 'bool', duckdb: (args) => no(hasMany('weir_has_all', args)) },
  'matches regex': { returns: 'bool', duckdb: ([a, b]) => regexMatch(toText(a!), b!) },
};
for (const [name, match] of Object.entries(MATCHES)) {
  const { positive, negative } = both(match);
  rows[name] = positive;
  rows[name === '=~' ? '!~' : `!${name}`] = negative;
}

export const matchFunctions: FunctionGroup = rows;
