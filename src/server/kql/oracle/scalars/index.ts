import { dynamics } from './dynamics.ts';
import { comparisons, logic } from './logic.ts';
import { numbers } from './numbers.ts';
import type { Scalar } from './scalar.ts';
import { texts } from './texts.ts';
import { times } from './times.ts';

export { type Scalar, wantsColumn } from './scalar.ts';

/** Every scalar function that random queries use. */
export const SCALARS: readonly Scalar[] = [
  ...numbers,
  ...comparisons,
  ...logic,
  ...texts,
  ...times,
  ...dynamics,
];
