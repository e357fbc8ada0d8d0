import type { EntityMapping } from '../rule.ts';
import { createPrinter, NoColumn } from './print.ts';
import type { Search } from './search.ts';
import type { Column, LogSource } from './sources/index.ts';

/** Events that a rule or a correlation gives, as KQL: what correlations build upon. */
export interface EventQuery {
  /** A tabular expression with TimeGenerated, without the `let` statements before it. */
  readonly text: string;
  /** Statements that it needs, each once, in order: name and expression. */
  readonly lets: readonly (readonly [name: string, text: string])[];
  /** The column of a field by Sigma's name; throws NoColumn. */
  columnOf(field: string): Column;
  readonly entities: readonly EntityMapping[];
  readonly warnings: readonly string[];
}

/** The events of one log source that a search matches. Throws NoColumn. */
export function queryEvents(
  source: LogSource,
  search: Search,
  filters: readonly Search[] = [],
): EventQuery {
  const printer = createPrinter(source);
  const conditions = [search, ...filters].flatMap((s) => printer.print(s));
  const extend = printer.computed.map((c) => `${c.name} = ${c.kql}`);
  const lines = [
    source.rows,
    ...(extend.length > 0 ? [`| extend ${extend.join(',\n    ')}`] : []),
    ...conditions.map((condition) => `| where ${condition}`),
  ];
  const before = printer.computed.length;
  return {
    text: lines.join('\n'),
    lets: [],
    entities: source.entities,
    warnings: source.warning === undefined ? [] : [source.warning],
    columnOf(field) {
      const column = printer.columnOf(field);
      const isNew = printer.computed.indexOf(column) >= before;
      // A computed column that the search itself does not use is written out where it is needed.
      return isNew && column.kql !== undefined
        ? { ...column, name: column.kql }
        : { name: column.name, type: column.type };
    },
  };
}

export { NoColumn };
