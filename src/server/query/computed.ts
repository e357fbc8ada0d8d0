import { type Column, tablesByName } from '#core/schema/index.ts';

/** SQL of a column that no segment holds, for scans that ask for it. */
export interface ComputedColumn {
  readonly table: string;
  readonly column: string;
  /** Stored columns of the row that the expression reads; the scan adds them. */
  readonly needs: readonly string[];
  /** The table that the expression looks the row up in, and the columns of it. */
  readonly beside: { readonly table: string; readonly columns: readonly string[] };
  /** The value where the other table has no rows for the time of the scan. */
  readonly otherwise: string;
  /** The expression. `beside` is a relation of the other table's columns; the row's own are `scanned."Name"`. */
  sql(beside: string): string;
}

const PAIR = ['SrcIp', 'DestIp', 'Source', 'Observer', 'FlowDirection'] as const;

/**
 * Every computed column, by table and column.
 *
 * Flows.IsPrimary: false for what reduction found to repeat, in the same hour, what another observer recorded of the
 * same two addresses. Rows that are not reduced yet, which is a matter of seconds, count as primary.
 */
export const COMPUTED: readonly ComputedColumn[] = [
  {
    table: 'Flows',
    column: 'IsPrimary',
    needs: ['TimeGenerated', ...PAIR],
    beside: { table: 'RepeatedObservations', columns: ['TimeGenerated', ...PAIR] },
    otherwise: 'true',
    sql: (beside) =>
      `NOT EXISTS (SELECT 1 FROM ${beside} AS repeated ` +
      `WHERE repeated."TimeGenerated" = date_trunc('hour', scanned."TimeGenerated") ` +
      `${PAIR.map((name) => `AND repeated."${name}" = scanned."${name}"`).join(' ')})`,
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
