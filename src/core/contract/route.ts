import type { Access } from './role.ts';
import type { z } from './zod.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

/**
 * One route, declared once; the server's wiring, its access checks and the typed client derive from it.
 *
 * `input` is one flat object. A name that `path` holds as `:name` travels in the path; the others travel in the query
 * string for GET and DELETE and wherever the body is `raw`, and in a JSON body otherwise. Values from path and query
 * string arrive as text, so their schemas coerce.
 */
export interface Route<In extends z.ZodType = z.ZodType, Out extends z.ZodType = z.ZodType> {
  readonly method: Method;
  /** From the root, e.g. `/api/v1/jobs/:id`. */
  readonly path: string;
  readonly access: Access;
  /** One sentence: what it does. */
  readonly says: string;
  readonly input: In;
  /** `raw`: the request's body is bytes, streamed. */
  readonly body: 'none' | 'json' | 'raw';
  readonly output: Out;
  /** `raw`: a download or text; `events`: server-sent events, each of the shape `output`. */
  readonly answer: 'json' | 'raw' | 'events';
  /** What the audit log keeps: every call (`query`, `export`), every success and refusal (`change`), or nothing. */
  readonly audit: 'none' | 'query' | 'export' | 'change';
  /** Whose shape errors take. */
  readonly errors: 'weir' | 'log-analytics' | 'kusto';
}

type Defaults = 'body' | 'answer' | 'audit' | 'errors';

/** Fills in what most routes share: no body for GET and DELETE, JSON otherwise; JSON answers; our errors. */
export function defineRoute<In extends z.ZodType, Out extends z.ZodType>(
  route: Omit<Route<In, Out>, Defaults> & Partial<Pick<Route<In, Out>, Defaults>>,
): Route<In, Out> {
  const isRead = route.method === 'GET';
  return Object.freeze({
    body: isRead || route.method === 'DELETE' ? 'none' : 'json',
    answer: 'json',
    audit: isRead ? 'none' : 'change',
    errors: 'weir',
    ...route,
  });
}

/** What a caller gives. */
export type RouteInput<R extends Route> = z.input<R['input']>;
/** What a handler gets: defaults filled in, text coerced. */
export type RouteParsed<R extends Route> = z.output<R['input']>;
export type RouteOutput<R extends Route> = z.output<R['output']>;

/** Names that travel in the path: `/jobs/:id` → `['id']`. */
export function pathParameters(path: string): readonly string[] {
  return [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] ?? '');
}

/** The path with its parameters filled in and escaped; throws when one is missing. */
export function printPath(path: string, input: Readonly<Record<string, unknown>>): string {
  return path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
    const value = input[name];
    if (typeof value !== 'string' && typeof value !== 'number')
      throw new TypeError(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
}
