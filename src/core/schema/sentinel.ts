import { KQL_TYPES, type KqlType } from './column.ts';
import { SENTINEL_TABLE_COLUMNS } from './generated/sentinel-tables.ts';

/**
 * A table that published rules read and that no source of Weir fills yet: queries can name it, and it has no rows. When
 * a source comes, the table is declared in `tables/`, and that declaration wins.
 */
export interface UnfilledTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: KqlType }[];
  /** Its columns are made by what sends the logs: those that are not listed are dynamic. */
  readonly isOpen: boolean;
}

const OPEN: ReadonlySet<string> = new Set(['AzureDiagnostics']);
const types: ReadonlySet<string> = new Set(KQL_TYPES);
const isType = (name: string): name is KqlType => types.has(name);

/** Columns that every table of Log Analytics has ("Standard columns in Azure Monitor Logs", Microsoft Learn). */
const STANDARD = 'TenantId SourceSystem MG Type _ItemId _ResourceId _SubscriptionId'.split(' ');

/** Advanced hunting's name for TimeGenerated, which its tables have beside it. */
const HUNTING = /^(?:Device|Email|Identity|CloudApp|Url)/;

function readColumns(table: string, text: string): UnfilledTable['columns'] {
  const listed = readListed(table, text);
  const more: { name: string; type: KqlType }[] = STANDARD.map((name) => ({
    name,
    type: 'string',
  }));
  if (HUNTING.test(table)) more.push({ name: 'Timestamp', type: 'datetime' });
  const names = new Set(listed.map((c) => c.name));
  return [...listed, ...more.filter((c) => !names.has(c.name))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function readListed(table: string, text: string): UnfilledTable['columns'] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [type = '', names = ''] = line.split(': ');
      if (!isType(type)) throw new Error(`${table}: ${type} is no type`);
      return names.split(' ').map((name) => ({ name, type }));
    });
}

/** Log Analytics tables by their published columns. */
export const UNFILLED_TABLES: readonly UnfilledTable[] = Object.entries(SENTINEL_TABLE_COLUMNS).map(
  ([name, text]) => ({ name, columns: readColumns(name, text), isOpen: OPEN.has(name) }),
);
