import { logGamma } from './special.ts';

/** The beta distribution. */

function continuedFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / tiny(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / tiny(1 + even * d);
    c = tiny(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / tiny(1 + odd * d);
    c = tiny(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return result;
}

function tiny(x: number): number {
  return Math.abs(x) < 1e-300 ? 1e-300 : x;
}

export function betaCdf(x: number, a: number, b: number): number {
  if (x < 0 || x > 1 || a <= 0 || b <= 0) return Number.NaN;
  if (x === 0 || x === 1) return x;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(a, b, x)) / a
    : 1 - (front * continuedFraction(b, a, 1 - x)) / b;
}

export function betaPdf(x: number, a: number, b: number): number {
  if (x < 0 || x > 1 || a <= 0 || b <= 0) return Number.NaN;
  return Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b)) * x ** (a - 1) * (1 - x) ** (b - 1);
}

/** By bisection. */
export function betaInverse(p: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
