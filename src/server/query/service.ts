import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Hover, Signature } from '#core/contract/index.ts';
import type { StoreReader } from '#server/store/index.ts';
import { heldBody, openBody } from './body.ts';
import { createResultCache, isRepeatable } from './cache.ts';
import { type Child, ChildLost, startChild } from './child.ts';
import type { EngineName } from './engine-name.ts';
import { type ExternalFiles, fetchExternal, type KeptFiles, mayReadExternal } from './external.ts';
import { asQueryError, onceCancelled, tooLate } from './failures.ts';
import { asWholeFile, type GivenRows, planGiven } from './given.ts';
import { type Bound, DEFAULT_LIMITS, narrow, type QueryLimits, shareOut } from './limits.ts';
import { NICE, NICE_BEHIND, setNiceness } from './niceness.ts';
import { createParserHost } from './parser-host.ts';
import { createPool } from './pool.ts';
import type { Form } from './print/index.ts';
import type {
  CatalogParts,
  Compiled,
  Executed,
  ParserRequest,
  WorkerRequest,
  WorkerSettings,
} from './protocol.ts';
import type {
  Checked,
  Completed,
  KeptFunction,
  PrintedAnswer,
  QueryRequest,
  QueryResult,
  QueryService,
} from './query.ts';
import { type ResolvedScans, resolveScans, type WholeFile } from './scan.ts';
import { makeSpillFolder } from './spill-folder.ts';
import { declareLists, type ListKeeper, mayNameLists, resolveLists } from './watchlists.ts';

export interface QueryServiceDeps {
  /** What computes; DuckDB when absent. */
  readonly engine?: EngineName;
  /** Absent: every table is empty. */
  readonly store: StoreReader | undefined;
  /** What queries can name beside the declared tables. */
  readonly catalog?: CatalogParts;
  readonly watchlists?: ListKeeper;
  /** Absent: externaldata is refused. */
  readonly external?: ExternalFiles;
  /** µs since 1970. */
  readonly clock: () => number;
  readonly limits?: Partial<QueryLimits>;
  /** Told of what went wrong with a process, never of what a query says. */
  readonly log?: (message: string) => void;
}

/** The child that computes on each engine. */
const WORKERS = { duckdb: './worker-main.ts', clickhouse: './clickhouse-main.ts' } as const;

/** An answer that may be asked for again. */
type Kept = Omit<PrintedAnswer, 'body'> & { readonly bytes: Uint8Array };

/** Forms of answers that go to files rather than to a page. */
const FILE_FORMS: ReadonlySet<Form> = new Set<Form>(['csv', 'json', 'ndjson', 'parquet']);

/** Rows after which a query counts as heavy before it has run. */
const HEAVY_ROWS = 20_000_000;
const LIGHT_MS = 5000;
const QUICK_MS = 250;
/** An idle server keeps under 300 MB: what nobody asks goes, and comes back with the next question in about a second. */
const IDLE_MS = 3 * 60_000;
/** How long an interrupted query may take to obey. */
const GRACE_MS = 2000;
const WORKER_HEAP_BYTES = 512 * 2 ** 20;
const PARSER = {
  heapBytes: 700e6,
  maxRequests: 3000,
  maxBytes: 600e6,
  timeoutMs: 20_000,
  idleMs: IDLE_MS,
};

/**
 * Answers queries. Kusto's parser lives in one child process, the engine in others, so that no query can starve or end
 * this process. Inert until the first call, or `warm`.
 */
