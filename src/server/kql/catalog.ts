import { ASIM_FUNCTIONS, watchlistFunctions } from '#core/kql/index.ts';
import { TABLES, type Table, UNFILLED_TABLES } from '#core/schema/index.ts';
import type { Catalog, CatalogFunction, CatalogTable } from './kusto.ts';

/** Tables that a query may name beside the declared ones; they hold no rows. */
export interface ExtraTables {
  readonly tables: Readonly<
    Record<string, readonly { readonly name: string; readonly type: string }[]>
  >;
  /** Tables whose undeclared columns are dynamic. */
  readonly open?: readonly string[];
}

function viewOf(table: Table): CatalogFunction {
  return { name: table.name, parameters: '()', body: table.kql ?? '', description: table.row };
}

/** What queries can name: the declared tables and views, stored functions, and extra tables, which win over declared ones. */
export function makeCatalog(
  more: {
    readonly functions?: readonly CatalogFunction[];
    readonly extra?: ExtraTables;
    readonly tables?: readonly Table[];
    /** By alias, with all their columns. */
    readonly watchlists?: readonly CatalogTable[];
    readonly externalHosts?: readonly string[];
  } = {},
): Catalog {
  const tables = new Map<string, CatalogTable>();
  const hasFlows = (more.tables ?? TABLES).some((t) => t.name === 'Flows');
  const watchlists = more.watchlists ?? [];
  const functions: CatalogFunction[] = [
    ...(hasFlows ? ASIM_FUNCTIONS : []),
    ...(hasFlows ? watchlistFunctions(watchlists.map((w) => w.name)) : []),
    ...(more.functions ?? []),
  ];
  const extra = more.extra?.tables ?? {};
  const open = new Set(more.extra?.open ?? []);
  for (const table of more.tables ?? TABLES) {
    if (Object.hasOwn(extra, table.name)) continue;
    if (table.kind === 'view') functions.push(viewOf(table));
    else
      tables.set(table.name, {
        name: table.name,
        description: table.row,
        columns: table.columns.map((c) => ({
          name: c.name,
          type: c.type,
          description: c.meaning,
        })),
      });
  }
  if (hasFlows)
    for (const table of UNFILLED_TABLES)
      if (!tables.has(table.name) && !functions.some((f) => f.name === table.name))
        tables.set(table.name, { ...table, isUnfilled: true });
  for (const [name, columns] of Object.entries(extra))
    tables.set(name, { name, columns, isOpen: open.has(name) });
  for (const name of open)
    if (!tables.has(name))
      tables.set(name, {
        name,
        columns: [{ name: 'TimeGenerated', type: 'datetime' }],
        isOpen: true,
      });
  const externalHosts = more.externalHosts ?? [];
  return { tables: [...tables.values()], functions, watchlists, externalHosts };
}
