import { printInstant } from '#core/base/index.ts';
import type { Behind, StatusAnswer } from '#core/contract/index.ts';
import { PROBLEMS } from '#core/decode/index.ts';
import { type Duplicates, duplicateSentences, printDuplicatesKql } from '#core/enrich/index.ts';
import type { Activity } from '#server/activity/index.ts';
import type { Detection } from '#server/detect/index.ts';
import type { Log, StatusService } from '#server/http/index.ts';
import type { Outputs } from '#server/output/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { type Reducer, reducedUpTo } from '#server/reduce/index.ts';
import type { Scheduler } from '#server/rules/index.ts';
import type { Store } from '#server/store/index.ts';
import type { Config } from '../config/index.ts';
import { readStatus } from '../status.ts';
import { tellAbout } from './about.ts';
import { tellBehind } from './behind.ts';
import { findNewest } from './freshness.ts';
import { createGlance } from './glance.ts';
import { printOutputMetrics } from './outputs.ts';
import { parseMicros } from './queries.ts';
import type { Followed } from './sources.ts';

export interface StatusDeps {
  readonly store: Store;
  readonly config: Config;
  readonly version: string;
  readonly startedAt: string;
  /** µs. */
  readonly clock: () => number;
  readonly followed: Followed;
  readonly queries: QueryService;
  readonly reducer: Reducer;
  readonly activity: Activity;
  readonly detection: Detection;
  readonly scheduler: Scheduler;
  readonly outputs: Outputs;
  readonly log: Log;
}

const DAY = 86_400_000_000;

/** How Weir is doing, for pages and metrics. */
export function createStatus(deps: StatusDeps): StatusService {
  const { store, config, version, startedAt, clock, followed, queries, reducer, outputs, log } =
    deps;
  const now = () => clock() / 1000;
  let lastNewest: ReadonlyMap<string, number> = new Map();
  const newest = createGlance({
    look: async () => {
      lastNewest = await findNewest(store, queries, lastNewest);
      return lastNewest;
    },
    version: () => store.version('Flows'),
    initial: lastNewest,
    now,
    everyMs: 60_000,
    onError: (error) => log.warn('the age of sources could not be looked up', { error }),
  });
  const duplicates = createGlance({
    look: () => findDuplicates(store, queries),
    version: () => store.version('RepeatedObservations'),
    initial: [],
    now,
    everyMs: 60_000,
    onError: (error) => log.warn('duplicate logging could not be looked for', { error }),
  });
  const behind = () => tellBehind(deps);
  return {
    async status({ from, to }) {
      const at = clock();
      const until = to === undefined ? at : parseMicros(to);
      const stored = await readStatus(store, {
        version,
        now: at,
        from: from === undefined ? until - DAY : parseMicros(from),
        to: until,
        budgetBytes: config.retention.budget ?? null,
        minFreeBytes: config.retention.minFree,
      });
      return {
        ...stored,
        startedAt,
        sources: followed.status(await newest(), at),
        duplicates: await duplicates(),
        reduction: tellReduction(store, reducer, at),
        behind: behind(),
      };
    },
    async quarantine(limit) {
      const records = store.quarantined(limit).map((q) => ({
        source: q.source,
        object: q.object,
        offset: q.offset,
        code: q.code,
        meaning: PROBLEMS[q.code],
        detail: q.detail,
        excerpt: q.excerpt,
        at: printInstant(q.at),
      }));
      return { records };
    },
    about: () => tellAbout(version),
    metrics() {
      const { running, queued, workers } = queries.load();
      const gauge = (name: string, help: string, value: number) =>
        `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`;
      return [
        gauge('weir_query_running', 'Queries being computed.', running),
        gauge('weir_query_waiting', 'Queries waiting for a worker.', queued),
        gauge('weir_query_workers', 'Processes that compute queries.', workers.length),
        gauge(
          'weir_reduce_current',
          '1 when every raw row is reduced.',
          reducer.state().isCurrent ? 1 : 0,
        ),
        printBehindMetrics(behind()),
        printOutputMetrics(outputs, now()),
      ].join('');
    },
  };
}

function printBehindMetrics(all: readonly Behind[]): string {
  return [
    '# HELP weir_lag_seconds How far what follows the store is behind it.',
    '# TYPE weir_lag_seconds gauge',
    ...all.map(({ stage, lagSeconds }) => `weir_lag_seconds{stage="${stage}"} ${lagSeconds}`),
    '',
  ].join('\n');
}

function tellReduction(store: Store, reducer: Reducer, now: number): StatusAnswer['reduction'] {
  const upTo = reducedUpTo(store);
  if (upTo === null) return { upTo: null, lagSeconds: null };
  const lag = reducer.state().isCurrent ? 0 : Math.max(0, Math.round((now - upTo) / 1e6));
  return { upTo: printInstant(upTo), lagSeconds: lag };
}

/** Logging that is paid for twice, of the last day. Both ends of a flow being logged is what logs are for. */
async function findDuplicates(
  store: Store,
  queries: QueryService,
): Promise<StatusAnswer['duplicates']> {
  if (store.segments({ table: 'RepeatedObservations' }).length === 0) return [];
  const { columns, rows } = await queries.query({
    text: printDuplicatesKql('ago(1d)'),
    user: 'status',
  });
  const found = rows
    .map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])))
    .map(readDuplicates)
    .filter(({ Reason }) => Reason !== 'OtherEnd');
  return found.flatMap((one) =>
    duplicateSentences([one]).map((sentence) => ({ scope: one.Subnet || one.Network, sentence })),
  );
}

function readDuplicates(row: Readonly<Record<string, unknown>>): Duplicates {
  const text = (name: string) => String(row[name] ?? '');
  return {
    Reason: text('Reason'),
    Source: text('Source'),
    PrimarySource: text('PrimarySource'),
    Network: text('Network'),
    Subnet: text('Subnet'),
    Records: Number(row['Records'] ?? 0),
    Total: Number(row['Total'] ?? 0),
  };
}
