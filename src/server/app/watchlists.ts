import { join, resolve } from 'node:path';
import type { WatchlistsOptions } from '#server/watchlist/index.ts';
import type { Config } from './config/index.ts';

/** Where watchlists lie: below the data folder, and where the configuration says. */
export function readWatchlists(config: Config, folder: string): WatchlistsOptions {
  return {
    folder: join(folder, 'watchlists'),
    named: config.watchlists.map((list) => ({ ...list, file: resolve(list.file) })),
  };
}
