import { as, toLong, toReal } from '../convert.ts';
import { bind } from '../types.ts';
import type { Call, Printer, PrinterGroup, Value } from '../value.ts';

const real =
  (engine: (x: string) => string): Printer =>
  ([a], c) =>
    bind(toReal(a!, c), engine);

/** Of nothing and of what is not positive there is no logarithm, but of 0 it is without end. */
const logarithm = (name: string): Printer =>
  real((x) => `multiIf(${x} > 0, ${name}(${x}), ${x} = 0, -inf, NULL)`);

/** NaN wins on both sides, and null loses. */
function extreme(engine: 'greatest' | 'least'): Printer {
  return (args, c) => {
    const values = args.map((a) => as(a, c.type, c));
    const known = values.map((v) => `(${v})`).join(', ');
    const sql = values.length === 1 ? values[0]! : `${engine}(${known})`;
    const mayBeNan = args.flatMap((a, i) =>
      a.type === 'real' && (!a.literal || a.literal.value === 'nan') ? [values[i]!] : [],
    );
    if (mayBeNan.length === 0) return sql;
    return `if(${mayBeNan.map((v) => `ifNull(isNaN(${v}), false)`).join(' OR ')}, nan, ${sql})`;
  };
}

const isWhole = (v: Value) => v.type === 'long' || v.type === 'int' || v.type === 'timespan';

const bits =
  (name: string): Printer =>
  ([a, b], c) =>
    `${name}(${toLong(a!, c)}, ${toLong(b!, c)})`;

const rounded =
  (engine: string): Printer =>
  ([a], c) =>
    c.type === 'long' || c.type === 'int' ? toLong(a!, c) : `${engine}(${toReal(a!, c)})`;

/** Every mention of a random number in a statement is one of its own. */
let mentions = 0;
export const nextMention = (): number => ++mentions;

function digitsOf(value: Value | undefined, c: Call): string {
  if (!value) return '0';
  return value.literal ? String(Number(value.literal.value)) : toLong(value, c);
}

export const mathPrinters: PrinterGroup = {
  abs: ([a], c) => {
    if (c.type === 'long' || a!.type === 'int') return `toInt64(abs(${toLong(a!, c)}))`;
    if (isWhole(a!)) return `toInt64(abs(${a!.sql}))`;
    return `abs(${as(a!, c.type === 'dynamic' ? 'real' : c.type, c)})`;
  },
  sign: real((x) => `if(isNaN(${x}), 0::Int64, toInt64(sign(${x})))`),
  // Half away from zero; ClickHouse rounds reals to even.
  round: ([a, digits], c) => {
    const scale = `exp10(${digitsOf(digits, c)})`;
    return bind(toReal(a!, c), (x) =>
      digits
        ? `if(isFinite(${x}), sign(${x}) * floor(abs(${x}) * ${scale} + 0.5) / ${scale}, ${x})`
        : `(sign(${x}) * floor(abs(${x}) + 0.5))`,
    );
  },
  floor: rounded('floor'),
  ceiling: rounded('ceil'),
  sqrt: real((x) => `sqrt(${x})`),
  exp: real((x) => `exp(${x})`),
  exp2: real((x) => `exp2(${x})`),
  exp10: real((x) => `exp10(${x})`),
  log: logarithm('log'),
  log2: logarithm('log2'),
  log10: logarithm('log10'),
  sin: real((x) => `sin(${x})`),
  cos: real((x) => `cos(${x})`),
  tan: real((x) => `tan(${x})`),
  cot: real((x) => `(1 / tan(${x}))`),
  asin: real((x) => `asin(${x})`),
  acos: real((x) => `acos(${x})`),
  atan: real((x) => `atan(${x})`),
  atan2: ([a, b], c) => `atan2(${toReal(a!, c)}, ${toReal(b!, c)})`,
  degrees: real((x) => `degrees(${x})`),
  radians: real((x) => `radians(${x})`),
  pi: () => 'pi()',
  isnan: real((x) => `isNaN(${x})`),
  isinf: real((x) => `isInfinite(${x})`),
  isfinite: real((x) => `isFinite(${x})`),
  max_of: extreme('greatest'),
  min_of: extreme('least'),
  binary_and: bits('bitAnd'),
  binary_or: bits('bitOr'),
  binary_xor: bits('bitXor'),
  binary_not: ([a], c) => `bitNot(${toLong(a!, c)})`,
  bitset_count_ones: ([a], c) => `toInt64(bitCount(${toLong(a!, c)}))`,
  rand: ([a], c) => {
    const random = `randCanonical(${nextMention()})`;
    return a ? `floor(${random} * ${toLong(a, c)})` : random;
  },
  new_guid: () => `toString(generateUUIDv4(${nextMention()}))`,
};
