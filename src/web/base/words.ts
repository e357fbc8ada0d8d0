/** What to do next, unless the message says it already. */
export const hintBeyond = (message: string, hint: string | undefined): string =>
  hint === undefined || message.includes(hint) ? '' : hint;
