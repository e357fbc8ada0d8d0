import {
  type BoundColumn,
  DUCKDB_MACROS,
  hostFunctions,
  isTooDeep,
  locate,
  type Natives,
  type Plan,
  type PrintOptions,
  planQuery,
  printStage,
  quoteName,
  type Refusal,
  RefusalError,
  type Scan,
  type ScanSql,
  WATCHLIST_COLUMNS,
} from '#core/kql/index.ts';
import type { Duckdb, DuckdbResult } from '#server/duckdb/index.ts';
import { type Fix, fixes, suggestions } from './assist.ts';
import { checkOnClickhouse } from './clickhouse-hosts.ts';
import { analyze, type Catalog, declareSchema, type Schema } from './kusto.ts';
import { natives } from './natives.ts';
import { restoreDefaults } from './read/defaults.ts';
import { checkShape, fitsParser } from './read/limits.ts';
import { readQuery } from './read/query.ts';
import type { ParameterValue } from './read/scope.ts';
import type { AskedLimits, SettingWarning } from './read/settings.ts';
import { UndeclaredWatchlist } from './read/watchlists.ts';
import { runToLast, ticks } from './stages.ts';

/** A catalog declared to the language service; make it once per version of the schema. */
export interface Prepared {
  readonly catalog: Catalog;
  readonly schema: Schema;
}

export interface CompileOptions {
  /** What now() is, in µs since 1970. */
  readonly now: number;
  /** Values for the names of `declare query_parameters`: bare values, or the text of a KQL literal. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** What ClickHouse cannot run is refused where it is to run there. DuckDB runs all that plans. */
  readonly engine?: 'duckdb' | 'clickhouse';
  /** Which of several results, counted from 0; the last when absent. */
  readonly result?: number;
  /** Called when the language service has parsed and bound the text: what follows is ours. */
  readonly onBound?: () => void;
}

export type Compiled =
  | {
      readonly ok: true;
      readonly plan: Plan;
      /** How many the query has, for it may be several expressions with semicolons between. */
      readonly results: number;
      /** What `set` statements ask for, to be obeyed by who runs the plan. */
      readonly limits: AskedLimits;
      /** `set` statements without effect. */
      readonly warnings: readonly SettingWarning[];
    }
  | { readonly ok: false; readonly refusal: Refusal };

/** SQL that can stand after FROM and has the scan's columns, with the physical types of `Column` in core/schema. */
export type ResolveScan = (scan: Scan) => string;

/** The same, or a relation with more to say. */
export type ResolveRelation = (scan: Scan) => string | ScanSql;

export interface ExecuteOptions {
  /** As given to `compile`; used where the rest of a query is planned while it runs. */
  readonly now: number;
  /** Is shown every statement before it runs. */
  readonly onSql?: (sql: string) => void;
  /** For `executeStream`, after a run failed with an error that `asksForCare` knows: slower SQL that does not. */
  readonly isCareful?: boolean;
}

export interface Executed {
  readonly columns: readonly BoundColumn[];
  /** Raw values of the engine; `printRow` makes them JSON. */
  readonly rows: DuckdbResult['rows'];
}

export interface ExecutedStream {
  readonly columns: readonly BoundColumn[];
  readonly chunks: AsyncIterable<DuckdbResult['rows']>;
}

export function prepare(catalog: Catalog): Prepared {
  return { catalog, schema: declareSchema(catalog) };
}

/** A watchlist by another spelling of its alias; one that does not exist is empty, with whatever columns are asked for. */
function declareWatchlist(catalog: Catalog, alias: string): Catalog {
  const lists = catalog.watchlists ?? [];
  const same = lists.find((w) => w.name.toLowerCase() === alias.toLowerCase());
  const declared = same
    ? { ...same, name: alias }
    : { name: alias, columns: WATCHLIST_COLUMNS, isOpen: true };
  return { ...catalog, watchlists: [...lists, declared] };
}

