import type { KqlType } from '../../schema/index.ts';
import type { HostValue } from '../dialect/dialect.ts';
import { dayOfYear, fieldsOf } from '../runtime/calendar.ts';
import { compileRegex } from '../runtime/regex.ts';
import { hasTerm, type TermEdge } from '../runtime/terms.ts';
import { asNumber, asText } from '../runtime/value.ts';
import { whole } from './conversions.ts';

/**
 * What engines compute by themselves, in JavaScript: by name, the types that arguments are taken as and the value of
 * them. The engines' own rows in functions/ say the same in SQL.
 */

export interface Operation {
  /** The types of the arguments; the last stands for all that follow. */
  readonly takes: readonly KqlType[];
  readonly gives: KqlType;
  readonly call: (...args: readonly HostValue[]) => HostValue;
}

const strict =
  (call: (...args: HostValue[]) => HostValue) =>
  (...args: readonly HostValue[]): HostValue =>
    args.some((a) => a === null) ? null : call(...args);

const real = (call: (x: number, y: number) => number): Operation => ({
  takes: ['real'],
  gives: 'real',
  call: strict((x, y = 0) => call(Number(x), Number(y))),
});

const logarithm = (call: (x: number) => number): Operation => ({
  takes: ['real'],
  gives: 'real',
  call: strict((x) => (Number(x) >= 0 ? call(Number(x)) : null)),
});

const bits = (call: (a: bigint, b: bigint) => bigint): Operation => ({
  takes: ['long'],
  gives: 'long',
  call: strict((a, b = 0) => whole(call(BigInt(asText(a)), BigInt(asText(b))))),
});

const text = (call: (...texts: string[]) => HostValue, gives: KqlType = 'string'): Operation => ({
  takes: ['string'],
  gives,
  call: (...args) => call(...args.map(asText)),
});

type Test = (text: string, part: string) => boolean;

/** A test of texts, and its opposite. */
const tests = (name: string, test: Test): [string, Operation][] => [
  [name, text((a, b) => test(a ?? '', b ?? ''), 'bool')],
  [name === '=~' ? '!~' : `!${name}`, text((a, b) => !test(a ?? '', b ?? ''), 'bool')],
];

const folded =
  (test: Test): Test =>
  (a, b) =>
    test(a.toLowerCase(), b.toLowerCase());

/** A test that minds letter case by its second name. */
const both = (name: string, test: Test): [string, Operation][] => [
  ...tests(name, folded(test)),
  ...tests(`${name}_cs`, test),
];

const terms = (name: string, edge: TermEdge): [string, Operation][] => [
  ...tests(name, (t, term) => hasTerm(t, term, false, edge)),
  ...tests(`${name}_cs`, (t, term) => hasTerm(t, term, true, edge)),
];

/** A character in upper case, where that is one character. */
function upper(char: string): string {
  const large = char.toUpperCase();
  return large.length === char.length ? large : char;
}

const field = (call: (ticks: bigint) => number): Operation => ({
  takes: ['datetime'],
  gives: 'int',
  call: strict((at) => call(BigInt(asText(at)))),
});

const DAY = 864_000_000_000n;
const floorTo = (value: bigint, step: bigint): bigint => {
  const rest = value % step;
  return value - (rest < 0n ? rest + step : rest);
};

function rounded(x: HostValue, digits: HostValue = 0): HostValue {
  const [value, places] = [asNumber(x), asNumber(digits)];
  if (value === null || places === null) return null;
  const scale = 10 ** places;
  const out = (Math.sign(value) * Math.round(Math.abs(value) * scale)) / scale;
  return Number.isFinite(out) ? out : value;
}

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...tests(
    '=~',
    folded((a, b) => a === b),
  ),
  ...both('contains', (a, b) => a.includes(b)),
  ...both('startswith', (a, b) => a.startsWith(b)),
  ...both('endswith', (a, b) => a.endsWith(b)),
  ...terms('has', 'both'),
  ...terms('hasprefix', 'start'),
  ...terms('hassuffix', 'end'),
  ['matches regex', text((a, b) => compileRegex(b ?? '', '').test(a ?? ''), 'bool')],
  ['strcat', text((...all) => all.join(''))],
  ['strlen', text((a) => [...(a ?? '')].length, 'long')],
  ['tolower', text((a) => (a ?? '').toLowerCase())],
  ['toupper', text((a) => [...(a ?? '')].map(upper).join(''))],
  ['replace_string', text((a, b, c) => (b ? (a ?? '').replaceAll(b, () => c ?? '') : (a ?? '')))],
  ['sign', { ...real(Math.sign), gives: 'long' }],
  ['round', { takes: ['real', 'long'], gives: 'real', call: rounded }],
  ['sqrt', real(Math.sqrt)],
  ['exp', real(Math.exp)],
  ['exp2', real((x) => 2 ** x)],
  ['exp10', real((x) => 10 ** x)],
  ['log', logarithm(Math.log)],
  ['log2', logarithm(Math.log2)],
  ['log10', logarithm(Math.log10)],
  ['sin', real(Math.sin)],
  ['cos', real(Math.cos)],
  ['tan', real(Math.tan)],
  ['asin', real(Math.asin)],
  ['acos', real(Math.acos)],
  ['atan', real(Math.atan)],
  ['atan2', real(Math.atan2)],
  ['degrees', real((x) => (x * 180) / Math.PI)],
  ['radians', real((x) => (x * Math.PI) / 180)],
  ['pi', { takes: ['real'], gives: 'real', call: () => Math.PI }],
  ['isnan', { takes: ['real'], gives: 'bool', call: strict((x) => Number.isNaN(x)) }],
  [
    'isinf',
    { takes: ['real'], gives: 'bool', call: strict((x) => Math.abs(Number(x)) === Infinity) },
  ],
  ['isfinite', { takes: ['real'], gives: 'bool', call: strict((x) => Number.isFinite(x)) }],
  ['binary_and', bits((a, b) => a & b)],
  ['binary_or', bits((a, b) => a | b)],
  ['binary_xor', bits((a, b) => a ^ b)],
  ['binary_not', bits((a) => ~a)],
  [
    'startofday',
    {
      takes: ['datetime', 'long'],
      gives: 'datetime',
      call: strict((at, days = 0) =>
        whole(floorTo(BigInt(asText(at)), DAY) + BigInt(asText(days)) * DAY),
      ),
    },
  ],
  ['hourofday', field((at) => fieldsOf(at).hour)],
  ['dayofmonth', field((at) => fieldsOf(at).day)],
  ['monthofyear', field((at) => fieldsOf(at).month)],
  ['getyear', field((at) => fieldsOf(at).year)],
  ['dayofyear', field(dayOfYear)],
  [
    'dayofweek',
    {
      takes: ['datetime'],
      gives: 'timespan',
      // 0001-01-01 was a Monday.
      call: strict((at) => whole(((BigInt(asText(at)) / DAY + 1n) % 7n) * DAY)),
    },
  ],
]);
