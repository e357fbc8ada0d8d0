import type { RouteId } from '#core/contract/index.ts';
import { readChunks } from '../body.ts';
import type { Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';
import { disposition } from '../disposition.ts';

export const watchlistIds = [
  'watchlists',
  'watchlist',
  'putWatchlist',
  'deleteWatchlist',
] as const satisfies readonly RouteId[];

const IDLE_MS = 30_000;

export function watchlistHandlers({
  watchlists,
  options,
}: HttpDeps): Handlers<(typeof watchlistIds)[number]> {
  return {
    watchlists: () => ({ watchlists: [...watchlists.list()] }),
    watchlist: ({ alias }) =>
      new Response(new Uint8Array(watchlists.read(alias)), {
        headers: {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': disposition(`${alias}.csv`),
        },
      }),
    async putWatchlist({ alias, searchKey, description }, call) {
      call.note({ alias, ...(searchKey === undefined ? {} : { searchKey }) });
      const chunks: Uint8Array[] = [];
      const limits = {
        bytes: watchlists.largestBytes,
        idleMs: options.uploadIdleMs ?? IDLE_MS,
      };
      for await (const chunk of readChunks(call.request.body, limits)) chunks.push(chunk);
      const put = await watchlists.put({
        alias,
        csv: Buffer.concat(chunks),
        searchKey,
        description,
      });
      call.note({ items: put.items, sizeBytes: put.sizeBytes });
      return put;
    },
    async deleteWatchlist({ alias }, call) {
      call.note({ alias });
      await watchlists.remove(alias);
      return { done: true };
    },
  };
}
