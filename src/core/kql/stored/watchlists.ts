import type { KqlType } from '../../schema/index.ts';
import type { StoredFunction } from './asim.ts';

/** The database that watchlists are tables of: `database('watchlists').table('alias')`. */
export const WATCHLIST_DATABASE = 'watchlists';

/** How a plan names the scan of a watchlist; no other table has a dot in its name. */
const PREFIX = `${WATCHLIST_DATABASE}.`;

export const watchlistTable = (alias: string): string => PREFIX + alias;

/** The alias of a scan's table; undefined for tables of other kinds. */
export const watchlistAlias = (table: string): string | undefined =>
  table.startsWith(PREFIX) ? table.slice(PREFIX.length) : undefined;

/** Columns that every watchlist has, before its own. */
export const WATCHLIST_COLUMNS: readonly { readonly name: string; readonly type: KqlType }[] = [
  { name: '_DTItemId', type: 'string' },
  { name: 'LastUpdatedTimeUTC', type: 'datetime' },
  { name: 'SearchKey', type: 'string' },
  { name: 'WatchlistItem', type: 'dynamic' },
];

/** Sentinel's two functions: learn.microsoft.com/azure/sentinel/watchlists-queries. */
export function watchlistFunctions(aliases: readonly string[]): readonly StoredFunction[] {
  return [
    {
      name: '_GetWatchlist',
      parameters: '(watchlistAlias:string, keys:dynamic=dynamic([]))',
      body: `database('${WATCHLIST_DATABASE}').table(watchlistAlias) | where array_length(keys) == 0 or SearchKey in (keys)`,
      description:
        aliases.length === 0
          ? 'The items of a watchlist. There are no watchlists yet.'
          : `The items of a watchlist: ${aliases.join(', ')}.`,
    },
    {
      name: '_GetWatchlistAlias',
      parameters: '()',
      body: `datatable(WatchlistAlias:string)[${aliases.map((alias) => JSON.stringify(alias)).join(', ')}]`,
      description: 'The aliases of all watchlists.',
    },
  ];
}
