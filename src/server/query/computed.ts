/** SQL of a column that no segment holds, for scans that ask for it. */
export interface ComputedColumn {
  readonly table: string;
  readonly column: string;
  /** Stored columns that the expression reads; the scan adds them. */
  readonly needs: readonly string[];
  /**
   * The expression. `day` is a relation of the `needs` of all rows of the days that the scan touches, so that the value
   * of a row does not depend on how narrow the query's time range is.
   */
  sql(day: string): string;
}

/**
 * Every computed column, by table and column.
 *
 * Flows.IsPrimary: one observer per initiator. A flow between two observed hosts is recorded at both ends, outbound at
 * the initiator and inbound at the responder; the inbound row is secondary when its SrcIp is seen as the SrcIp of an
 * outbound row on the same days.
 */
export const COMPUTED: readonly ComputedColumn[] = [
  {
    table: 'Flows',
    column: 'IsPrimary',
    needs: ['FlowDirection', 'SrcIp'],
    sql: (day) =>
      `("FlowDirection" <> 'Inbound' OR "SrcIp" NOT IN (SELECT "SrcIp" FROM ${day} AS seen WHERE "FlowDirection" = 'Outbound'))`,
  },
];

export function findComputed(table: string, column: string): ComputedColumn {
  const found = COMPUTED.find((c) => c.table === table && c.column === column);
  if (!found) throw new Error(`${table}.${column} is declared as computed but has no expression`);
  return found;
}
