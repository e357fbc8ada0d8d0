import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

/** What a value of a result is: bigint for 64-bit integers, objects with `micros` for timestamps, null for null. */
export type { DuckDBValue } from '@duckdb/node-api';

export interface DuckdbOptions {
  /** Bytes that the engine's own buffers may take; past it operators spill, or fail where they cannot. */
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
  /** Where intermediate results go that do not fit; none goes to disk when undefined. */
  readonly spillFolder?: string;
  readonly spillLimitBytes?: number;
}

/** One result, whole. */
export interface DuckdbResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly DuckDBValue[])[];
  /** Rows that a COPY or INSERT wrote. */
  readonly rowsChanged: number;
}

/**
 * One connection to an in-memory DuckDB of its own. It owns no data: what it computes on are files.
 * Statements run on native threads, one at a time. Throws what DuckDB says, as an Error.
 */
export interface Duckdb {
  /** Runs one statement with values bound to its `$1`, `$2`…. */
  run(sql: string, values?: readonly DuckDBValue[]): Promise<DuckdbResult>;
  /** The rows of one statement, in chunks of at most 2048, as they are computed. */
  stream(
    sql: string,
    values?: readonly DuckDBValue[],
  ): AsyncIterable<readonly (readonly DuckDBValue[])[]>;
  /** Makes the statement that is running fail. */
  interrupt(): void;
  close(): void;
}

export async function openDuckdb(options: DuckdbOptions = {}): Promise<Duckdb> {
  const { memoryLimitBytes, threads, spillFolder, spillLimitBytes } = options;
  const settings: Record<string, string> = {
    // Nothing is fetched from the network, whatever a statement names.
    autoinstall_known_extensions: 'false',
    temp_directory: spillFolder ?? '',
  };
  if (memoryLimitBytes !== undefined) settings['memory_limit'] = `${Math.floor(memoryLimitBytes)}B`;
  if (threads !== undefined) settings['threads'] = String(threads);
  if (spillFolder !== undefined && spillLimitBytes !== undefined)
    settings['max_temp_directory_size'] = `${Math.floor(spillLimitBytes)}B`;
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  return {
    run: (sql, values = []) => runWhole(connection, sql, values),
    stream: (sql, values = []) => streamRows(connection, sql, values),
    interrupt: () => connection.interrupt(),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function runWhole(
  connection: DuckDBConnection,
  sql: string,
  values: readonly DuckDBValue[],
): Promise<DuckdbResult> {
  const result = await connection.run(sql, [...values]);
  const types = result.columnTypes();
  return {
    columns: result.columnNames().map((name, i) => ({ name, type: String(types[i]) })),
    rows: await result.getRows(),
    rowsChanged: result.rowsChanged,
  };
}

async function* streamRows(
  connection: DuckDBConnection,
  sql: string,
  values: readonly DuckDBValue[],
): AsyncGenerator<readonly (readonly DuckDBValue[])[]> {
  const result = await connection.stream(sql, [...values]);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    yield chunk.getRows();
  }
}
