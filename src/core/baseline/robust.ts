/** Middle and spread of a set of numbers that a few wild ones cannot move. */
export interface Robust {
  readonly median: number;
  /** 1.4826 × the median distance from the median: the standard deviation, of a normal distribution. */
  readonly spread: number;
}

const SCALE = 1.4826;

function middle(ascending: readonly number[]): number {
  const n = ascending.length;
  const upper = ascending[n >> 1]!;
  return n % 2 === 1 ? upper : (ascending[(n >> 1) - 1]! + upper) / 2;
}

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);

/** Of at least one number. */
export function robust(values: readonly number[]): Robust {
  const median = middle(ascending(values));
  return { median, spread: SCALE * middle(ascending(values.map((v) => Math.abs(v - median)))) };
}
