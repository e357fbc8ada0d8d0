import type { Span } from './bound/expr.ts';

/**
 * Why a query is not run. A closed set.
 *
 * - `syntax`, `semantic`: the text is not valid KQL, or names something that does not exist.
 * - `unsupported`: valid KQL that Weir does not translate; the message names the construct.
 * - `external-refused`: the query reads from outside (externaldata, another cluster).
 * - `too-complex`: nested deeper than the translator follows.
 * - `execution`: the engine failed while running; has no position.
 */
export type RefusalCode =
  | 'syntax'
  | 'semantic'
  | 'unsupported'
  | 'external-refused'
  | 'too-complex'
  | 'execution';

/** A refusal as data; line and column count from 1, start and length are UTF-16 offsets into the query. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly length: number;
}

/** Thrown inside the translator; `compile` turns it into a Refusal. */
export class RefusalError extends Error {
  readonly code: RefusalCode;
  readonly at: Span;

  constructor(code: RefusalCode, message: string, at: Span) {
    super(message);
    this.name = 'RefusalError';
    this.code = code;
    this.at = at;
  }
}

/** Refuses a construct by its KQL name. */
export function refuse(construct: string, at: Span, why = 'is not supported yet'): never {
  throw new RefusalError('unsupported', `${construct} ${why}.`, at);
}

export function locate(text: string, code: RefusalCode, message: string, at: Span): Refusal {
  const start = Math.max(0, Math.min(at.start, text.length));
  const before = text.slice(0, start);
  const line = before.split('\n').length;
  const column = start - (before.lastIndexOf('\n') + 1) + 1;
  return { code, message, line, column, start, length: at.length };
}
