import { join } from 'node:path';
import { type Plan, watchlistAlias } from '#core/kql/index.ts';
import type { CatalogTable } from '#server/kql/index.ts';
import { QueryError } from './errors.ts';
import type { QueryWarning } from './query.ts';
import type { WholeFile } from './scan.ts';

/** A watchlist as queries see it. */
export interface ReadableList {
  readonly alias: string;
  readonly columns: CatalogTable['columns'];
  readonly items: number;
  readonly sizeBytes: number;
  /** Changes with what the items show. */
  readonly version: string;
  /** Why it cannot be read. */
  readonly problem: string | null;
}

/** What the query service needs of whoever keeps the watchlists. Both look at the files first. */
export interface ListKeeper {
  readable(): readonly ReadableList[];
  /** Writes the items as a Parquet file that does not exist yet. */
  writeItems(alias: string, file: string): void;
}

export interface ResolvedLists {
  readonly files: ReadonlyMap<string, WholeFile>;
  readonly warnings: readonly QueryWarning[];
}

/** Texts that may name a watchlist. */
export const mayNameLists = (text: string) => /watchlist/i.test(text);

/** The tables that the parser is told of. */
export function declareLists(lists: readonly ReadableList[]): readonly CatalogTable[] {
  return lists.map(({ alias, columns }) => ({
    name: alias,
    columns: columns.map(({ name, type }) => ({ name, type })),
  }));
}

/**
 * Finds the file of each watchlist that a plan reads, writing those that are not there in this version. Throws QueryError
 * `watchlist-unreadable`; a list that does not exist is empty, and a warning.
 */
export function resolveLists(
  plan: Plan,
  keeper: ListKeeper | undefined,
  folder: () => string,
  written: Map<string, string>,
): ResolvedLists {
  const files = new Map<string, WholeFile>();
  const warnings: QueryWarning[] = [];
  const tables = new Set(plan.scans.map((scan) => scan.table));
  for (const table of tables) {
    const alias = watchlistAlias(table);
    if (alias === undefined) continue;
    const lists = keeper?.readable() ?? [];
    const list = lists.find((l) => l.alias.toLowerCase() === alias.toLowerCase());
    if (!list) warnings.push(missing(alias, lists));
    else if (list.problem !== null) throw unreadable(list.alias, list.problem);
    else {
      const { items: rows, sizeBytes, version } = list;
      let path = written.get(version);
      if (path === undefined) {
        path = join(folder(), `watchlist-${version}.parquet`);
        keeper?.writeItems(list.alias, path);
        written.set(version, path);
      }
      files.set(table, { path, rows, sizeBytes, version });
    }
  }
  return { files, warnings };
}

function missing(alias: string, lists: readonly ReadableList[]): QueryWarning {
  const known = lists.map((l) => l.alias).join(', ');
  return {
    code: 'watchlist-missing',
    message: `There is no watchlist ${alias}, so it counts as empty.${known === '' ? '' : ` Those that exist: ${known}.`}`,
  };
}

function unreadable(alias: string, problem: string): QueryError {
  return new QueryError(
    'watchlist-unreadable',
    `The watchlist ${alias} cannot be read. ${problem}`,
    {
      advice: 'Correct the file, or put another one in its place.',
    },
  );
}
