import type { Type, Value } from '../values.ts';

/** A scalar function: how it is written, what it takes and gives, and what it means. `{0}` is the first argument. */
export interface Scalar {
  readonly text: string;
  readonly takes: readonly Type[];
  readonly gives: Type;
  /** Null where an argument is null, unless `seesNull`. */
  readonly means: (...args: never[]) => Value;
  readonly seesNull: boolean;
}

export function strict(
  text: string,
  takes: readonly Type[],
  gives: Type,
  means: Scalar['means'],
): Scalar {
  return { text, takes, gives, means, seesNull: false };
}
/** Of an expression whose shape the language service knows it lets no other shape be asked for: a column has none. */
const OF_COLUMN = /^\{0\}[.[]|\(\{0\}\.|^bag_/;
export const wantsColumn = (s: Scalar): boolean => OF_COLUMN.test(s.text);
export const loose: typeof strict = (...args) => ({ ...strict(...args), seesNull: true });
