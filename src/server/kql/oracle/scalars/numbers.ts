import { wrap } from '../values.ts';
import { type Scalar, strict } from './scalar.ts';
import { mod } from './whole.ts';

/** Cut towards zero; past the ends of a long stands its end. */
function inRange(a: number): bigint {
  if (Math.abs(a) >= 2 ** 63) return a < 0 ? -(2n ** 63n) : 2n ** 63n - 1n;
  return BigInt(Math.trunc(a));
}

export const numbers: readonly Scalar[] = [
  strict('({0} + {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) => wrap(a + b)),
  strict('({0} - {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) => wrap(a - b)),
  strict('({0} * {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) => wrap(a * b)),
  strict('({0} / {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) =>
    b === 0n ? null : wrap(a / b),
  ),
  strict('({0} % {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) =>
    b === 0n ? null : mod(a, b),
  ),
  strict('({0} + {1})', ['int', 'int'], 'long', (a: bigint, b: bigint) => a + b),
  strict('({0} * {1})', ['int', 'long'], 'long', (a: bigint, b: bigint) => wrap(a * b)),
  strict('(-{0})', ['long'], 'long', (a: bigint) => wrap(-a)),
  strict('bin({0}, 3)', ['long'], 'long', (a: bigint) => wrap(a - mod(a, 3n))),
  strict('bin({0}, 0.5)', ['real'], 'real', (a: number) => Math.floor(a / 0.5) * 0.5),
  strict('sign({0})', ['real'], 'real', (a: number) => Math.sign(a)),
  strict('({0} + {1})', ['real', 'real'], 'real', (a: number, b: number) => a + b),
  strict('({0} - {1})', ['real', 'long'], 'real', (a: number, b: bigint) => a - Number(b)),
  strict('({0} * {1})', ['int', 'real'], 'real', (a: bigint, b: number) => Number(a) * b),
  strict('({0} / 4)', ['real'], 'real', (a: number) => a / 4),
  strict(
    '({0} / {1} < {2})',
    ['real', 'real', 'real'],
    'bool',
    (a: number, b: number, c: number) => a / b < c,
  ),
  strict('isnan({0} / {1})', ['real', 'real'], 'bool', (a: number, b: number) =>
    Number.isNaN(a / b),
  ),
  strict(
    'isinf({0} / {1})',
    ['real', 'real'],
    'bool',
    (a: number, b: number) => Math.abs(a / b) === Number.POSITIVE_INFINITY,
  ),
  strict('isfinite({0} / {1})', ['real', 'real'], 'bool', (a: number, b: number) =>
    Number.isFinite(a / b),
  ),
  strict('floor({0}, 1)', ['real'], 'real', (a: number) => Math.floor(a)),
  strict('ceiling({0})', ['real'], 'real', (a: number) => Math.ceil(a)),
  strict('abs({0})', ['real'], 'real', (a: number) => Math.abs(a)),
  strict('exp({0} / 1000)', ['real'], 'real', (a: number) => Math.exp(a / 1000)),
  strict('pow({0}, 2)', ['real'], 'real', (a: number) => a ** 2),
  strict('tolong(iff(isnan({0}), 0.0, {0}))', ['real'], 'long', (a: number) => inRange(a || 0)),
  strict('toint({0})', ['long'], 'int', (a: bigint) => BigInt.asIntN(32, a)),
  strict('toreal({0})', ['long'], 'real', (a: bigint) => Number(a)),
  strict('tolong({0})', ['bool'], 'long', (a: boolean) => (a ? 1n : 0n)),
  strict('tobool({0})', ['long'], 'bool', (a: bigint) => a !== 0n),
  strict('binary_and({0}, {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) => wrap(a & b)),
  strict('binary_xor({0}, {1})', ['long', 'long'], 'long', (a: bigint, b: bigint) => wrap(a ^ b)),
];
