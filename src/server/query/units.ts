import type { BoundColumn } from '#core/kql/index.ts';
import { tablesByName, type Unit } from '#core/schema/index.ts';

/** What a computed column's name says of its unit, for columns that no table declares. Numbers only. */
const BY_NAME: readonly (readonly [pattern: RegExp, unit: Unit])[] = [
  [/bytes$|^bytes/i, 'bytes'],
  [/packets$|^packets/i, 'packets'],
  [/flows$|^flows/i, 'flows'],
  [/records$|^records/i, 'records'],
  [/port$/i, 'port'],
  [/ratio$|share$/i, 'ratio'],
];

/** The unit of a result's column: as the tables that were read declare the name, else as the name says. */
export function unitOf(column: BoundColumn, tables: readonly string[]): Unit {
  for (const table of tables) {
    const declared = tablesByName.get(table)?.columns.find((c) => c.name === column.name);
    if (declared && declared.type === column.type) return declared.unit;
  }
  const isNumber = column.type === 'long' || column.type === 'int' || column.type === 'real';
  return (isNumber && BY_NAME.find(([pattern]) => pattern.test(column.name))?.[1]) || 'none';
}
