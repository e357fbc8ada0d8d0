import { defineRoute } from '../route.ts';
import { done, instant, nothing } from '../shapes.ts';
import { z } from '../zod.ts';

/** By which queries name it: `_GetWatchlist('alias')`. Told apart without regard to case. */
const alias = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
    'use 1 to 64 letters, digits, _ and -, beginning with a letter or digit',
  );

export const watchlist = z.object({
  alias: z.string(),
  description: z.string(),
  /** The column of the CSV that queries see as SearchKey. */
  searchKey: z.string(),
  /** Of the CSV, in its order; all of them are text. */
  columns: z.array(z.string()),
  items: z.number(),
  sizeBytes: z.number(),
  changedAt: instant,
  /** Those that the configuration names are changed where they lie, not here. */
  origin: z.enum(['folder', 'configuration']),
  /** Why queries cannot read it, as a sentence; null when they can. */
  problem: z.string().nullable(),
});
export type Watchlist = z.infer<typeof watchlist>;

export const watchlistRoutes = {
  watchlists: defineRoute({
    method: 'GET',
    path: '/api/v1/watchlists',
    access: 'viewer',
    says: 'Watchlists by alias, without their items.',
    input: nothing,
    output: z.object({ watchlists: z.array(watchlist) }),
  }),
  watchlist: defineRoute({
    method: 'GET',
    path: '/api/v1/watchlists/:alias',
    access: 'viewer',
    says: 'Downloads the CSV of a watchlist, as it was given.',
    input: z.strictObject({ alias }),
    output: z.unknown(),
    answer: 'raw',
  }),
  putWatchlist: defineRoute({
    method: 'PUT',
    path: '/api/v1/watchlists/:alias',
    access: 'analyst',
    says: 'Takes a CSV with a header as the body, and keeps it under the alias in place of what is there.',
    input: z.strictObject({
      alias,
      /** The first column when absent, or the one that is called SearchKey. */
      searchKey: z.string().min(1).max(200).optional(),
      description: z.string().max(4000).optional(),
    }),
    body: 'raw',
    output: watchlist,
  }),
  deleteWatchlist: defineRoute({
    method: 'DELETE',
    path: '/api/v1/watchlists/:alias',
    access: 'analyst',
    says: 'Deletes a watchlist.',
    input: z.strictObject({ alias }),
    output: done,
  }),
};
