import type { KqlType } from '#core/schema/index.ts';
import { type ComputedColumn, declared, findComputed } from './computed.ts';
import type { FileFacts } from './file-facts.ts';
import type { ScanSource } from './scan.ts';

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
  const stored = scan.columns.filter((c) => !scan.computed.includes(c.name));
  const computed = scan.computed.map((name) => findComputed(scan.table, name));
  const needed = new Map(stored.map((c) => [c.name, c]));
  for (const name of computed.flatMap((c) => c.needs))
    if (!needed.has(name)) needed.set(name, declared(scan.table, name));
  if (scan.within && !needed.has(scan.within.column))
    needed.set(scan.within.column, { name: scan.within.column, type: 'datetime' });
  const base = printFiles(scan.files, [...needed.values()], facts);
  const where = printInterval(scan.within);
  if (!where && computed.length === 0) return base;
  const items = scan.columns.map((column) => {
    const rule = computed.find((c) => c.column === column.name);
    return rule
      ? `${printComputed(rule, scan, facts)} AS ${quote(column.name)}`
      : quote(column.name);
  });
  return `SELECT ${items.join(', ')} FROM (${base}) AS scanned${where}`;
}

function printComputed(rule: ComputedColumn, scan: ScanSource, facts: FileFacts): string {
  if (scan.besideFiles.length === 0) return rule.otherwise;
  const { table, columns } = rule.beside;
  return rule.sql(
    `(${printFiles(
      scan.besideFiles,
      columns.map((name) => declared(table, name)),
      facts,
    )})`,
  );
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

function printInterval(within: ScanSource['within']): string {
  if (!within) return '';
  const { column, from, to } = within;
  const conditions = [
    from === undefined ? '' : `${quote(column)} >= make_timestamp(${Math.ceil(from)})`,
    to === undefined ? '' : `${quote(column)} < make_timestamp(${Math.ceil(to)})`,
  ].filter(Boolean);
  return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A text as a SQL literal: DuckDB's strings have no escapes but the doubled quote. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
