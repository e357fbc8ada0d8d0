import { datetimeText, order, timespanText, type Value } from '../values.ts';
import { loose, type Scalar, strict } from './scalar.ts';

const lower = (s: string) => s.toLowerCase();
const escapeRegex = (s: string) => s.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const WORD = '[\\p{L}\\p{N}]';
/** A term is a run of letters and digits; a border is asked where the sought text begins or ends with one. */
function hasTerm(
  edges: 'both' | 'start' | 'end',
  flags: string,
): (s: string, t: string) => boolean {
  const isWord = (c: string | undefined) => new RegExp(WORD, 'u').test(c ?? '');
  return (s, t) => {
    const before = edges !== 'end' && isWord([...t][0]) ? `(?<!${WORD})` : '';
    const after = edges !== 'start' && isWord([...t].at(-1)) ? `(?!${WORD})` : '';
    return new RegExp(before + escapeRegex(t) + after, flags).test(s);
  };
}

type Test = (s: string, t: string) => boolean;
const TESTS: Readonly<Record<string, Test>> = {
  '=~': (s, t) => lower(s) === lower(t),
  contains: (s, t) => lower(s).includes(lower(t)),
  contains_cs: (s, t) => s.includes(t),
  startswith: (s, t) => lower(s).startsWith(lower(t)),
  endswith_cs: (s, t) => s.endsWith(t),
  has: hasTerm('both', 'iu'),
  has_cs: hasTerm('both', 'u'),
  hasprefix: hasTerm('start', 'iu'),
  hassuffix: hasTerm('end', 'iu'),
};
const negated = (name: string) => (name === '=~' ? '!~' : `!${name}`);

const REGEXES = ['^a', '[0-9]+', 'b|C', '(?i)AB', '\\d', '^$', 'ä.'];
const regexOf = (r: string) => new RegExp(r.replace('(?i)', ''), r.startsWith('(?i)') ? 'iu' : 'u');
const at = (s: string, n: bigint) => [...s].slice(Number(n));

export const texts: readonly Scalar[] = [
  ...Object.entries(TESTS).flatMap(([name, test]) => [
    strict(`({0} ${name} {1})`, ['string', 'string'], 'bool', test),
    strict(
      `({0} ${negated(name)} {1})`,
      ['string', 'string'],
      'bool',
      (s: string, t: string) => !test(s, t),
    ),
  ]),
  ...REGEXES.map((r) =>
    strict(`({0} matches regex @'${r}')`, ['string'], 'bool', (s: string) => regexOf(r).test(s)),
  ),
  strict(
    '({0} in ({1}, "a"))',
    ['string', 'string'],
    'bool',
    (s: string, t: string) => s === t || s === 'a',
  ),
  strict(
    '({0} !in ({1}, ""))',
    ['string', 'string'],
    'bool',
    (s: string, t: string) => s !== t && s !== '',
  ),
  strict(
    '({0} in~ ({1}, "B"))',
    ['string', 'string'],
    'bool',
    (s: string, t: string) => lower(s) === lower(t) || lower(s) === 'b',
  ),
  strict(
    '({0} !in~ ("a", "AB CD"))',
    ['string'],
    'bool',
    (s: string) => !['a', 'ab cd'].includes(lower(s)),
  ),
  strict('({0} has_any ("ab", "X1", {1}))', ['string', 'string'], 'bool', (s: string, t: string) =>
    ['ab', 'X1', t].some((x) => TESTS['has']!(s, x)),
  ),
  strict('({0} has_all ("ab", "CD"))', ['string'], 'bool', (s: string) =>
    ['ab', 'CD'].every((x) => TESTS['has']!(s, x)),
  ),
  strict(
    'strcat({0}, "|", {1})',
    ['string', 'string'],
    'string',
    (s: string, t: string) => `${s}|${t}`,
  ),
  strict('strlen({0})', ['string'], 'long', (s: string) => BigInt([...s].length)),
  strict('tolower({0})', ['string'], 'string', lower),
  strict('toupper({0})', ['string'], 'string', (s: string) => s.toUpperCase()),
  strict('reverse({0})', ['string'], 'string', (s: string) => [...s].reverse().join('')),
  strict('substring({0}, 1, 2)', ['string'], 'string', (s: string) =>
    at(s, 1n).slice(0, 2).join(''),
  ),
  strict('replace_string({0}, "a", {1})', ['string', 'string'], 'string', (s: string, t: string) =>
    s.split('a').join(t),
  ),
  strict('replace_regex({0}, @"([a-z])", @"<\\1>")', ['string'], 'string', (s: string) =>
    s.replace(/([a-z])/g, '<$1>'),
  ),
  strict(
    'extract(@"([a-z]+)[^a-z]*([a-z]+)", 2, {0})',
    ['string'],
    'string',
    (s: string) => /([a-z]+)[^a-z]*([a-z]+)/.exec(s)?.[2] ?? '',
  ),
  strict('indexof({0}, "b")', ['string'], 'long', (s: string) => BigInt([...s].indexOf('b'))),
  strict('countof({0}, "a")', ['string'], 'long', (s: string) => BigInt(s.split('a').length - 1)),
  strict('split({0}, ",")', ['string'], 'dynamic', (s: string) => s.split(',')),
  strict('trim(@"[^a-z]+", {0})', ['string'], 'string', (s: string) =>
    s.replace(/^[^a-z]+/, '').replace(/[^a-z]+$/, ''),
  ),
  strict('strcmp({0}, {1})', ['string', 'string'], 'long', (s: string, t: string) =>
    BigInt(Math.sign(order(s, t))),
  ),
  strict('tolong({0})', ['string'], 'long', (s: string) => (/^-?\d+$/.test(s) ? BigInt(s) : null)),
  strict('toreal({0})', ['string'], 'real', (s: string) =>
    /^-?\d+(\.\d+)?$/.test(s) ? Number(s) : null,
  ),
  loose('tostring({0})', ['long'], 'string', (a: Value) => (a === null ? '' : String(a))),
  loose('tostring({0})', ['bool'], 'string', (a: Value) => (a === null ? '' : String(a))),
  loose('tostring({0})', ['datetime'], 'string', (a: Value) =>
    a === null ? '' : datetimeText(a as bigint),
  ),
  loose('tostring({0})', ['timespan'], 'string', (a: Value) =>
    a === null ? '' : timespanText(a as bigint),
  ),
  loose(
    'strcat({0}, "/", {1})',
    ['long', 'timespan'],
    'string',
    (a: Value, b: Value) => `${a ?? ''}/${b === null ? '' : timespanText(b as bigint)}`,
  ),
];