/** Parses, binds and plans. Never throws for a query's fault. */
export function compile(query: string, prepared: Prepared, options: CompileOptions): Compiled {
  try {
    checkShape(query);
    const { text, values } = restoreDefaults(query);
    const analysis = analyze(text, prepared.schema, Object.keys(values));
    options.onBound?.();
    const { parameters, result } = options;
    const given = { parameters: parameters ?? {}, texts: values, result };
    const { bound, results, settings } = readQuery(analysis, prepared.catalog, given);
    const plan = planQuery(bound, { now: ticks(options.now) });
    if (options.engine === 'clickhouse') checkOnClickhouse(plan);
    const { limits, warnings } = settings;
    return { ok: true, plan, results, limits, warnings };
  } catch (error) {
    if (error instanceof UndeclaredWatchlist)
      return compile(query, prepare(declareWatchlist(prepared.catalog, error.alias)), options);
    if (error instanceof RefusalError)
      return { ok: false, refusal: locate(query, error.code, error.message, error.at) };
    if (isTooDeep(error))
      return {
        ok: false,
        refusal: locate(query, 'too-complex', 'The query is nested too deeply.', {
          start: 0,
          length: query.length,
        }),
      };
    throw error;
  }
}

/**
 * Puts what plans call into a fresh connection: once per engine, before the first `execute`. `more` replaces what
 * functions get from their surroundings, e.g. `locate` for geo_info_from_ip_address().
 */
export async function setUpConnection(
  connection: Duckdb,
  more: Partial<Natives> = {},
): Promise<void> {
  connection.register(hostFunctions({ ...natives, ...more }));
  for (const sql of DUCKDB_MACROS) await connection.run(sql);
}

export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'suggestion' | 'information';
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly length: number;
  readonly fixes: readonly Fix[];
}

/** Beyond so many, fixes are not looked for: the first ones mend the rest, or the text is not KQL. */
const MOST_FIXED = 8;

/**
 * What an editor underlines: all findings of the language service with what would mend them, and what Weir itself
 * refuses. Suggestions are made where nothing is wrong.
 */
export function diagnose(query: string, prepared: Prepared): Finding[] {
  const { schema } = prepared;
  if (!fitsParser(query)) return refusals(query, prepared);
  const { text, values } = restoreDefaults(query);
  const wrong = analyze(text, schema, Object.keys(values)).diagnostics;
  const all = wrong.some((d) => d.severity === 'error')
    ? wrong
    : [...wrong, ...suggestions(query, schema)];
  const found = all.map(
    (d, i): Finding => ({
      ...locate(query, 'semantic', d.message, d),
      code: d.code,
      severity: d.severity,
      fixes: i < MOST_FIXED ? fixes(query, d, schema) : [],
    }),
  );
  if (found.some((f) => f.severity === 'error')) return found;
  return [...found, ...refusals(query, prepared)];
}

/** What Weir itself refuses, and what has no effect. */
function refusals(query: string, prepared: Prepared): Finding[] {
  const compiled = compile(query, prepared, { now: 0 });
  if (!compiled.ok) return [{ ...compiled.refusal, severity: 'error', fixes: [] }];
  return compiled.warnings.map(({ code, message, at }) => ({
    ...locate(query, 'semantic', message, at),
    code,
    severity: 'warning',
    fixes: [],
  }));
}

interface Running {
  readonly connection: Duckdb;
  readonly resolveScan: ResolveRelation;
  readonly options: ExecuteOptions;
  readonly temps: string[];
  readonly isCareful: boolean;
}

async function runSql(running: Running, sql: string): Promise<DuckdbResult> {
  running.options.onSql?.(sql);
  return running.connection.run(sql);
}

function scanSql(plan: Plan, resolveScan: ResolveRelation): PrintOptions['scanSql'] {
  return (name) => {
    const scan = plan.scans.find((s) => s.name === name);
    if (!scan) throw new Error(`the plan has no scan ${name}`);
    return resolveScan(scan);
  };
}

