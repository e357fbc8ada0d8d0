import { join, resolve } from 'node:path';
import { createWatchlists, type Watchlists } from '#server/watchlist/index.ts';
import { type Config, loadConfig } from './config/index.ts';

/** Watchlists below the data folder, and where the configuration says. */
export function configureWatchlists(config: Config, folder: string): Watchlists {
  return createWatchlists({
    folder: join(folder, 'watchlists'),
    named: config.watchlists.map((list) => ({ ...list, file: resolve(list.file) })),
  });
}

/** The same for a data folder whose configuration is not read yet. */
export function openWatchlists(folder: string): Watchlists {
  return configureWatchlists(loadConfig(undefined, folder).config, folder);
}
