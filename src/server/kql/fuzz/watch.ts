import { type Refusal, RefusalError } from '#core/kql/index.ts';
import { openDuckdb } from '#server/duckdb/index.ts';
import { FIXTURE_CATALOG, fixtureScan, NOW } from '../fixture.ts';
import { compile, execute, prepare, setUpConnection, warmUp } from '../index.ts';

/** What became of a query: `problem` says what must never happen. */
export type Outcome =
  | { readonly kind: 'rows' | 'refused' | 'failed' | 'stopped'; readonly detail: string }
  | { readonly kind: 'problem'; readonly detail: string };

export interface Watch {
  run(query: string): Promise<Outcome>;
  /** Texts on what was touched that no query may touch; none when all is well. */
  inspect(): Promise<string[]>;
  /** Changes the canary, to see that it is seen. */
  damage(): Promise<void>;
  close(): void;
}

const COMPILE_LIMIT_MS = 5000;
const RUN_LIMIT_MS = 3000;

/** What DuckDB says where the SQL itself is wrong, or reaches for what is locked: never the query's fault. */
const OURS =
  /^(Parser|Binder|Catalog|Permission|INTERNAL|Fatal|Not implemented|Syntax|Dependency) Error|INTERNAL Error/i;

function misplaced(refusal: Refusal, query: string): string {
  const { start, length, line, column, message } = refusal;
  const isInside = start >= 0 && length >= 0 && start + length <= query.length;
  const before = query.slice(0, start).split('\n');
  const isRight = line === before.length && column === before.at(-1)!.length + 1;
  return isInside && isRight && message.length > 0
    ? ''
    : `refused at ${start}+${length} (${line}:${column}) of ${query.length}: ${message}`;
}

/** The statements that plans are made of: one SELECT, or a temporary table of one. */
const STATEMENT = /^(CREATE TEMP TABLE "\$?[\w$]+" AS\n)?(SELECT|WITH)\b/;

/** An engine that holds a table no query may change, with nothing outside of it to be reached. */
export async function openWatch(): Promise<Watch> {
  warmUp();
  const duckdb = await openDuckdb({ memoryLimitBytes: 1 << 30, threads: 2 });
  await setUpConnection(duckdb);
  await duckdb.run('CREATE TABLE canary AS SELECT i FROM range(3) AS r(i)');
  await duckdb.run('SET enable_external_access = false');
  await duckdb.run('SET lock_configuration = true');
  const prepared = prepare(FIXTURE_CATALOG);
  const objects = async () =>
    JSON.stringify([
      (await duckdb.run('SELECT table_name, sql FROM duckdb_tables() ORDER BY 1')).rows,
      (await duckdb.run('SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1')).rows,
      (
        await duckdb.run(
          'SELECT count(*), function_type FROM duckdb_functions() GROUP BY 2 ORDER BY 2',
        )
      ).rows.map(String),
      (await duckdb.run('SELECT name, value FROM duckdb_settings() ORDER BY 1')).rows,
    ]);
  const canary = async () => String((await duckdb.run('SELECT i FROM canary ORDER BY 1')).rows);
  const [before, content] = [await objects(), await canary()];

  async function run(query: string): Promise<Outcome> {
    const started = performance.now();
    const compiled = compile(query, prepared, { now: NOW });
    const took = performance.now() - started;
    if (took > COMPILE_LIMIT_MS)
      return { kind: 'problem', detail: `compiling took ${Math.round(took)} ms` };
    if (!compiled.ok) {
      const wrong = misplaced(compiled.refusal, query);
      return wrong
        ? { kind: 'problem', detail: wrong }
        : { kind: 'refused', detail: compiled.refusal.message };
    }
    let odd = '';
    const onSql = (sql: string) => {
      if (!STATEMENT.test(sql)) odd = `an unexpected statement: ${sql.slice(0, 200)}`;
    };
    const timer = setTimeout(() => duckdb.interrupt(), RUN_LIMIT_MS);
    try {
      const { rows } = await execute(compiled.plan, duckdb, fixtureScan, { now: NOW, onSql });
      return odd ? { kind: 'problem', detail: odd } : { kind: 'rows', detail: String(rows.length) };
    } catch (error) {
      return odd ? { kind: 'problem', detail: odd } : failed(error);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    run: (query) =>
      run(query).catch((error: unknown) => ({
        kind: 'problem',
        detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })),
    async inspect() {
      const after = await objects();
      return [
        ...(after === before ? [] : ['tables, functions or settings changed']),
        ...((await canary()) === content ? [] : ['the canary changed']),
      ];
    },
    async damage() {
      await duckdb.run('DELETE FROM canary');
    },
    close: () => duckdb.close(),
  };
}

function failed(error: unknown): Outcome {
  if (error instanceof RefusalError) return { kind: 'refused', detail: error.message };
  const detail = error instanceof Error ? error.message : String(error);
  if (/interrupt/i.test(detail)) return { kind: 'stopped', detail };
  return { kind: OURS.test(detail) ? 'problem' : 'failed', detail };
}
