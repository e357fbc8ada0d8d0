import { quoteName, type Refusal, RefusalError, type Scan } from '#core/kql/index.ts';
import type { KqlType } from '#core/schema/index.ts';
import { type Duckdb, openDuckdb } from '#server/duckdb/index.ts';
import type { Catalog } from './kusto.ts';
import { compile, execute, prepare, type ResolveScan, setUpConnection } from './run.ts';
import { printRow } from './value.ts';

const PHYSICAL: Readonly<Record<KqlType, string>> = {
  string: 'VARCHAR',
  long: 'BIGINT',
  int: 'INTEGER',
  real: 'DOUBLE',
  bool: 'BOOLEAN',
  datetime: 'TIMESTAMP',
  timespan: 'BIGINT',
  dynamic: 'VARCHAR',
  guid: 'VARCHAR',
  decimal: 'DOUBLE',
};

/** The scan of a table without rows. */
export function emptyScan(scan: Scan): string {
  const columns = scan.columns.map((c) => `NULL::${PHYSICAL[c.type]} AS ${quoteName(c.name)}`);
  return `(SELECT ${columns.join(', ')} WHERE false)`;
}

export interface BatchOptions {
  readonly catalog: Catalog;
  readonly resolveScan?: ResolveScan;
  /** Takes one line of output, without its end. */
  readonly write: (line: string) => void | Promise<void>;
  readonly connection?: Duckdb;
  readonly now?: () => number;
}

interface Request {
  readonly id: unknown;
  readonly query: string;
}

function readRequest(line: string): Request | null {
  try {
    const parsed: unknown = JSON.parse(line);
    if (
      typeof parsed !== 'object' ||
      parsed === null ||
      !('query' in parsed) ||
      typeof parsed.query !== 'string'
    )
      return null;
    return { id: 'id' in parsed ? parsed.id : null, query: parsed.query };
  } catch {
    return null;
  }
}

function failure(id: unknown, error: Pick<Refusal, 'code' | 'message'> & Partial<Refusal>): string {
  const { code, message, line, column, start, length } = error;
  return JSON.stringify({
    id,
    error: {
      code,
      message,
      line: line ?? 1,
      column: column ?? 1,
      ...(start === undefined ? {} : { start, length }),
    },
  });
}

/** Answers one query a line, in order: `{"id","columns","rows","ms"}` or `{"id","error"}`. */
export async function runBatch(
  lines: Iterable<string> | AsyncIterable<string>,
  options: BatchOptions,
): Promise<void> {
  const connection = options.connection ?? (await openDuckdb());
  await setUpConnection(connection);
  const prepared = prepare(options.catalog);
  const clock = options.now ?? (() => Date.now() * 1000);
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const request = readRequest(line);
    if (!request) {
      await options.write(
        failure(null, {
          code: 'syntax',
          message: 'Each line must be JSON with the fields id and query.',
        }),
      );
      continue;
    }
    await options.write(
      await answer(request, connection, prepared, options.resolveScan ?? emptyScan, clock()),
    );
  }
  if (!options.connection) connection.close();
}

async function answer(
  request: Request,
  connection: Duckdb,
  prepared: ReturnType<typeof prepare>,
  resolveScan: ResolveScan,
  now: number,
): Promise<string> {
  const started = performance.now();
  try {
    const compiled = compile(request.query, prepared, { now });
    if (!compiled.ok) return failure(request.id, compiled.refusal);
    const { columns, rows } = await execute(compiled.plan, connection, resolveScan, { now });
    const printed = rows.map((r) => printRow(r, columns));
    return JSON.stringify({
      id: request.id,
      columns,
      rows: printed,
      ms: Math.round((performance.now() - started) * 10) / 10,
    });
  } catch (error) {
    if (error instanceof RefusalError)
      return failure(request.id, { code: error.code, message: error.message });
    return failure(request.id, {
      code: 'execution',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}
