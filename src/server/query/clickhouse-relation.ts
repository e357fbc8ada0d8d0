import { clickhouse, type ScanRange } from '#core/kql/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import { declared, findComputed } from './computed.ts';
import type { ScanSource, Within } from './scan.ts';

const { CLICKHOUSE_TYPES, quoteName, quoteText } = clickhouse;

const isText = (type: KqlType) => type === 'string' || type === 'dynamic' || type === 'guid';

/** How a stored column reads in ClickHouse: as in a plan, but for instants, which are ClickHouse's own there. */
function storedType(type: KqlType): string {
  if (type === 'datetime') return "Nullable(DateTime64(6, 'UTC'))";
  return isText(type) ? 'String' : CLICKHOUSE_TYPES[type];
}

interface StoredColumn {
  readonly name: string;
  readonly type: KqlType;
}

/**
 * The SQL of a scan for ClickHouse: a SELECT with exactly the scan's columns, from the same Parquet segments that DuckDB
 * reads. A column that a file lacks is empty there. Rows outside the ranges are left out, so that row groups are too.
 */
export function printClickhouseRelation(scan: ScanSource, ranges: readonly ScanRange[]): string {
  const lookups = scan.computed.map((source, i) => {
    const rule = findComputed(scan.table, source.column);
    const as = `beside${i + 1}`;
    const name = (column: string) => `${as}.${quoteName(column)}`;
    return { ...source, rule, as, name, hasRows: source.files.length > 0 };
  });
  const needed = new Map<string, StoredColumn>();
  for (const c of scan.columns)
    if (!lookups.some((l) => l.column === c.name)) needed.set(c.name, c);
  const bounds = [...ranges, ...closed(scan.within)];
  // A file has to be asked for something, for its number of rows: a lookup's own columns will do.
  for (const name of [...lookups.flatMap((l) => l.rule.needs), ...bounds.map((b) => b.column)])
    if (!needed.has(name)) needed.set(name, declared(scan.table, name));
  const base = printFiles(scan.files, [...needed.values()], bounds);
  if (lookups.length === 0 && needed.size === scan.columns.length) return base;
  const items = scan.columns.map(({ name }) => {
    const lookup = lookups.find((l) => l.column === name);
    if (!lookup) return `scanned.${quoteName(name)} AS ${quoteName(name)}`;
    return `${lookup.hasRows ? lookup.rule.value(lookup.name) : lookup.rule.otherwise} AS ${quoteName(name)}`;
  });
  const joins = lookups
    .filter((l) => l.hasRows)
    .map((l) => {
      const { table, columns } = l.rule.beside;
      const stored = columns.map((name) => declared(table, name));
      const rows = printFiles(l.files, stored, closed(l.within));
      return ` LEFT JOIN (${rows}) AS ${l.as} ON ${l.rule.matches(scanned, l.name, 'clickhouse')}`;
    });
  return `SELECT ${items.join(', ')} FROM (${base}) AS scanned${joins.join('')}`;
}

const scanned = (column: string) => `scanned.${quoteName(column)}`;

/** A half-open interval as bounds that are both included. */
function closed(within: Within | undefined): ScanRange[] {
  if (!within) return [];
  const { column, from, to } = within;
  return [
    {
      column,
      ...(from === undefined ? {} : { from: Math.ceil(from) }),
      ...(to === undefined ? {} : { to: Math.ceil(to) - 1 }),
    },
  ];
}

function printBounds({ column, from, to }: ScanRange): string[] {
  const instant = (micros: number) => `fromUnixTimestamp64Micro(${Math.round(micros)}, 'UTC')`;
  return [
    ...(from === undefined ? [] : [`${quoteName(column)} >= ${instant(from)}`]),
    ...(to === undefined ? [] : [`${quoteName(column)} <= ${instant(to)}`]),
  ];
}

/** What file() takes for a pattern. */
const PATTERN = /[{}*?,]/;

function printFiles(
  files: readonly string[],
  columns: readonly StoredColumn[],
  bounds: readonly ScanRange[],
): string {
  if (files.length === 0) {
    const empty = columns.map(
      (c) =>
        `CAST(${isText(c.type) ? "''" : 'NULL'} AS ${storedType(c.type)}) AS ${quoteName(c.name)}`,
    );
    return `SELECT ${empty.join(', ')} WHERE false`;
  }
  const names = columns.map((c) => quoteName(c.name)).join(', ');
  const structure = columns.map((c) => `${quoteName(c.name)} ${storedType(c.type)}`).join(', ');
  const conditions = bounds.flatMap(printBounds);
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const read = (path: string) =>
    `SELECT ${names} FROM file(${quoteText(path)}, Parquet, ${quoteText(structure)})${where}`;
  const isPlain = !files.some((file) => PATTERN.test(file));
  if (!isPlain) return files.map((file) => read(escapePattern(file))).join(' UNION ALL ');
  if (files.length === 1) return read(files[0]!);
  const folder = commonFolder(files);
  return read(`${folder}{${files.map((file) => file.slice(folder.length)).join(',')}}`);
}

/** The folder that all paths begin with, and its slash: alternatives of a pattern cannot begin with one. */
function commonFolder(files: readonly string[]): string {
  const [first = '', ...others] = files;
  let length = first.lastIndexOf('/') + 1;
  while (others.some((file) => !file.startsWith(first.slice(0, length))))
    length = first.lastIndexOf('/', length - 2) + 1;
  return first.slice(0, length);
}

/** A question mark stands for any one character, itself among them: no character of a path is read as a pattern. */
const escapePattern = (path: string) => path.replace(/[{}*,]/g, '?');
