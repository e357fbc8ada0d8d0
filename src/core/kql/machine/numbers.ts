import type { HostValue } from '../dialect/dialect.ts';
import { asText } from '../runtime/value.ts';
import { whole } from './conversions.ts';

/** Comparison and arithmetic of values of one type, as the engines do them. */

/** Texts by code point, as engines sort their bytes. */
function order(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const isPaired = (code: number) => code >= 0xd800 && code < 0xe000;
    return isPaired(x) === isPaired(y) ? x - y : isPaired(x) ? 1 : -1;
  }
  return a.length - b.length;
}

const TESTS = {
  '<': (n: number) => n < 0,
  '<=': (n: number) => n <= 0,
  '>': (n: number) => n > 0,
  '>=': (n: number) => n >= 0,
};

/** Null where a side is; nothing compares with NaN. */
export const compared =
  (operator: keyof typeof TESTS) =>
  (a: HostValue, b: HostValue): boolean | null => {
    if (a === null || b === null) return null;
    if (Number.isNaN(a) || Number.isNaN(b)) return false;
    const way =
      typeof a === 'string' && typeof b === 'string' ? order(a, b) : a < b ? -1 : a > b ? 1 : 0;
    return TESTS[operator](way);
  };

/** A value never equals null; null and null give null. */
export function equal(a: HostValue, b: HostValue): boolean | null {
  if (a === null && b === null) return null;
  return (
    a === b ||
    (typeof a === 'bigint' && typeof b === 'number' && Number(a) === b) ||
    (typeof b === 'bigint' && typeof a === 'number' && Number(b) === a)
  );
}

type Operator = '+' | '-' | '*' | '/' | '%';

const REALS: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => ((a % b) + Math.abs(b)) % Math.abs(b),
};

/** Whole numbers wrap around at 64 bits; nothing comes of a division by zero, and no remainder is negative. */
function exact(operator: Operator, a: bigint, b: bigint): bigint | null {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? null : a / b;
    case '%': {
      if (b === 0n) return null;
      const rest = a % b;
      return rest < 0n ? (b < 0n ? rest - b : rest + b) : rest;
    }
  }
}

export function arithmetic(
  operator: Operator,
  kind: 'long' | 'real',
): (a: HostValue, b: HostValue) => HostValue {
  const real = REALS[operator];
  if (kind === 'real')
    return (a, b) => (a === null || b === null ? null : real(Number(a), Number(b)));
  const isSimple = operator === '+' || operator === '-' || operator === '*';
  return (a, b) => {
    if (a === null || b === null) return null;
    if (isSimple && typeof a === 'number' && typeof b === 'number') {
      const value = real(a, b);
      if (Number.isSafeInteger(value)) return value;
    }
    const value = exact(operator, BigInt(asText(a)), BigInt(asText(b)));
    return value === null ? null : whole(value);
  };
}

export function negated(value: HostValue, isReal: boolean): HostValue {
  if (typeof value === 'bigint') return whole(-value);
  if (typeof value !== 'number') return null;
  return isReal ? -value : 0 - value;
}

/** The largest or smallest that is not null; NaN wins on both sides. */
export function extreme(sign: 1 | -1, values: readonly HostValue[]): HostValue {
  let best: HostValue = null;
  for (const value of values) {
    if (value === null) continue;
    if (Number.isNaN(value)) return value;
    const isBetter = sign > 0 ? compared('>') : compared('<');
    if (best === null || isBetter(value, best) === true) best = value;
  }
  return best;
}

/** Rounded down to a multiple. */
export function binned(value: HostValue, size: HostValue, isReal: boolean): HostValue {
  if (value === null || size === null || Number(size) === 0) return null;
  if (isReal) return Math.floor(Number(value) / Number(size)) * Number(size);
  const [big, width] = [BigInt(asText(value)), BigInt(asText(size))];
  const rest = ((big % width) + width) % width;
  return whole(big - rest);
}
