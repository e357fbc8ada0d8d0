/** V8's words for it: a RangeError alone may as well be a mistake of ours. */
const [TOO_DEEP, TOO_LONG] = ['Maximum call stack size exceeded', 'Invalid string length'];

/** Whether what was thrown says that something is nested deeper than it can be walked. */
export const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError && error.message === TOO_DEEP;

/** The same, or that a text would be longer than there can be. */
export const isOutgrown = (error: unknown): boolean =>
  isTooDeep(error) || (error instanceof RangeError && error.message === TOO_LONG);
