import type { ScanSql } from '#core/kql/index.ts';
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
 * A scan as SQL: its columns in the declared types. Files known to be unreadable are left out; a column that a file
 * lacks is its empty value there. Nothing stands between the files and a query's conditions, so that the engine can
 * test those while it reads, on the dictionary of a column rather than on every row.
 */
export function printRelation(scan: ScanSource, facts: FileFacts): ScanSql {
  const lookups = scan.computed.map((source, i) => {
    const rule = findComputed(scan.table, source.column);
    const name = (column: string) => quote(`$${i + 1}.${column}`);
    return { ...source, rule, name, hasRows: source.files.length > 0 };
  });
  const joined = lookups.filter((l) => l.hasRows);
  const needed = new Map(
    scan.columns
      .filter((c) => !lookups.some((l) => l.column === c.name))
      .map((c): [string, StoredColumn] => [c.name, c]),
  );
  for (const name of joined.flatMap((l) => l.rule.needs))
    if (!needed.has(name)) needed.set(name, declared(scan.table, name));
  if (scan.within) needed.set(scan.within.column, { name: scan.within.column, type: 'datetime' });
  // A file has to be asked for something, for its number of rows.
  const [anything] = lookups.flatMap((l) => l.rule.needs);
  if (needed.size === 0 && anything) needed.set(anything, declared(scan.table, anything));
  const joins = joined.map(({ rule, name, files, within }) => {
    const stored = rule.beside.columns.map((column) => declared(rule.beside.table, column));
    const items = stored.map((c) => `${quote(c.name)} AS ${name(c.name)}`);
    const where = printInterval(within).map((c) => ` WHERE ${c}`);
    const rows = `SELECT ${items.join(', ')} FROM ${printFiles(files, stored, facts)}${where.join('')}`;
    return ` LEFT JOIN (${rows}) ON ${rule.matches(quote, name, 'duckdb')}`;
  });
  return {
    from: `${printFiles(scan.files, [...needed.values()], facts)}${joins.join('')}`,
    where: printInterval(scan.within),
    computed: new Map(
      lookups.map(({ column, rule, name, hasRows }) => [
        column,
        hasRows ? rule.value(name) : rule.otherwise,
      ]),
    ),
  };
}

/** What the engine reads of files: at least these columns, whatever each file holds. */
function printFiles(
  files: readonly string[],
  columns: readonly StoredColumn[],
  facts: FileFacts,
): string {
  const readable = files.filter((file) => !facts.isUnreadable(file));
  if (readable.length === 0) {
    const items = columns.map(
      ({ name, type }) => `CAST(${STORED[type].empty} AS ${STORED[type].type}) AS ${quote(name)}`,
    );
    return `(SELECT ${items.join(', ')} WHERE false)`;
  }
  const list = `[${readable.map(literal).join(', ')}], hive_partitioning = false`;
  const types = columns.map(({ name, type }) => ({ name, type: STORED[type].type }));
  if (facts.isAsDeclared(readable, types)) return `read_parquet(${list})`;
  // With a schema of ours the engine makes no use of the files' statistics.
  const schema = columns.map(
    ({ name, type }) =>
      `${literal(name)}: {name: ${literal(name)}, type: '${STORED[type].type}', default_value: ${STORED[type].empty}}`,
  );
  return `read_parquet(${list}, schema = MAP {${schema.join(', ')}})`;
}

/** The conditions of an interval, as one; none where it is open. */
function printInterval(within: Within | undefined): string[] {
  if (!within) return [];
  const { from, to } = within;
  const column = quote(within.column);
  const conditions = [
    from === undefined ? '' : `${column} >= make_timestamp(${Math.ceil(from)})`,
    to === undefined ? '' : `${column} < make_timestamp(${Math.ceil(to)})`,
  ].filter(Boolean);
  return conditions.length > 0 ? [conditions.join(' AND ')] : [];
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A text as a SQL literal: DuckDB's strings have no escapes but the doubled quote. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
