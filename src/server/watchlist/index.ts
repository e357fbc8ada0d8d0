export { ITEM_COLUMNS, LARGEST_BYTES, WatchlistRefused } from './content.ts';
export {
  createWatchlists,
  type NamedWatchlist,
  type ReadableWatchlist,
  type Watchlists,
  type WatchlistsOptions,
} from './watchlists.ts';
