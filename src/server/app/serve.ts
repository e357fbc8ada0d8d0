import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printInstant } from '#core/base/index.ts';
import { PROBLEMS } from '#core/decode/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { createAuth, createSavedQueries, prepareState } from '#server/auth/index.ts';
import {
  createEventHub,
  createHttpServer,
  createJobs,
  type Log,
  type StartedServer,
  type StatusService,
  schemaAnswer,
} from '#server/http/index.ts';
import { Ingester } from '#server/pipeline/index.ts';
import { createQueryService, type QueryLimits, type QueryService } from '#server/query/index.ts';
import { createRecogniser } from '#server/source/index.ts';
import { openStore, type Store, writeServerFile } from '#server/store/index.ts';
import type { Config } from './config/index.ts';
import { tellAbout } from './serving/about.ts';
import { createLoads } from './serving/loads.ts';
import { parseMicros, tellQueries } from './serving/queries.ts';
import { type Followed, followSources } from './serving/sources.ts';
import { readStatus } from './status.ts';
import { readVersion } from './version.ts';

export interface ServeOptions {
  readonly folder: string;
  readonly config: Config;
  readonly log: Log;
}

export interface Running extends StartedServer {
  /** Ends in the order in which data flows, so that nothing taken in is lost. Idempotent. */
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** Largest file that the page takes. */
const UPLOAD_BYTES = 64 * 2 ** 30;

/** Starts everything that `weir serve` is made of. */
export async function serve({ folder, config, log }: ServeOptions): Promise<Running> {
  const now = Date.now;
  const clock = () => now() * 1000;
  const version = readVersion();
  const startedAt = printInstant(clock());

  const store = await openStore({
    folder: resolve(folder),
    clock,
    onRecovery: (recovery) =>
      log.warn('an earlier run ended early; its unfinished work was cleared away', { ...recovery }),
  });
  const queries = createQueryService({
    store,
    clock,
    limits: readQueryLimits(config.query),
    log: (message) => log.debug(message),
  });
  const ingester = new Ingester({ store, recogniser: createRecogniser(store), clock });
  const events = createEventHub();
  const endChanges = store.onChange((tables) => events.changed(tables));

  prepareState(store.state);
  const auth = createAuth({
    state: store.state,
    now,
    onAuditFailure: (error) => log.error('the audit log could not be written', { error }),
  });
  const jobs = createJobs({
    folder: join(store.folder, 'tmp', 'uploads'),
    limitBytes: UPLOAD_BYTES,
    minFreeBytes: config.retention.minFree,
    ingest: createLoads(ingester),
    now,
    log,
    onChange: (job) => events.publish({ type: 'job', job }),
  });
  const followed = followSources(config.sources, ingester, log);
  const http = createHttpServer({
    version,
    auth,
    saved: createSavedQueries(store.state, now),
    queries: tellQueries(queries),
    schema: () => schemaAnswer(TABLES),
    status: createStatus({ store, config, version, startedAt, followed, queries }),
    jobs,
    events,
    now,
    log,
    webRoot: fileURLToPath(new URL('../../../dist/web', import.meta.url)),
    options: { hosts: config.hosts },
  });

  let stopped: Promise<void> | undefined;
  async function shutDown(): Promise<void> {
    endChanges();
    await http.stop();
    await followed.stop();
    await ingester.close();
    await queries.stop();
    await store.close();
  }
  const stop = () => {
    stopped ??= shutDown();
    return stopped;
  };

  try {
    const started = await http.start(config.listen);
    writeServerFile(store.folder, store.owner, {
      url: started.url,
      pid: process.pid,
      token: auth.localToken,
    });
    queries
      .warm()
      .catch((error: unknown) => log.error('the query service did not start', { error }));
    return { ...started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readQueryLimits(query: Config['query']): Partial<QueryLimits> {
  return {
    workers: query.workers,
    spillBytes: query.spill,
    timeoutMs: query.timeout,
    maxRows: query.maxRows,
    maxBytes: query.maxResult,
    maxQueued: query.maxQueued,
    cacheBytes: query.cache,
    ...(query.memory === undefined ? {} : { memoryBytes: query.memory }),
    ...(query.threads === undefined ? {} : { threads: query.threads }),
  };
}

interface StatusDeps {
  readonly store: Store;
  readonly config: Config;
  readonly version: string;
  readonly startedAt: string;
  readonly followed: Followed;
  readonly queries: QueryService;
}

function createStatus({
  store,
  config,
  version,
  startedAt,
  followed,
  queries,
}: StatusDeps): StatusService {
  return {
    async status({ from, to }) {
      const now = Date.now() * 1000;
      const until = to === undefined ? now : parseMicros(to);
      const status = await readStatus(store, {
        version,
        now,
        from: from === undefined ? until - DAY_MS * 1000 : parseMicros(from),
        to: until,
        budgetBytes: config.retention.budget ?? null,
        minFreeBytes: config.retention.minFree,
      });
      return {
        ...status,
        startedAt,
        sources: followed.status(),
        duplicates: [],
        reduction: { upTo: null, lagSeconds: null },
      };
    },
    async quarantine(limit) {
      return {
        records: store
          .quarantined(limit)
          .map((q) => ({ ...q, meaning: PROBLEMS[q.code], at: printInstant(q.at) })),
      };
    },
    about: () => tellAbout(version),
    metrics() {
      const { running, queued, workers } = queries.load();
      return [
        `weir_query_running ${running}`,
        `weir_query_waiting ${queued}`,
        `weir_query_workers ${workers.length}`,
        '',
      ].join('\n');
    },
  };
}
