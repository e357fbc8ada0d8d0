import type { EntityMapping } from '../../rule.ts';

export type ColumnType = 'string' | 'number' | 'bool' | 'datetime' | 'dynamic';

/** What a field of Sigma is in a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** KQL that computes it, where the table has no such column. */
  readonly kql?: string;
}

/**
 * A log source of Sigma: the table that holds its events, and where its fields are. Named after Sigma's taxonomy
 * (specification 2.1.0, appendix "taxonomy").
 */
export interface LogSource {
  readonly name: string;
  /** Values that a rule's logsource must have; those that are absent here may be anything. */
  readonly matches: readonly {
    readonly category?: string;
    readonly product?: string;
    readonly service?: string;
  }[];
  /** KQL of the rows. */
  readonly rows: string;
  readonly fields: Readonly<Record<string, Column>>;
  /** Text columns that keywords are looked for in. */
  readonly message: readonly string[];
  readonly entities: readonly EntityMapping[];
  /** What the rule's author should know of this table. */
  readonly warning?: string;
}

export const text = (name: string, kql?: string): Column => column(name, 'string', kql);
export const number = (name: string, kql?: string): Column => column(name, 'number', kql);

function column(name: string, type: ColumnType, kql?: string): Column {
  return kql === undefined ? { name, type } : { name, type, kql };
}

/** An address as an entity. */
export const ip = (column: string, role: EntityMapping['role']): EntityMapping => ({
  type: 'IP',
  role,
  fields: [{ identifier: 'Address', column }],
});
