import { defineRoute } from '../route.ts';
import { done, instant, nothing, queryText } from '../shapes.ts';
import { z } from '../zod.ts';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'use lower-case letters, digits and -');

export const savedQuery = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  description: z.string(),
  changedBy: z.string(),
  changedAt: instant,
});
export type SavedQuery = z.infer<typeof savedQuery>;

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
    says: 'Saves a query under an id, in place of what is there.',
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
    says: 'Deletes a saved query.',
    input: z.strictObject({ id }),
    output: done,
  }),
};
