import { z } from './zod.ts';

/** Every error the API answers with: its HTTP status and what it means. Clients may rely on the codes. */
export const ERRORS = {
  'bad-request': [400, 'The request does not have the shape that this route takes.'],
  'bad-json': [400, 'The body is not JSON, or holds a name that JSON bodies must not hold.'],
  'bad-query': [400, 'The query is not valid KQL, or uses something that Weir does not support.'],
  'query-limit': [400, 'The query was stopped at a limit of rows, bytes, memory or time.'],
  'external-refused': [400, 'The query names another cluster or an address outside this machine.'],
  'external-failed': [400, 'A file that the query reads from another address could not be read.'],
  'watchlist-unreadable': [400, 'The file of a watchlist is not one that Weir can read.'],
  'out-of-memory': [400, 'The query needed more memory than it may use.'],
  'not-logged-in': [401, 'This needs a login.'],
  'login-failed': [401, 'The name, password or link is wrong, used or expired.'],
  forbidden: [403, 'This account may not do that.'],
  'wrong-origin': [403, 'The request was made by another web page.'],
  'wrong-host': [421, 'The request names a host that this server does not answer for.'],
  'not-found': [404, 'There is nothing under this address.'],
  'method-not-allowed': [405, 'This address does not take this method.'],
  conflict: [409, 'That exists already, or has changed meanwhile.'],
  'too-slow': [408, 'The body came too slowly.'],
  'too-large': [413, 'The body is larger than this route takes.'],
  'wrong-type': [415, 'The body has a content type that this route does not take.'],
  'too-many': [429, 'Too many attempts; wait and try again.'],
  'too-busy': [429, 'Too many queries are waiting.'],
  cancelled: [499, 'The request was given up before it was answered.'],
  internal: [500, 'Weir failed; the log says why.'],
  'worker-lost': [500, 'The process that ran the query ended.'],
  'parser-lost': [500, 'The process that reads queries ended.'],
  'engine-error': [500, 'The engine could not compute the query.'],
  unavailable: [503, 'The part of Weir that answers this is not running.'],
  timeout: [504, 'The query took longer than it may.'],
  'disk-full': [507, 'The disk, or the budget set for it, is full.'],
} as const satisfies Record<string, readonly [status: number, meaning: string]>;
export type ErrorCode = keyof typeof ERRORS;

/** `start` and `length` count UTF-16 units from the query's beginning; `line` and `column` begin at 1. */
export const apiError = z.object({
  code: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
  start: z.int().optional(),
  length: z.int().optional(),
  /** What to do next. */
  hint: z.string().optional(),
});
export type ApiError = z.infer<typeof apiError>;

/** The body of every answer outside 200 to 299, except in the shapes of other products' clients. */
export const errorBody = z.object({ error: apiError });
export type ErrorBody = z.infer<typeof errorBody>;
