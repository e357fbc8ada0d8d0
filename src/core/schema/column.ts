/** Kusto's scalar types, by the names KQL uses. */
export const KQL_TYPES = [
  'string',
  'long',
  'int',
  'real',
  'bool',
  'datetime',
  'timespan',
  'dynamic',
  'guid',
  'decimal',
] as const;
export type KqlType = (typeof KQL_TYPES)[number];

/** What a number or text means to a reader; pages format by it. */
export const UNITS = [
  'none',
  'bytes',
  'packets',
  'flows',
  'records',
  'port',
  'address',
  'country',
  'milliseconds',
  'ratio',
] as const;
export type Unit = (typeof UNITS)[number];

/**
 * One column, declared once. DDL, the KQL schema, completion, API types and the reference page derive from it.
 *
 * Stored as: string → text, never null ('' is empty); long, int → signed 64 and 32 bits, nullable; real → double;
 * bool → boolean; datetime → microseconds UTC; timespan → 64-bit count of 100 ns; dynamic → JSON text;
 * guid → text in lower case.
 */
export interface Column {
  readonly name: string;
  readonly type: KqlType;
  readonly unit: Unit;
  /** One sentence, for completion, hover and the reference page. */
  readonly meaning: string;
  /** What fills it, when it is not obvious from the table. */
  readonly source?: string;
  /** Computed when read; never written to a segment. */
  readonly isComputed?: true;
}

/** A table that people query by name. */
export interface Table {
  readonly name: string;
  /** `stored` lives in segments; `view` is KQL over other tables; `state` is kept by the application (alerts, incidents). */
  readonly kind: 'stored' | 'view' | 'state';
  /** One sentence: what one row is. */
  readonly row: string;
  /** The vendor page that defines it, or 'Weir'. */
  readonly origin: string;
  /** The column that segments are partitioned by; '' for tables without time. */
  readonly timeColumn: string;
  /** Columns that rows of a segment are sorted by, where another order than by time makes queries faster. */
  readonly sortBy?: readonly string[];
  /** Each segment holds rows of one hour only and is replaced with the hour: segments are never merged. */
  readonly isKeptByHour?: true;
  /** What holds now, replaced as a whole by who keeps it: segments are never merged, nor given up to make room. */
  readonly isSnapshot?: true;
  readonly columns: readonly Column[];
  /** The KQL of a view. */
  readonly kql?: string;
}

type ColumnRow = readonly [name: string, type: KqlType, meaning: string, more?: Partial<Column>];

/** Turns compact rows into columns; throws on a repeated name, so a declaration cannot contradict itself. */
export function defineColumns(rows: readonly ColumnRow[]): readonly Column[] {
  const seen = new Set<string>();
  return rows.map(([name, type, meaning, more]) => {
    if (seen.has(name)) throw new Error(`column ${name} is declared twice`);
    seen.add(name);
    return Object.freeze({ name, type, meaning, unit: 'none' as const, ...more });
  });
}

export function defineTable(table: Table): Table {
  if (table.timeColumn && !table.columns.some((c) => c.name === table.timeColumn))
    throw new Error(`${table.name}: the time column ${table.timeColumn} is not declared`);
  if (table.kind === 'view' && !table.kql) throw new Error(`${table.name}: a view needs its KQL`);
  return Object.freeze(table);
}
