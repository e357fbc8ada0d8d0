import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * ClickHouse through its own client: today the engine inside this process (chdb), which the client takes for a server. It
 * is no dependency of Weir, since it unpacks to half a gigabyte: whoever wants it installs it in a folder of its own.
 */

/** A value of a result as JSON has it: whole numbers of 64 bits, and reals that are no numbers, are texts. */
export type ClickhouseValue = string | number | boolean | null;
export type ClickhouseRow = readonly ClickhouseValue[];

/** One session: temporary tables live as long as it. Statements run one at a time. Rejects with what ClickHouse says. */
export interface Clickhouse {
  /** The rows of a SELECT, whole. */
  query(sql: string): Promise<readonly ClickhouseRow[]>;
  /** A statement without an answer. */
  command(sql: string): Promise<void>;
  insert(table: string, rows: readonly ClickhouseRow[]): Promise<void>;
  close(): Promise<void>;
}

export interface ClickhouseOptions {
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
}

/** The engine is not on this machine. */
export class ClickhouseMissing extends Error {
  /** What brings it. */
  readonly advice = 'Bring it with: npm install --prefix test/clickhouse';

  constructor(cause?: unknown) {
    super('ClickHouse (the package chdb) is not installed', { cause });
    this.name = 'ClickhouseMissing';
  }
}

/** What is used of `@clickhouse/client`. */
interface Client {
  query(params: { query: string; format: 'JSONCompact' }): Promise<{
    json(): Promise<{ data: readonly ClickhouseRow[] }>;
  }>;
  command(params: { query: string }): Promise<unknown>;
  insert(params: {
    table: string;
    values: readonly ClickhouseRow[];
    format: 'JSONCompactEachRow';
  }): Promise<unknown>;
  close(): Promise<void>;
}

interface Packages {
  readonly client: {
    createClient(options: {
      connection: unknown;
      clickhouse_settings: Readonly<Record<string, string | number>>;
    }): Client;
  };
  readonly connection: { createChdbConnection(options: { path: string }): unknown };
}

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'test', 'clickhouse');

function loadPackages(): Packages {
  const require = createRequire(join(FOLDER, 'package.json'));
  try {
    return { client: require('@clickhouse/client'), connection: require('chdb/connection') };
  } catch (error) {
    throw new ClickhouseMissing(error);
  }
}

export const isClickhouseInstalled = (): boolean =>
  existsSync(join(FOLDER, 'node_modules', 'chdb', 'package.json'));

/** What statements of Weir take for granted. */
const SETTINGS: Readonly<Record<string, string | number>> = {
  // An outer join leaves null, not the type's zero, where a side has no row.
  join_use_nulls: 1,
  // `SELECT a + 1 AS a, a * 2 AS b` means the column a both times.
  prefer_column_name_to_alias: 1,
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  output_format_json_escape_forward_slashes: 0,
  precise_float_parsing: 1,
  // A folder named day=… is no column.
  use_hive_partitioning: 0,
  // A pipeline of many operators is a statement of many levels.
  max_ast_depth: 20_000,
  max_ast_elements: 1_000_000,
  max_expanded_ast_elements: 5_000_000,
  max_subquery_depth: 2000,
  max_parser_depth: 20_000,
  max_query_size: 64 * 1024 * 1024,
  max_recursive_cte_evaluation_depth: 10_000_000,
};

/** Opens a session. Rejects with ClickhouseMissing where the engine is not installed. */
export async function openClickhouse(options: ClickhouseOptions = {}): Promise<Clickhouse> {
  const { client: packages, connection } = loadPackages();
  const { memoryLimitBytes, threads } = options;
  const client = packages.createClient({
    connection: connection.createChdbConnection({ path: ':memory:' }),
    clickhouse_settings: {
      ...SETTINGS,
      ...(memoryLimitBytes === undefined
        ? {}
        : { max_memory_usage: String(Math.floor(memoryLimitBytes)) }),
      ...(threads === undefined ? {} : { max_threads: threads }),
    },
  });
  return {
    query: async (query) =>
      (await (await client.query({ query, format: 'JSONCompact' })).json()).data,
    command: async (query) => {
      await client.command({ query });
    },
    insert: async (table, values) => {
      await client.insert({ table, values, format: 'JSONCompactEachRow' });
    },
    close: () => client.close(),
  };
}
