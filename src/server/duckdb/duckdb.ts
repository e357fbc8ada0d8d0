import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBScalarFunction,
  type DuckDBType,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import { copyNumbers, isNumbers, type NumberColumn, numbersOf } from './number-column.ts';

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

export type FunctionType = 'text' | 'long' | 'real' | 'bool';
export type FunctionValue = string | number | bigint | boolean | null;

/** A scalar function in JavaScript. It sees nulls, fails the statement where it throws, and gets longs as numbers where those are exact. */
export interface DuckdbFunction {
  readonly name: string;
  readonly args: readonly FunctionType[];
  /** The type of any number of further arguments. */
  readonly rest?: FunctionType;
  readonly returns: FunctionType;
  /** Gives another value each time. */
  readonly isVolatile?: boolean;
  readonly call: (...args: readonly FunctionValue[]) => FunctionValue;
}

/** Values of one column: numbers as the engine keeps them, or texts. */
export type AppendColumn = NumberColumn | readonly string[];

/** At most 2048 rows of a result. The arrays are the engine's own: gone when the next chunk is asked for. */
export interface ColumnChunk {
  readonly rows: number;
  readonly columns: readonly NumberColumn[];
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
  /**
   * The same as columns, for types of fixed size; 20 times faster than rows. Nulls come as whatever the engine left there. The
   * engine computes the whole result first, on all its threads, and holds it within its memory: that takes half of the time of
   * chunks as they are computed, which a filter leaves small.
   */
  columns(sql: string, values?: readonly DuckDBValue[]): AsyncIterable<ColumnChunk>;
  /** Adds rows to a table of the engine: as many as given of each of its columns, in their order and of their very types. */
  append(table: string, rows: number, columns: readonly AppendColumn[]): Promise<void>;
  /** Lets statements call functions of ours: about 3 million calls a second, on the thread of JavaScript. */
  register(functions: readonly DuckdbFunction[]): void;
  /** Makes the statement that is running fail. */
  interrupt(): void;
  close(): void;
}

/** An engine with several connections, each of which runs one statement at a time. */
export interface Engine {
  connect(): Promise<EngineConnection>;
  close(): void;
}

export type EngineConnection = Duckdb;

export interface EngineOptions extends Pick<DuckdbOptions, 'memoryLimitBytes' | 'threads'> {
  /** As `spillFolder` and `spillLimitBytes`. */
  readonly tempFolder?: string;
  readonly tempLimitBytes?: number;
}

export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const { memoryLimitBytes, threads, tempFolder, tempLimitBytes } = options;
  const settings: Record<string, string> = {
    // Nothing is fetched from the network, whatever a statement names.
    autoinstall_known_extensions: 'false',
    temp_directory: tempFolder ?? '',
  };
  if (memoryLimitBytes !== undefined) settings['memory_limit'] = `${Math.floor(memoryLimitBytes)}B`;
  if (threads !== undefined) settings['threads'] = String(threads);
  if (tempFolder !== undefined && tempLimitBytes !== undefined)
    settings['max_temp_directory_size'] = `${Math.floor(tempLimitBytes)}B`;
  const instance = await DuckDBInstance.create(':memory:', settings);
  return {
    connect: async () => wrapConnection(await instance.connect()),
    close: () => instance.closeSync(),
  };
}

/** An engine with one connection; closing it closes the engine. */
export async function openDuckdb(options: DuckdbOptions = {}): Promise<Duckdb> {
  const { spillFolder, spillLimitBytes, ...rest } = options;
  const engine = await openEngine({
    ...rest,
    ...(spillFolder === undefined ? {} : { tempFolder: spillFolder }),
    ...(spillLimitBytes === undefined ? {} : { tempLimitBytes: spillLimitBytes }),
  });
  const connection = await engine.connect();
  return {
    ...connection,
    close() {
      connection.close();
      engine.close();
    },
  };
}

function wrapConnection(connection: DuckDBConnection): Duckdb {
  return {
    run: (sql, values = []) => runWhole(connection, sql, values),
    stream: (sql, values = []) => streamRows(connection, sql, values),
    columns: (sql, values = []) => streamColumns(connection, sql, values),
    append: (table, rows, columns) => appendRows(connection, table, rows, columns),
    register(functions) {
      for (const fn of functions) connection.registerScalarFunction(makeFunction(fn));
    },
    interrupt: () => connection.interrupt(),
    close: () => connection.closeSync(),
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

async function* streamColumns(
  connection: DuckDBConnection,
  sql: string,
  values: readonly DuckDBValue[],
): AsyncGenerator<ColumnChunk> {
  const result = await connection.run(sql, [...values]);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const columns = Array.from({ length: chunk.columnCount }, (_, i) =>
      numbersOf(chunk.getColumnVector(i)),
    );
    yield { rows: chunk.rowCount, columns };
  }
}

const VECTOR_ROWS = 2048;

async function appendRows(
  connection: DuckDBConnection,
  table: string,
  rows: number,
  columns: readonly AppendColumn[],
): Promise<void> {
  const appender = await connection.createAppender(table);
  const types = Array.from({ length: appender.columnCount }, (_, i) => appender.columnType(i));
  for (let from = 0; from < rows; from += VECTOR_ROWS) {
    const length = Math.min(VECTOR_ROWS, rows - from);
    const chunk = DuckDBDataChunk.create(types, length);
    for (const [i, column] of columns.entries()) {
      const vector = chunk.getColumnVector(i);
      if (isNumbers(column)) copyNumbers(column, from, numbersOf(vector));
      else for (let row = 0; row < length; row++) vector.setItem(row, column[from + row]!);
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

const TYPES: Readonly<Record<FunctionType, DuckDBType>> = {
  text: VARCHAR,
  long: BIGINT,
  real: DOUBLE,
  bool: BOOLEAN,
};

function toFunctionValue(value: DuckDBValue): FunctionValue {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  const isPlain = typeof value === 'string' || typeof value === 'number';
  return isPlain || typeof value === 'boolean' ? value : null;
}

/** What is out of the type's range is null. */
function fromFunctionValue(value: FunctionValue, type: FunctionType): DuckDBValue {
  if (value === null) return null;
  switch (type) {
    case 'long':
      if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : null;
      return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
    case 'real':
      if (typeof value === 'number') return value;
      return typeof value === 'bigint' ? Number(value) : null;
    case 'bool':
      return value === true;
    case 'text':
      return String(value);
  }
}

function makeFunction(fn: DuckdbFunction): DuckDBScalarFunction {
  return DuckDBScalarFunction.create({
    name: fn.name,
    returnType: TYPES[fn.returns],
    parameterTypes: fn.args.map((type) => TYPES[type]),
    ...(fn.rest ? { varArgsType: TYPES[fn.rest] } : {}),
    specialHandling: true,
    volatile: fn.isVolatile ?? false,
    mainFunction: (_info, input, output) => {
      const vectors = Array.from({ length: input.columnCount }, (_, i) => input.getColumnVector(i));
      for (let row = 0; row < input.rowCount; row++) {
        const args = vectors.map((v) => toFunctionValue(v.getItem(row)));
        output.setItem(row, fromFunctionValue(fn.call(...args), fn.returns));
      }
      output.flush();
    },
  });
}
