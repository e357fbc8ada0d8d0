import type { Arg, FunctionGroup, FunctionRow } from '../dialect/dialect.ts';
import { quoteText, toDynamic, toText } from '../dialect/duckdb.ts';
import { flattenConstants } from './operators.ts';

/** String operators. The term operators see maximal runs of letters and digits; `_cs` ones mind the case. */

const yes = (sql: string): string => sql;
const no = (sql: string): string => `(NOT ${sql})`;

function constantText(arg: Arg): string | null {
  return arg.literal && arg.type === 'string' ? String(arg.literal.value ?? '') : null;
}

const TERM = /^[A-Za-z0-9]+$/;
const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function hasTerm(
  text: string,
  term: Arg,
  isCased: boolean,
  edge: 'both' | 'start' | 'end',
): string {
  const constant = constantText(term);
  if (constant !== null && TERM.test(constant)) {
    const before = edge === 'end' ? '' : '(^|[^\\pL\\pN])';
    const after = edge === 'start' ? '' : '($|[^\\pL\\pN])';
    const pattern = `${before}${escapeRegex(constant)}${after}`;
    return `regexp_matches(${text}, ${quoteText(pattern)}${isCased ? '' : `, 'i'`})`;
  }
  return `weir_has(${text}, ${toText(term)}, ${isCased}, '${edge}')`;
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
  has_any: {
    returns: 'bool',
    duckdb: ([a, ...rest]) => `weir_has_any(${toText(a!)}, ${list(rest)})`,
  },
  has_all: {
    returns: 'bool',
    duckdb: ([a, ...rest]) => `weir_has_all(${toText(a!)}, ${list(rest)})`,
  },
  '!has_any': {
    returns: 'bool',
    duckdb: ([a, ...rest]) => no(`weir_has_any(${toText(a!)}, ${list(rest)})`),
  },
  'matches regex': {
    returns: 'bool',
    duckdb: ([a, b]) => `regexp_matches(${toText(a!)}, ${toText(b!)})`,
  },
};
for (const [name, match] of Object.entries(MATCHES)) {
  const { positive, negative } = both(match);
  rows[name] = positive;
  rows[name === '=~' ? '!~' : `!${name}`] = negative;
}

export const matchFunctions: FunctionGroup = rows;
