import type { Type, Value } from './values.ts';

/**
 * A row of random numbers that is read from the front; past its end come zeros. Every choice puts the simplest
 * alternative first, so that a tape of smaller numbers makes a simpler query: this is what shrinking does.
 */
export class Tape {
  private at = 0;
  private readonly numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.numbers = numbers;
  }

  /** 0 to n - 1. */
  below(n: number): number {
    return (this.numbers[this.at++] ?? 0) % n;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** True once in n times. */
  once(n: number): boolean {
    return this.below(n) === n - 1;
  }

  times<T>(least: number, most: number, make: (i: number) => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, i) => make(i));
  }
}

const HOUR = 36_000_000_000n;
const DAY_0 = BigInt(Date.UTC(2024, 1, 28, 22)) * 1000n;

/** Values that matter: few, so that they meet in groups and joins, and the odd ones of each type. */
const VALUES: Readonly<Record<Type, readonly Value[]>> = {
  string: [
    'a',
    '',
    'b',
    'A',
    'ab cd',
    'cd-ab',
    'a,b;c',
    '10',
    '-2.5',
    'ä',
    'Ä_x1',
    'it\'s "q"\\',
    'k=1, v=x',
    '{"a":1}',
    '😀z',
  ],
  long: [1n, 0n, 2n, -3n, null, 7n, 10n, 100n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n) + 1n],
  int: [1n, 0n, -5n, null, 3n, 2n ** 31n - 1n, -(2n ** 31n)],
  // Never NaN or infinite: how those group and sort is nowhere written.
  real: [1, 0, -2.5, 0.25, null, 10, 1e3, -0.75, 3.5],
  bool: [true, false, null],
  datetime: [
    DAY_0,
    DAY_0 + 3_600_000_000n,
    null,
    DAY_0 + 7_261_000_000n,
    DAY_0 + 86_400_000_000n,
    DAY_0 + 123_456n,
    DAY_0 - 400n * 86_400_000_000n,
    DAY_0 + 3n * 86_400_000_000n,
  ],
  timespan: [HOUR, 0n, -HOUR / 2n, null, 24n * HOUR, 25n * HOUR + 10n, 600_000_000n, 10n],
  dynamic: [
    [1n, 2n, 2n],
    null,
    { a: 1n, b: 'x' },
    [],
    {},
    'a',
    5n,
    2.5,
    true,
    [null, 'b', 3n],
    { a: null, c: [1n, { d: 'y' }] },
    [{ a: 2n }, { a: 'q' }],
    { a: { a: 7n } },
    '',
    ['b', 'a', 'B'],
  ],
};

export function randomValue(type: Type, tape: Tape): Value {
  return tape.pick(VALUES[type]);
}
