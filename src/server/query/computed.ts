import { type Column, tablesByName } from '#core/schema/index.ts';
import type { EngineName } from './engine-name.ts';

/** A column as SQL. */
export type NameColumn = (name: string) => string;

/** A column that no segment holds: for scans that ask for it, its rows are looked up in another table. */
export interface ComputedColumn {
  readonly table: string;
  readonly column: string;
  /** Stored columns of the row that the lookup reads; the scan adds them. */
  readonly needs: readonly string[];
  /** The table that the row is looked up in, by its own time column among others. */
  readonly beside: { readonly table: string; readonly columns: readonly string[] };
  /** What earlier rows of the other table may matter to a row, µs. */
  readonly reachMicros: number;
  /** The value where the other table has no rows for the time of the scan. */
  readonly otherwise: string;
  /** The condition between a row and at most one row of the other table. */
  matches(scanned: NameColumn, beside: NameColumn, engine: EngineName): string;
  /** The value, where rows that matched nothing have nulls in the other table's columns. */
  value(beside: NameColumn): string;
}

const MICROS_PER_HOUR = 3_600_000_000;
/** The start of an instant's hour. */
const HOUR_OF: Readonly<Record<EngineName, (at: string) => string>> = {
  duckdb: (at) => `date_trunc('hour', ${at})`,
  clickhouse: (at) => `toDateTime64(toStartOfHour(${at}), 6, 'UTC')`,
};

const PAIR = ['SrcIp', 'DestIp', 'Source', 'Observer', 'FlowDirection'] as const;

/**
 * Every computed column, by table and column.
 *
 * Flows.IsPrimary: false for what reduction found to repeat, in the same hour, what another observer recorded of the
 * same two addresses. Rows that are not reduced yet, which is a matter of seconds, count as primary. A left join, since
 * DuckDB runs NOT EXISTS over several columns by first gathering every combination that the scan has: ten times slower.
 */
export const COMPUTED: readonly ComputedColumn[] = [
  {
    table: 'Flows',
    column: 'IsPrimary',
    needs: ['TimeGenerated', ...PAIR],
    beside: { table: 'RepeatedObservations', columns: ['TimeGenerated', ...PAIR] },
    reachMicros: MICROS_PER_HOUR,
    otherwise: 'true',
    matches: (scanned, beside, engine) =>
      [
        `${beside('TimeGenerated')} = ${HOUR_OF[engine](scanned('TimeGenerated'))}`,
        ...PAIR.map((name) => `${beside(name)} = ${scanned(name)}`),
      ].join(' AND '),
    value: (beside) => `(${beside('TimeGenerated')} IS NULL)`,
  },
];

export function findComputed(table: string, column: string): ComputedColumn {
  const found = COMPUTED.find((c) => c.table === table && c.column === column);
  if (!found) throw new Error(`${table}.${column} is declared as computed but has no expression`);
  return found;
}

/** A declared column, for the scan's own list. */
export function declared(table: string, name: string): Pick<Column, 'name' | 'type'> {
  const column = tablesByName.get(table)?.columns.find((c) => c.name === name);
  if (!column) throw new Error(`${table} has no column ${name}`);
  return { name, type: column.type };
}
