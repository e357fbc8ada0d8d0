import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printInstant } from '#core/base/index.ts';
import { TABLES } from '#core/schema/index.ts';
import { createActivity } from '#server/activity/index.ts';
import {
  createAuth,
  createQueryHistory,
  createSavedQueries,
  prepareState,
} from '#server/auth/index.ts';
import {
  createEventHub,
  createHttpServer,
  createJobs,
  type Log,
  type StartedServer,
  schemaAnswer,
} from '#server/http/index.ts';
import { Ingester } from '#server/pipeline/index.ts';
import { createQueryService } from '#server/query/index.ts';
import { createReducer } from '#server/reduce/index.ts';
import { createRecogniser } from '#server/source/index.ts';
import { createKeeper, mergeInProcess, openStore, writeServerFile } from '#server/store/index.ts';
import { LARGEST_BYTES } from '#server/watchlist/index.ts';
import { configureBesideStore } from './beside-store.ts';
import type { Config } from './config/index.ts';
import { openAlerts } from './detecting/alerts.ts';
import { loadZones } from './detecting/zones.ts';
import { readEnrichment } from './enrichment.ts';
import { tellRefusedLines } from './refused-lines.ts';
import { createCanary } from './serving/canary.ts';
import { openFinders } from './serving/finders.ts';
import { tellIntel } from './serving/intel.ts';
import { createLoads } from './serving/loads.ts';
import { returnMemoryAtRest } from './serving/memory.ts';
import { openOutputs, tellOutputs } from './serving/outputs.ts';
import { readQueryLimits, tellQueries } from './serving/queries.ts';
import { tellRules } from './serving/rules.ts';
import { followSources } from './serving/sources.ts';
import { createStatus } from './serving/status.ts';
import { readRetention, tellUpkeep } from './serving/upkeep.ts';
import { readVersion } from './version.ts';

export interface ServeOptions {
  readonly folder: string;
  readonly config: Config;
  /** The file that `config` was read from, absolute. */
  readonly configFile?: string | undefined;
  readonly log: Log;
  /** Where secrets may be. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Running extends StartedServer {
  /** Ends in the order in which data flows, so that nothing taken in is lost. Idempotent. */
  stop(): Promise<void>;
}

/** Largest file that the page takes. */
const UPLOAD_BYTES = 64 * 2 ** 30;

/** Starts everything that `weir serve` is made of. */
export async function serve({
  folder,
  config,
  configFile,
  log,
  env,
}: ServeOptions): Promise<Running> {
  const now = Date.now;
  const clock = () => now() * 1000;
  const version = readVersion();

  const data = resolve(folder);
  const enrichment = readEnrichment(config, data);
  const zones = loadZones(config);
  tellRefusedLines(config.indicators, log);

  const store = await openStore({
    folder: data,
    clock,
    onRecovery: (recovery) =>
      log.warn('an earlier run ended early; its unfinished work was cleared away', { ...recovery }),
  });
  const { watchlists, external } = configureBesideStore(config, data);
  const queries = createQueryService({
    store,
    watchlists,
    external,
    clock,
    limits: readQueryLimits(config.query),
    log: (message) => log.debug(message),
  });
  const recogniser = createRecogniser(store);
  const ingester = new Ingester({ store, recogniser, clock });
  const reducer = createReducer({
    store,
    clock,
    enrichment,
    intervalMicros: config.reduction.interval * 1000,
    onError: (error) => log.error('reduction failed; it is tried again', { error }),
  });
  const activity = createActivity({
    store,
    clock,
    enrichment,
    onError: (error) => log.error('counting activity failed; it is tried again', { error }),
  });
  const keeper = createKeeper({
    store,
    clock,
    isHeld: activity.isHeld,
    merge: mergeInProcess({ spillFolder: join(store.folder, 'spill') }),
    retention: () => readRetention(config.retention),
    onEvent: (event) => tellUpkeep(event, log),
  });
  const alerts = openAlerts({ config, zones, store, queries, clock, log });
  const finders = openFinders({
    config,
    data,
    store,
    queries,
    zones,
    alerts,
    clock,
    log,
    env,
  });
  const outputs = openOutputs({ config, store, queries, alerts, version, env, log });
  const events = createEventHub();
  const memory = returnMemoryAtRest();
  const endChanges = store.onChange((tables) => {
    memory.wake();
    events.changed(tables);
  });

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
  const followed = followSources(config.sources, ingester, recogniser, log, env);
  const http = createHttpServer({
    version,
    auth,
    saved: createSavedQueries(store.state, now),
    history: createQueryHistory(store.state, now),
    queries: tellQueries(queries),
    watchlists: { ...watchlists, largestBytes: LARGEST_BYTES },
    rules: tellRules({
      store,
      service: queries,
      library: finders.library,
      state: finders.ruleState,
      scheduler: finders.scheduler,
      placeholders: config.rules.placeholders,
      detection: finders.detection,
      clock,
    }),
    alerts,
    intel: tellIntel(finders.intel, clock),
    outputs: tellOutputs(
      outputs,
      createCanary({ store, ingester, queries, alerts, outputs, clock }),
      now,
    ),
    schema: () => schemaAnswer(TABLES),
    status: createStatus({
      store,
      config,
      version,
      startedAt: printInstant(clock()),
      clock,
      followed,
      queries,
      reducer,
      activity,
      detection: finders.detection,
      scheduler: finders.scheduler,
      outputs,
      log,
    }),
    jobs,
    events,
    now,
    log,
    webRoot: fileURLToPath(new URL('../../../dist/web', import.meta.url)),
    options: {
      hosts: config.hosts,
      isSecure: config.tls !== undefined || (config.proxy?.tls ?? false),
      proxies: config.proxy?.addresses ?? [],
    },
  });

  let stopped: Promise<void> | undefined;
  async function shutDown(): Promise<void> {
    memory.stop();
    endChanges();
    await http.stop();
    await followed.stop();
    await ingester.close();
    await reducer.stop();
    await activity.stop();
    await finders.stop();
    await outputs.stop();
    await alerts.stop();
    await keeper.stop();
    await queries.stop();
    await store.close();
  }
  const stop = () => {
    stopped ??= shutDown();
    return stopped;
  };

  try {
    const started = await http.start({
      ...config.listen,
      tls: config.tls,
    });
    writeServerFile(store.folder, store.owner, {
      url: started.localUrl,
      page: started.url,
      pid: process.pid,
      token: auth.localToken,
      config: configFile,
    });
    keeper.start();
    reducer.start();
    activity.start();
    finders.start();
    outputs.start();
    queries
      .warm()
      .catch((error: unknown) => log.error('the query service did not start', { error }));
    return { ...started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
