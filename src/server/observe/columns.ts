import type { KqlType, Table } from '#core/schema/index.ts';

const TYPES: Readonly<Record<KqlType, string>> = {
  string: 'VARCHAR',
  dynamic: 'VARCHAR',
  guid: 'VARCHAR',
  long: 'BIGINT',
  timespan: 'BIGINT',
  int: 'INTEGER',
  real: 'DOUBLE',
  decimal: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'TIMESTAMP',
};

const isText = (type: KqlType) => TYPES[type] === 'VARCHAR';

/**
 * The select list of a declared table, in its order. A column without an expression is left out of the file, which says
 * that it is empty. Throws when an expression names no column: the declaration is the only list.
 */
export function selectList(table: Table, expressions: Readonly<Record<string, string>>): string {
  for (const name of Object.keys(expressions))
    if (!table.columns.some((c) => c.name === name))
      throw new Error(`${table.name} has no column ${name}`);
  return table.columns
    .flatMap(({ name, type }) => {
      const given = expressions[name];
      if (given === undefined) return [];
      return [`(${isText(type) ? `coalesce(${given}, '')` : given})::${TYPES[type]} AS "${name}"`];
    })
    .join(', ');
}

/** The named columns with text that is never null, whatever files they come from. */
export const wholeList = (table: Table, names: readonly string[]): string =>
  table.columns
    .filter((c) => names.includes(c.name))
    .map(({ name, type }) => (isText(type) ? `coalesce("${name}", '') AS "${name}"` : `"${name}"`))
    .join(', ');
