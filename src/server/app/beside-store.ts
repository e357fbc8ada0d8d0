import { join } from 'node:path';
import { createExternalReader, type ExternalReader } from '#server/external/index.ts';
import { createWatchlists, type Watchlists } from '#server/watchlist/index.ts';
import { type Config, loadConfig } from './config/index.ts';

/** What queries read beside the store: lists that people keep, and files elsewhere. */
export interface BesideStore {
  readonly watchlists: Watchlists;
  readonly external: ExternalReader;
}

export function configureBesideStore(config: Config, folder: string): BesideStore {
  return {
    watchlists: createWatchlists({
      folder: join(folder, 'watchlists'),
      named: config.watchlists,
    }),
    external: createExternalReader({ hosts: config.query.externalHosts }),
  };
}

/** The same for a data folder whose configuration is not read yet. */
export function openBesideStore(folder: string): BesideStore {
  return configureBesideStore(loadConfig(undefined, folder).config, folder);
}
