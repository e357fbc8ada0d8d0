import type { Context, JsonObject, Message } from './message.ts';

/**
 * One way to write a message down. `print` is pure, takes any message, and never throws, whatever stands in it.
 * A text has no line breaks.
 */
export type Format = {
  readonly name: string;
  /** One phrase for the manual. */
  readonly meaning: string;
} & (
  | { readonly kind: 'text'; readonly print: (message: Message, context: Context) => string }
  | {
      readonly kind: 'document';
      readonly print: (message: Message, context: Context) => JsonObject;
    }
);

export const defineFormat = <F extends Format>(format: F): Readonly<F> => Object.freeze(format);
