import { type KqlType, type Table, tablesByName } from '#core/schema/index.ts';

/** How stored columns read in DuckDB, and what stands where a file lacks one: files leave empty columns out. */
const STORED: Readonly<Record<KqlType, readonly [type: string, empty: string]>> = {
  string: ['VARCHAR', "''"],
  dynamic: ['VARCHAR', "''"],
  guid: ['VARCHAR', "''"],
  long: ['BIGINT', 'NULL'],
  int: ['INTEGER', 'NULL'],
  real: ['DOUBLE', 'NULL'],
  decimal: ['DOUBLE', 'NULL'],
  bool: ['BOOLEAN', 'NULL'],
  datetime: ['TIMESTAMP', 'NULL'],
  timespan: ['BIGINT', 'NULL'],
};

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;

/** Files of a table as a relation with all of these columns (all declared ones unless named), whatever each file holds. */
export function relation(
  name: string,
  files: readonly string[],
  columns?: readonly string[],
): string {
  const table: Table | undefined = tablesByName.get(name);
  if (!table) throw new Error(`there is no table ${name}`);
  const schema = table.columns
    .filter((c) => !c.isComputed && (columns === undefined || columns.includes(c.name)))
    .map((c) => {
      const [type, empty] = STORED[c.type];
      return `${literal(c.name)}: {name: ${literal(c.name)}, type: '${type}', default_value: ${empty}}`;
    });
  return `read_parquet(${literals(files)}, hive_partitioning = false, schema = MAP {${schema.join(', ')}})`;
}
