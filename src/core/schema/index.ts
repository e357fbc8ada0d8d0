import type { Table } from './column.ts';
import { flows } from './tables/flows.ts';

export { type Column, defineColumns, defineTable, KQL_TYPES, type KqlType, type Table, UNITS, type Unit } from './column.ts';

/** Every table that people can name, in the order the reference page shows them. */
export const TABLES: readonly Table[] = [flows];

export const tablesByName: ReadonlyMap<string, Table> = new Map(TABLES.map((t) => [t.name, t]));
