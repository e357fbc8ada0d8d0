import type { KqlType } from '#core/schema/index.ts';
import { declared, findComputed } from './computed.ts';
import type { FileFacts } from './file-facts.ts';
import type { ScanSource, Within } from './scan.ts';

/** How a stored column reads in DuckDB, and its empty value. The types are those of core/schema/column.ts. */
const STORED: Readonly<Record<KqlType, { readonly type: string; readonly empty: string }>> = {
  string: { type: 'VARCHAR', empty: "''" },
  dynamic: { type: 'VARCHAR', empty: "''" },
  guid: { type: 'VARCHAR', empty: "''" },
  long: { type: 'BIGINT', empty: 'NULL' },
  int: { type: 'INTEGER', empty: 'NULL' },
  real: { type: 'DOUBLE', empty: 'NULL' },
  bool: { type: 'BOOLEAN', empty: 'NULL' },
  datetime: { type: 'TIMESTAMP', empty: 'NULL' },
  timespan: { type: 'BIGINT', empty: 'NULL' },
  decimal: { type: 'DOUBLE', empty: 'NULL' },
};

interface StoredColumn {
  readonly name: string;
  readonly type: KqlType;
}

/**
 * The SQL of a scan: a SELECT with exactly the scan's columns in the declared types. Files known to be unreadable are
 * left out; a column that a file is known to lack is its empty value there.
 */
export function printRelation(scan: ScanSource, facts: FileFacts): string {
  const lookups = scan.computed.map((source, i) => {
    const rule = findComputed(scan.table, source.column);
    return { ...source, rule, as: `beside${i + 1}`, hasRows: source.files.length > 0 };
  });
  const isComputed = (name: string) => lookups.some((l) => l.column === name);
  const needed = new Map(
    scan.columns.filter((c) => !isComputed(c.name)).map((c): [string, StoredColumn] => [c.name, c]),
  );
  for (const name of lookups.flatMap((l) => (l.hasRows ? l.rule.needs : [])))
    if (!needed.has(name)) needed.set(name, declared(scan.table, name));
  if (scan.within && !needed.has(scan.within.column))
    needed.set(scan.within.column, { name: scan.within.column, type: 'datetime' });
  // A file has to be asked for something, for its number of rows.
  const [anything] = lookups.flatMap((l) => l.rule.needs);
  if (needed.size === 0 && anything) needed.set(anything, declared(scan.table, anything));
  const base = printFiles(scan.files, [...needed.values()], facts);
  const where = printInterval(scan.within, 'scanned.');
  if (!where && lookups.length === 0) return base;
  const items = scan.columns.map(({ name }) => {
    const lookup = lookups.find((l) => l.column === name);
    if (!lookup) return `scanned.${quote(name)}`;
    return `${lookup.hasRows ? lookup.rule.value(lookup.as) : lookup.rule.otherwise} AS ${quote(name)}`;
  });
  const joins = lookups
    .filter((l) => l.hasRows)
    .map((l) => {
      const { table, columns } = l.rule.beside;
      const stored = columns.map((name) => declared(table, name));
      const rows = `SELECT * FROM (${printFiles(l.files, stored, facts)})${printInterval(l.within)}`;
      return ` LEFT JOIN (${rows}) AS ${l.as} ON ${l.rule.matches('scanned', l.as, 'duckdb')}`;
    });
  return `SELECT ${items.join(', ')} FROM (${base}) AS scanned${joins.join('')}${where}`;
}

/** Files by the columns that they lack: usually one group. */
function printFiles(
  files: readonly string[],
  columns: readonly StoredColumn[],
  facts: FileFacts,
): string {
  const groups = Map.groupBy(
    files.filter((file) => !facts.isUnreadable(file)),
    (file) => columns.map((c) => (facts.lacks(file, c.name) ? '0' : '1')).join(''),
  );
  const selects = [...groups].map(([held, group]) => {
    const items = columns.map((c, i) => printColumn(c, held[i] === '1'));
    const paths = group.map(literal).join(', ');
    return `SELECT ${items.join(', ')} FROM read_parquet([${paths}], hive_partitioning = false)`;
  });
  if (selects.length > 0) return selects.join(' UNION ALL ');
  return `SELECT ${columns.map((c) => printColumn(c, false)).join(', ')} WHERE false`;
}

function printColumn({ name, type }: StoredColumn, isHeld: boolean): string {
  const { type: sqlType, empty } = STORED[type];
  return `CAST(${isHeld ? quote(name) : empty} AS ${sqlType}) AS ${quote(name)}`;
}

function printInterval(within: Within | undefined, qualifier = ''): string {
  if (!within) return '';
  const { from, to } = within;
  const column = `${qualifier}${quote(within.column)}`;
  const conditions = [
    from === undefined ? '' : `${column} >= make_timestamp(${Math.ceil(from)})`,
    to === undefined ? '' : `${column} < make_timestamp(${Math.ceil(to)})`,
  ].filter(Boolean);
  return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A text as a SQL literal: DuckDB's strings have no escapes but the doubled quote. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