export function createQueryService(deps: QueryServiceDeps): QueryService {
  const { store, clock, engine = 'duckdb' } = deps;
  const log = deps.log ?? (() => {});
  const limits: QueryLimits = { ...DEFAULT_LIMITS, ...shareOut(), ...deps.limits };
  const cache = createResultCache<Kept>(limits.cacheBytes);
  let spillFolder: string | undefined;
  /** Files of watchlists by version; they go with the spill folder. */
  const listFiles = new Map<string, string>();
  const externalFiles: KeptFiles = new Map();
  let toldCatalog = '';

  const parser = createParserHost({
    start: () => startChild(new URL('./parser-main.ts', import.meta.url), [], PARSER.heapBytes),
    warmUp: { kind: 'warm', catalog: deps.catalog ?? {} } satisfies ParserRequest,
    maxRequests: PARSER.maxRequests,
    maxBytes: PARSER.maxBytes,
    timeoutMs: PARSER.timeoutMs,
    idleMs: PARSER.idleMs,
  });
  const pool = createPool({
    size: limits.workers,
    maxQueued: limits.maxQueued,
    lightMs: LIGHT_MS,
    idleMs: IDLE_MS,
    quickMs: QUICK_MS,
    setBehind: ({ pid }, isBehind) =>
      pid !== undefined && setNiceness(pid, isBehind ? NICE_BEHIND : NICE),
    start: startWorker,
  });

  function spill(): string {
    if (spillFolder === undefined) {
      spillFolder = makeSpillFolder(store && join(store.folder, 'spill'));
      // A process that ends without `stop`, because nobody reads its output any more, leaves nothing either.
      process.once('exit', removeSpill);
    }
    return spillFolder;
  }

  function removeSpill(): void {
    process.off('exit', removeSpill);
    if (spillFolder !== undefined) rmSync(spillFolder, { recursive: true, force: true });
    spillFolder = undefined;
  }

  function startWorker(): Child {
    const settings: WorkerSettings = {
      spillFolder: spill(),
      dataFolder: store?.folder ?? '',
      memoryBytes: limits.memoryBytes,
      threads: limits.threads,
      spillBytes: limits.spillBytes,
    };
    const entry = new URL(WORKERS[engine], import.meta.url);
    const child = startChild(entry, [JSON.stringify(settings)], WORKER_HEAP_BYTES);
    log(`query worker ${child.pid} started`);
    return child;
  }

  async function ask<T>(message: ParserRequest): Promise<T> {
    try {
      // The child answers each kind of request as its protocol says.
      return (await parser.ask(message)) as T;
    } catch (error) {
      throw asQueryError(error);
    }
  }

  /** Tells the parser what there is now of that which a text may name and which changes. */
  function tellCatalog(text: string): void {
    if (!mayNameLists(text) && !mayReadExternal(text)) return;
    const catalog = {
      ...deps.catalog,
      watchlists: declareLists(deps.watchlists?.readable() ?? []),
      externalHosts: deps.external?.hosts ?? [],
    };
    const told = JSON.stringify(catalog);
    if (told === toldCatalog) return;
    toldCatalog = told;
    parser.retell({ kind: 'warm', catalog } satisfies ParserRequest);
  }

  function askAbout<T>(message: Exclude<ParserRequest, { kind: 'warm' }>): Promise<T> {
    tellCatalog(message.text);
    return ask<T>(message);
  }

  const compile = ({ text, parameters = {}, result }: QueryRequest, now: number) =>
    askAbout<Compiled>({ kind: 'compile', text, parameters, now, engine, result });

  async function answer(request: QueryRequest, form: Form): Promise<PrintedAnswer> {
    const startedAt = performance.now();
    const elapsed = () => Math.round(performance.now() - startedAt);
    pool.warm();
    const compiled = await compile(request, clock());
    const asked = narrow(limits, request.limits, FILE_FORMS.has(form));
    const bound = narrow({ ...limits, ...asked }, compiled.limits);
    const lists = resolveLists(compiled.plan, deps.watchlists, spill, listFiles);
    const elsewhere = await readElsewhere(compiled.plan, bound, request);
    const given = await writeGiven(compiled.plan, request.given ?? {});
    const outside = new Map([...lists.files, ...elsewhere, ...(request.files ?? []), ...given]);
    const read = request.given ? undefined : store;
    const scans = resolveScans(compiled.plan.scans, read, request.timespan, outside);
    const { maxRows, maxBytes } = bound;
    const isKept = isRepeatable(compiled.plan) && request.given === undefined;
    const key = isKept
      ? hash([
          compiled.plan,
          compiled.warnings,
          request.timespan,
          scans.versions,
          form,
          maxRows,
          maxBytes,
        ])
      : undefined;
    const known = key === undefined ? undefined : cache.get(key);
    if (known) {
      const { bytes, ...rest } = known;
      const stats = { ...known.stats, elapsedMs: elapsed(), isCached: true };
      return { ...rest, stats, body: heldBody(bytes) };
    }
    const executed = await execute(compiled, scans, bound, request, form).finally(() => {
      for (const { path } of given.values()) rmSync(path, { force: true });
    });
    const body = await openBody(executed.spooled);
    const facts = {
      results: compiled.results,
      columns: executed.columns,
      rows: executed.rows,
      ...(compiled.render ? { render: compiled.render } : {}),
      stats: {
        elapsedMs: elapsed(),
        rowsRead: scans.cost.rows,
        bytesRead: scans.cost.bytes,
        segments: scans.cost.segments,
        isCached: false,
      },
      ...(executed.truncated ? { truncated: executed.truncated } : {}),
      warnings: [...compiled.warnings, ...lists.warnings, ...executed.warnings],
    };
    // A file that could not be read may be back the next time.
    if (key !== undefined && body.held && executed.warnings.length === 0)
      cache.set(key, { ...facts, bytes: body.held }, body.sizeBytes);
    return { ...facts, body };
  }

  /** Writes the rows that a request brings as files for the worker. */
  async function writeGiven(
    plan: Compiled['plan'],
    rows: GivenRows,
  ): Promise<ReadonlyMap<string, WholeFile>> {
    const files = planGiven(plan.scans, rows, spill);
    for (const { columns, rows: cells, file } of files)
      await onAnyWorker({ kind: 'parquet', columns, rows: cells, file });
    return new Map(files.map((f) => [f.table, asWholeFile(f)]));
  }

  function readElsewhere(plan: Compiled['plan'], bound: Bound, { signal }: QueryRequest) {
    const late = AbortSignal.timeout(bound.timeoutMs);
    const halt = signal ? AbortSignal.any([late, onceCancelled(signal)]) : late;
    return fetchExternal(plan, deps.external, spill, externalFiles, halt).catch((error) => {
      throw late.aborted ? tooLate(bound.timeoutMs) : error;
    });
  }

  async function run(request: QueryRequest): Promise<QueryResult> {
    const { body, results: _, ...facts } = await answer(request, 'rows');
    const text = Buffer.from(await body.bytes()).toString('utf8');
    return { ...facts, rows: JSON.parse(`[${text}]`) };
  }

  /** Runs a compiled query on a worker, under its limits. */
  async function execute(
    compiled: Compiled,
    scans: ResolvedScans,
    bound: Bound,
    request: QueryRequest,
    form: Form,
  ): Promise<Executed> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(tooLate(bound.timeoutMs)), bound.timeoutMs);
    const cancel = request.signal ? onceCancelled(request.signal) : undefined;
    const signal = cancel ? AbortSignal.any([timeout.signal, cancel]) : timeout.signal;
    const spool = join(spill(), `answer-${randomUUID()}`);
    try {
      return await pool.submit({
        user: request.user ?? '',
        isHeavy: scans.cost.rows > HEAVY_ROWS,
        signal,
        run: (child, halt) =>
          onWorker(child, halt, {
            kind: 'execute',
            plan: compiled.plan,
            now: compiled.now,
            scans: scans.scans,
            limits: bound,
            form,
            spool,
          }),
      });
    } catch (error) {
      // A worker that was killed leaves what it had written.
      for (const file of [spool, `${spool}.json`]) rmSync(file, { force: true });
      throw signal.aborted ? signal.reason : asQueryError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** One request to a worker; a halt interrupts it, and ends the worker when that does not help. */
  async function onWorker(
    child: Child,
    halt: AbortSignal,
    message: WorkerRequest,
  ): Promise<Executed> {
    let killer: NodeJS.Timeout | undefined;
    const interrupt = () => {
      child.post({ kind: 'interrupt' });
      killer = setTimeout(() => child.kill(), GRACE_MS);
    };
    if (halt.aborted) throw halt.reason;
    halt.addEventListener('abort', interrupt, { once: true });
    try {
      return (await child.request(message)) as Executed;
    } catch (error) {
      if (error instanceof ChildLost && !halt.aborted)
        log(`query worker ${child.pid} ended: ${error.message}`);
      throw error;
    } finally {
      halt.removeEventListener('abort', interrupt);
      clearTimeout(killer);
    }
  }

  /** Work that is not a query: it waits its turn, and cannot be cancelled. */
  async function onAnyWorker<T>(message: WorkerRequest): Promise<T> {
    const { signal } = new AbortController();
    try {
      // The child answers each kind of request as its protocol says.
      return (await pool.submit({
        user: '',
        isHeavy: true,
        signal,
        run: (child) => child.request(message),
      })) as T;
    } catch (error) {
      throw asQueryError(error);
    }
  }

  return {
    query: run,
    answer,
    async explain(request) {
      const compiled = await compile(request, clock());
      const lists = resolveLists(compiled.plan, deps.watchlists, spill, listFiles);
      const { scans } = resolveScans(compiled.plan.scans, store, request.timespan, lists.files);
      // The printer of SQL takes a while to load, and is needed here only.
      const { printStages } = await import('./explain.ts');
      return { plan: compiled.plan, sql: printStages(compiled.plan, scans, engine) };
    },
    check: (text) => askAbout<Checked>({ kind: 'check', text }),
    complete: (text, position) => askAbout<Completed>({ kind: 'complete', text, position }),
    hover: (text, position) => askAbout<Hover | null>({ kind: 'hover', text, position }),
    signature: (text, position) =>
      askAbout<Signature | null>({ kind: 'signature', text, position }),
    format: (text) => askAbout<string>({ kind: 'format', text }),
    functions: () => askAbout<readonly KeptFunction[]>({ kind: 'functions', text: 'watchlist' }),
    inspect: (files) => onAnyWorker<ReadonlyMap<string, string>>({ kind: 'inspect', files }),
    async writeParquet({ columns, rows }) {
      const file = join(spill(), `${randomUUID()}.parquet`);
      await onAnyWorker({ kind: 'parquet', columns, rows, file });
      return file;
    },
    load: () => ({
      running: pool.running,
      queued: pool.queued,
      workers: pool.pids,
      parser: parser.pid,
    }),
    async warm() {
      pool.warm();
      await parser.warm();
    },
    async stop() {
      parser.stop();
      await pool.stop();
      removeSpill();
    },
  };
}

const hash = (parts: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64');
