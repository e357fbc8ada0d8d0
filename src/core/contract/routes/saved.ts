import { defineRoute } from '../route.ts';
import { done, instant, nothing, queryText } from '../shapes.ts';
import { z } from '../zod.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'use lower-case letters, digits and -');

export const savedQuery = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  description: z.string(),
  /** Who saved it first; they and admins may change and delete it. */
  owner: z.string(),
  changedBy: z.string(),
  changedAt: instant,
});
export type SavedQuery = z.infer<typeof savedQuery>;

/** A query that somebody ran by hand. */
export const pastQuery = z.object({
  id: z.int(),
  query: z.string(),
  at: instant,
  outcome: z.enum(['done', 'failed', 'cancelled']),
  elapsedMs: z.number(),
  /** Rows of the answer; null where there was none. */
  rows: z.int().nullable(),
});
export type PastQuery = z.infer<typeof pastQuery>;

export const savedRoutes = {
  savedQueries: defineRoute({
    method: 'GET',
    path: '/api/v1/saved-queries',
    access: 'viewer',
    says: 'Saved queries, by name.',
    input: nothing,
    output: z.object({ queries: z.array(savedQuery) }),
  }),
  saveQuery: defineRoute({
    method: 'PUT',
    path: '/api/v1/saved-queries/:id',
    access: 'analyst',
    says: "Saves a query under an id, in place of what is there and is one's own.",
    input: z.strictObject({
      id,
      name: z.string().trim().min(1).max(200),
      query: queryText,
      description: z.string().max(4000).default(''),
    }),
    output: savedQuery,
  }),
  deleteQuery: defineRoute({
    method: 'DELETE',
    path: '/api/v1/saved-queries/:id',
    access: 'analyst',
    says: "Deletes a saved query of one's own; an admin may delete any.",
    input: z.strictObject({ id }),
    output: done,
  }),
  queryHistory: defineRoute({
    method: 'GET',
    path: '/api/v1/query-history',
    access: 'viewer',
    says: 'The latest queries that one ran with `isKept`, newest first.',
    input: nothing,
    output: z.object({ queries: z.array(pastQuery) }),
  }),
  clearHistory: defineRoute({
    method: 'DELETE',
    path: '/api/v1/query-history',
    access: 'viewer',
    says: "Forgets one's own history. The audit log keeps its entries.",
    input: nothing,
    output: done,
  }),
};
