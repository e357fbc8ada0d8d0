import { quoteName, type Scan } from '#core/kql/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { compile, execute, makeCatalog, prepare, printRow, setUpConnection } from '../index.ts';
import { type Case, TABLES } from './pipeline.ts';
import { jsonText, type Type, type Value } from './values.ts';

/** What the property asks of an engine: the answer to a query over two tables, as the command line prints it. */
export interface Engine {
  /** Null where the language service refuses an expression whose shape it knows. */
  run(
    test: Pick<Case, 'query' | 'tables'>,
  ): Promise<{ columns: string[]; rows: unknown[][] } | null>;
  close(): void;
}

/** The two tables, for the language service. */
export const ORACLE_CATALOG = makeCatalog({ tables: [], extra: { tables: TABLES } });

const SQL_TYPES: Readonly<Record<Type, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  int: 'INTEGER',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  timespan: 'BIGINT',
  dynamic: 'VARCHAR',
};

function cellSql(value: Value, type: Type): string {
  if (value === null) return type === 'dynamic' ? "''" : `NULL::${SQL_TYPES[type]}`;
  if (type === 'datetime') return `make_timestamp(${value}::BIGINT)`;
  if (type === 'string' || type === 'dynamic') {
    const text = type === 'dynamic' ? jsonText(value) : String(value);
    return `'${text.replaceAll("'", "''")}'`;
  }
  return `(${String(value)})::${SQL_TYPES[type]}`;
}

function tableSql(scan: Scan, tables: Case['tables']): string {
  const table = scan.table === 'U' ? tables.U : tables.T;
  const names = table.columns.map((c) => quoteName(c.name)).join(', ');
  const rows = table.rows.map(
    (r) => `(${table.columns.map((c) => cellSql(r[c.name]!, c.type)).join(', ')})`,
  );
  if (rows.length > 0) return `(SELECT * FROM (VALUES ${rows.join(', ')}) AS v(${names}))`;
  const nothing = table.columns.map((c) => `NULL::${SQL_TYPES[c.type]} AS ${quoteName(c.name)}`);
  return `(SELECT ${nothing.join(', ')} WHERE false)`;
}

export async function openOracleDuckdb(): Promise<Engine> {
  const duckdb = await openDuckdb();
  await setUpConnection(duckdb);
  const prepared = prepare(ORACLE_CATALOG);
  const now = Date.UTC(2026, 0, 1) * 1000;
  return {
    async run({ query, tables }) {
      const compiled = compile(query, prepared, { now });
      if (!compiled.ok && /^The expression must/.test(compiled.refusal.message)) return null;
      if (!compiled.ok) throw new Error(`${compiled.refusal.code}: ${compiled.refusal.message}`);
      const { columns, rows } = await execute(compiled.plan, duckdb, (s) => tableSql(s, tables), {
        now,
      });
      return {
        columns: columns.map((c) => `${c.name}:${c.type}`),
        rows: rows.map((r) => printRow(r, columns)),
      };
    },
    close: () => duckdb.close(),
  };
}