/** Runs every stage but the last, and says what the last statement is. */
async function prepareLast(
  plan: Plan,
  running: Running,
): Promise<{ sql: string; columns: readonly BoundColumn[] }> {
  const options = (of: Plan) => ({
    scanSql: scanSql(of, running.resolveScan),
    isCareful: running.isCareful,
  });
  const last = await runToLast(plan, running.options.now, {
    async make(stage, of) {
      await runSql(running, printStage(stage, stage.rel.columns, options(of)));
      running.temps.push(stage.into);
    },
    ask: async (rel, of) =>
      (await runSql(running, printStage({ rel, shared: [] }, rel.columns, options(of)))).rows,
  });
  return { sql: printStage(last.stage, last.columns, options(last.plan)), columns: last.columns };
}

async function dropTemps(running: Running): Promise<void> {
  for (const name of running.temps.splice(0))
    await running.connection.run(`DROP TABLE IF EXISTS ${quoteName(name)}`);
}

/** What DuckDB fails with where careful SQL does not: it is slower, so it is printed only then. */
const MENDED_BY_CARE =
  /Out of Range Error: (?:Overflow|STDDEV|VAR|COVAR)|INTERNAL Error: Failed to cast expression to type/;

/** True for an error after which a plan is run again with `isCareful`. */
export function asksForCare(error: unknown): boolean {
  return error instanceof Error && MENDED_BY_CARE.test(error.message);
}

/** Does the work, and does it again with careful SQL where that mends the error. Leaves no tables when it fails. */
async function carefulWhereNeeded<T>(
  running: Running,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  try {
    return await work(running);
  } catch (error) {
    await dropTemps(running);
    if (!asksForCare(error)) throw error;
  }
  try {
    return await work({ ...running, isCareful: true });
  } catch (error) {
    await dropTemps(running);
    throw error;
  }
}

/** Runs a plan and gathers its rows. Rejects with the engine's error, or a RefusalError found while running. */
export function execute(
  plan: Plan,
  connection: Duckdb,
  resolveScan: ResolveRelation,
  options: ExecuteOptions,
): Promise<Executed> {
  return executeInto(plan, connection, resolveScan, options, (sql) => sql);
}

/**
 * As `execute`, the rows given to a statement instead: `print` makes it of the query's SQL, which can stand in
 * parentheses, and the columns that it gives in order.
 */
export async function executeInto(
  plan: Plan,
  connection: Duckdb,
  resolveScan: ResolveRelation,
  options: ExecuteOptions,
  print: (sql: string, columns: readonly BoundColumn[]) => string,
): Promise<Executed> {
  const running = { connection, resolveScan, options, temps: [], isCareful: false };
  const done = await carefulWhereNeeded(running, async (r) => {
    const { sql, columns } = await prepareLast(plan, r);
    const { rows } = await runSql(r, print(sql, columns));
    return { columns, rows };
  });
  await dropTemps(running);
  return done;
}

/** As `execute`, rows in pieces as the engine makes them; temporary tables go when the pieces are all read. */
export async function executeStream(
  plan: Plan,
  connection: Duckdb,
  resolveScan: ResolveRelation,
  options: ExecuteOptions,
): Promise<ExecutedStream> {
  const { isCareful = false } = options;
  const running: Running = { connection, resolveScan, options, temps: [], isCareful };
  const begun = await carefulWhereNeeded(running, (r) => prepareLast(plan, r));
  async function* rowsOf(sql: string): AsyncGenerator<DuckdbResult['rows']> {
    options.onSql?.(sql);
    yield* connection.stream(sql);
  }
  async function* chunks(): AsyncGenerator<DuckdbResult['rows']> {
    let isEmpty = true;
    try {
      for await (const rows of rowsOf(begun.sql)) {
        isEmpty = false;
        yield rows;
      }
    } catch (error) {
      // Rows already given cannot be taken back: the caller may begin anew with `isCareful`.
      if (!isEmpty || !asksForCare(error)) throw error;
      await dropTemps(running);
      const again = await prepareLast(plan, { ...running, isCareful: true });
      yield* rowsOf(again.sql);
    } finally {
      await dropTemps(running);
    }
  }
  return { columns: begun.columns, chunks: chunks() };
}
