import type { SchemaAnswer } from '#core/contract/index.ts';
import type { StoredFunction } from '../deps.ts';

/**
 * Tables and functions in the shape of the Log Analytics metadata API.
 * Source: https://learn.microsoft.com/rest/api/logsquery/metadata
 */
export function describeWorkspace(
  id: string,
  { tables }: SchemaAnswer,
  functions: readonly StoredFunction[],
) {
  const tableIds = tables.map((t) => `t/${t.name}`);
  const functionIds = functions.map((f) => `f/${f.name}`);
  return {
    tables: tables.map((t) => ({
      id: `t/${t.name}`,
      name: t.name,
      description: t.row,
      timespanColumn: t.timeColumn,
      columns: t.columns.map(({ name, type, meaning }) => ({ name, type, description: meaning })),
    })),
    functions: functions.map((f) => ({
      id: `f/${f.name}`,
      name: f.name,
      displayName: f.name,
      description: f.description,
      parameters: f.parameters.trim().replace(/^\(|\)$/g, ''),
      body: f.body,
    })),
    workspaces: [
      { id, name: 'Weir', region: '', related: { tables: tableIds, functions: functionIds } },
    ],
    categories: [],
    resourceTypes: [],
    solutions: [],
  };
}
