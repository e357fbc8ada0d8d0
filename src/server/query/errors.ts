/**
 * Why a query has no answer. Codes of the compiler (syntax, names, `external-refused`, `unsupported`) pass through as
 * they are; these are the ones that running adds.
 */
export const QUERY_ERRORS = {
  timeout: 'The query took longer than it may.',
  cancelled: 'The query was cancelled.',
  'too-busy': 'Too many queries are waiting.',
  'out-of-memory': 'The query needed more memory than it may use.',
  'disk-full': 'The query needed more room for temporary files than there is.',
  'worker-lost': 'The process that ran the query ended.',
  'parser-lost': 'The process that reads queries ended.',
  'external-failed': 'Files that externaldata names could not be read.',
  'watchlist-unreadable': 'The file of a watchlist is not one that Weir can read.',
  'engine-error': 'The engine could not compute the query.',
} as const;
export type QueryErrorCode = keyof typeof QUERY_ERRORS;

/** A query that failed: the fault of the query, of its size, or of one worker; never of the service. */
export class QueryError extends Error {
  /** One of QUERY_ERRORS, or a code of the compiler. */
  readonly code: string;
  /** What to do next; a sentence, or ''. */
  readonly advice: string;
  /** Where in the text, counted from 1, when the error has a place. */
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(
    code: string,
    message: string,
    more: { advice?: string; line?: number; column?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'QueryError';
    this.code = code;
    this.advice = more.advice ?? '';
    this.line = more.line;
    this.column = more.column;
  }
}
