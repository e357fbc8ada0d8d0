import type { SchemaAnswer } from '#core/contract/index.ts';
import type { Table } from '#core/schema/index.ts';

/** Declared tables as GET /api/v1/schema tells them. */
export function schemaAnswer(tables: readonly Table[]): SchemaAnswer {
  return {
    tables: tables.map(({ name, kind, row, origin, timeColumn, columns }) => ({
      name,
      kind,
      row,
      origin,
      timeColumn,
      columns: columns.map((c) => ({
        name: c.name,
        type: c.type,
        unit: c.unit,
        meaning: c.meaning,
        ...(c.source === undefined ? {} : { source: c.source }),
      })),
    })),
  };
}
