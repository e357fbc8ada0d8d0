import { type Source, WATCHLIST_DATABASE, watchlistTable } from '#core/kql/index.ts';
import type { SyntaxNode } from '../kusto.ts';
import { nameOf, readExpr } from './expressions.ts';
import { boundColumns, type Reading, type Scope, spanOf } from './scope.ts';

/** The query names a watchlist, by this spelling, that the catalog does not declare. */
export class UndeclaredWatchlist extends Error {
  readonly alias: string;

  constructor(alias: string) {
    super(`the watchlist ${alias} is not declared`);
    this.name = 'UndeclaredWatchlist';
    this.alias = alias;
  }
}

/** `database('watchlists').table(alias)` or `database('watchlists').alias`; null for other paths. */
export function readWatchlist(node: SyntaxNode, scope: Scope, reading: Reading): Source | null {
  const database = node.get('Expression');
  if (database?.kind !== 'FunctionCallExpression') return null;
  if (nameOf(database.need('Name')) !== 'database') return null;
  if (textOf(database, scope, reading) !== WATCHLIST_DATABASE) return null;
  const selector = node.need('Selector');
  const alias =
    selector.kind === 'FunctionCallExpression'
      ? textOf(selector, scope, reading)
      : nameOf(selector);
  if (alias === null) return null;
  const declared = reading.catalog.watchlists?.find((w) => w.name === alias);
  if (!declared) throw new UndeclaredWatchlist(alias);
  return {
    kind: 'table',
    name: watchlistTable(alias),
    columns: boundColumns(declared.columns),
    isOpen: declared.isOpen ?? false,
    at: spanOf(node, reading),
  };
}

/** The text that a call is given as its one argument; null when it is not known before the query runs. */
function textOf(call: SyntaxNode, scope: Scope, reading: Reading): string | null {
  const [argument] = call.get('ArgumentList')?.list('Expressions') ?? [];
  const value = argument && readExpr(argument, scope, reading);
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : null;
}
