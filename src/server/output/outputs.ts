import { createHash, randomUUID } from 'node:crypto';
import type { LogEntry } from '#core/alert/index.ts';
import { type AlertMessage, type Context, formatNamed, type Links } from '#core/output/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { RAW_TABLES, type Store } from '#server/store/index.ts';
import { canaryMessage } from './canary-message.ts';
import { createDelivery, type Delivery, type DeliveryHealth } from './delivery.ts';
import { asFailure, DeliveryFailure } from './failure.ts';
import type { Feed } from './feed.ts';
import { type AlertLog, createAlertFeed } from './feeds/alert-feed.ts';
import { createArrivalFeed } from './feeds/arrival-feed.ts';
import { createWindowFeed, type WindowFeedDeps } from './feeds/window-feed.ts';
import { KINDS, openReceiver } from './kinds/index.ts';
import type { Receiver, ReceiverDeps } from './receiver.ts';
import type { OutputKind, OutputSettings } from './settings.ts';
import { type OutputCounts, OutputState, type Rejected } from './state.ts';
import { createReceiverDeps, sleep, type WayOutDeps } from './way-out.ts';

export interface OutputsDeps extends WayOutDeps {
  readonly settings: readonly OutputSettings[];
  readonly store: Store;
  readonly queries: QueryService;
  /** Absent: outputs of alerts and incidents have nothing to send. */
  readonly alerts?: AlertLog & {
    onAlert(listener: (entries: readonly LogEntry[]) => void): () => void;
  };
  readonly links: Links;
  readonly random?: () => number;
  /** Told when an output begins to fail, and when it goes on. */
  readonly onChange?: (name: string, failure: DeliveryFailure | undefined) => void;
}

/** How one output is doing. */
export interface OutputStatus {
  readonly name: string;
  readonly kind: OutputKind;
  /** In words: `alerts`, `rows of Flows`. */
  readonly what: string;
  readonly format: string;
  /** Host, folder or service; never a secret. */
  readonly where: string;
  readonly health: DeliveryHealth;
  readonly counts: OutputCounts;
  /** Messages behind, null where that is not known; the oldest of them, µs. */
  readonly waiting: { readonly messages: number | null; readonly since: number | undefined };
}

/** What came of sending a canary. */
export interface Trial {
  readonly ok: boolean;
  readonly ms: number;
  /** What its arrival proves, or why it did not arrive. */
  readonly says: string;
  readonly advice: string;
}

export interface Outputs {
  start(): void;
  status(): readonly OutputStatus[];
  /** Sends one marked alert past the queue. Undefined for an output that there is not. */
  test(name: string, marker: string, signal: AbortSignal): Promise<Trial | undefined>;
  /**
   * Resolves when entry `number` of the log of alerts has arrived by the queue of an output of alerts, or why it has not by
   * the time of the signal. To other outputs a marked alert is sent past the queue. Undefined for one that there is not.
   */
  carry(
    name: string,
    entry: { readonly marker: string; readonly number: number; readonly signal: AbortSignal },
  ): Promise<Trial | undefined>;
  /** What that alert looks like to the receiver, sending nothing. */
  preview(name: string): string | undefined;
  /** Ends a pause between tries. */
  retry(name: string): boolean;
  rejected(name: string, limit: number): readonly Rejected[];
  stop(): Promise<void>;
}

interface Open {
  readonly settings: OutputSettings;
  readonly delivery: Delivery;
  readonly receiver: Receiver;
  readonly feed: Feed;
}

const FOLLOWER = 'output ';
const TEST_MS = 60_000;
/** Between two looks at whether a canary has arrived. */
const CARRY_MS = 50;
const DEFAULT_EVERY_MS = 10 * 60_000;
const DEFAULT_SETTLE_MS = 20 * 60_000;
const DEFAULT_REVISE_MS = 7 * 86_400_000;

/** Sends alerts, incidents and tables to every output configured, each at its own pace. */
export function createOutputs(deps: OutputsDeps): Outputs {
  const { store, queries, now, context } = deps;
  const state = new OutputState(store.state);
  const receiverDeps: ReceiverDeps = createReceiverDeps(deps);

  function openFeed(settings: OutputSettings): Feed {
    const { name, what } = settings;
    if (what === 'alerts' || what === 'incidents') {
      const log = deps.alerts ?? NO_ALERTS;
      const kind = what === 'alerts' ? 'alert' : 'incident';
      const { minSeverity } = settings;
      const takesCanaries = KINDS[settings.kind].notice === undefined;
      const { links } = deps;
      return createAlertFeed({ name, kind, minSeverity, takesCanaries, log, links, state });
    }
    if ('query' in what) return createWindowFeed({ name, ...what, queries, state, now });
    const { table, where } = what;
    if (!RAW_TABLES.has(table))
      return createWindowFeed({
        name,
        query: where === undefined ? table : `${table} | where (${where}\n)`,
        as: table,
        everyMs: DEFAULT_EVERY_MS,
        settleMs: DEFAULT_SETTLE_MS,
        reviseMs: what.reviseMs ?? DEFAULT_REVISE_MS,
        queries,
        state,
        ...stampOf(store, table),
        now,
      });
    const follower = FOLLOWER + name;
    const { arrivals } = store;
    arrivals.follow(follower, table, what.from === 'start');
    return createArrivalFeed({ name, follower, table, where, arrivals, queries, state });
  }

  function open(settings: OutputSettings): Open {
    const { name, kind } = settings;
    state.open(name, feedOf(settings));
    const receiver = openReceiver(settings, receiverDeps);
    const feed = openFeed(settings);
    const delivery = createDelivery({
      name,
      feed,
      receiver,
      state,
      batch: KINDS[kind].batch,
      isFile: KINDS[kind].isFile,
      rate: settings.rate,
      gatherMs: isFollowed(settings) ? KINDS[kind].gatherMs : undefined,
      now,
      random: deps.random ?? Math.random,
      sleep,
      onFailure: (failure) => deps.onChange?.(name, failure),
      onRecovery: () => deps.onChange?.(name, undefined),
    });
    return { settings, delivery, receiver, feed };
  }

  const names = deps.settings.map((one) => one.name);
  state.keepOnly(names);
  for (const follower of store.arrivals.followers())
    if (follower.startsWith(FOLLOWER) && !names.includes(follower.slice(FOLLOWER.length)))
      store.arrivals.unfollow(follower);
  const all = new Map(deps.settings.map((settings) => [settings.name, open(settings)]));
  const wake = (isWanted: (settings: OutputSettings) => boolean) => {
    for (const { settings, delivery } of all.values()) if (isWanted(settings)) delivery.wake();
  };
  const ends = [
    store.onChange((tables) =>
      wake(({ what }) => typeof what === 'object' && 'table' in what && tables.has(what.table)),
    ),
    deps.alerts?.onAlert(() => wake(({ what }) => typeof what === 'string')),
  ];

  /** A receiver of its own: the delivery under way may be using the other. */
  async function test(
    name: string,
    marker: string,
    signal: AbortSignal,
  ): Promise<Trial | undefined> {
    const found = all.get(name);
    if (!found) return undefined;
    const startedAt = now();
    const message = canaryMessage(randomUUID(), marker, startedAt * 1000);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]);
    try {
      const { rejected } = await openReceiver(found.settings, receiverDeps).send([message], limit);
      const [refused] = rejected;
      if (refused) throw new DeliveryFailure('content', refused.reason);
      const says = KINDS[found.settings.kind].proves;
      return { ok: true, ms: now() - startedAt, says, advice: '' };
    } catch (error) {
      const { message: says, advice } = asFailure(error);
      return { ok: false, ms: now() - startedAt, says, advice };
    }
  }

  return {
    start() {
      for (const { delivery } of all.values()) delivery.start();
    },
    status: () =>
      [...all.values()].map(({ settings, delivery, feed }) => ({
        name: settings.name,
        kind: settings.kind,
        what: describeWhat(settings),
        format: formatOf(settings),
        where: describeWhere(settings),
        health: delivery.health(),
        counts: state.counts(settings.name),
        waiting: feed.waiting(),
      })),
    test: (name, marker, signal) => test(name, marker, signal),
    async carry(name, { marker, number, signal }) {
      const found = all.get(name);
      if (!found) return undefined;
      if (found.settings.what !== 'alerts' || KINDS[found.settings.kind].notice !== undefined)
        return test(name, marker, signal);
      const startedAt = now();
      found.delivery.retry();
      while (Number(state.cursor(name)) < number && !signal.aborted) await sleep(CARRY_MS, signal);
      const ms = now() - startedAt;
      if (Number(state.cursor(name)) >= number)
        return { ok: true, ms, says: KINDS[found.settings.kind].proves, advice: '' };
      const { failure } = found.delivery.health();
      return {
        ok: false,
        ms,
        says: failure?.message ?? 'it is still waiting in the queue',
        advice: failure?.advice ?? 'Give it more time, or see how far the output is behind.',
      };
    },
    preview(name) {
      const settings = all.get(name)?.settings;
      return (
        settings &&
        previewOf(settings, canaryMessage(randomUUID(), 'PREVIEW', now() * 1000), context)
      );
    },
    retry(name) {
      const found = all.get(name);
      found?.delivery.retry();
      return found !== undefined;
    },
    rejected: (name, limit) => state.rejected(name, limit),
    async stop() {
      for (const end of ends) end?.();
      await Promise.all([...all.values()].map(({ delivery }) => delivery.stop()));
    },
  };
}

/** Whether its rows come as they are stored, a few at a time. */
const isFollowed = ({ what }: OutputSettings): boolean =>
  typeof what === 'object' && 'table' in what && RAW_TABLES.has(what.table);

/** What a position is one of. How long changes are waited for is not part of it. */
function feedOf({ what }: OutputSettings): string {
  if (typeof what === 'string') return JSON.stringify(what);
  const { reviseMs: _, ...feed } = what;
  return JSON.stringify('settleMs' in feed ? { ...feed, settleMs: undefined } : feed);
}

/** What the store holds of a stretch of a stored table: views read others. */
function stampOf(store: Store, table: string): Pick<WindowFeedDeps, 'stamp'> {
  const { kind, timeColumn } = tablesByName.get(table) ?? {};
  if (kind !== 'stored' || !timeColumn) return {};
  return {
    stamp: (from, to) =>
      createHash('sha256')
        .update(
          store
            .segments({ table, ranges: [{ column: timeColumn, from, to: to - 1 }] })
            .map(({ id }) => id)
            .join(' '),
        )
        .digest('hex'),
  };
}

const NO_ALERTS: AlertLog = { log: () => [], head: () => 0 };

function previewOf(settings: OutputSettings, message: AlertMessage, context: Context): string {
  const { notice, format: usual } = KINDS[settings.kind];
  if (notice) return notice(message);
  const format = formatNamed(settings.format ?? usual);
  return format.kind === 'text'
    ? format.print(message, context)
    : JSON.stringify(format.print(message, context), undefined, 2);
}

/** Kinds that people read have a form of their own. */
const formatOf = ({ kind, format }: OutputSettings): string =>
  KINDS[kind].notice ? '' : (format ?? KINDS[kind].format);

function describeWhat({ what }: OutputSettings): string {
  if (typeof what === 'string') return what;
  if ('query' in what) return `answers of ${what.as}`;
  return what.where === undefined
    ? `rows of ${what.table}`
    : `rows of ${what.table} where ${what.where}`;
}

function describeWhere(settings: OutputSettings): string {
  switch (settings.kind) {
    case 'syslog':
    case 'mail':
      return `${settings.host}:${settings.port}`;
    case 'parquet':
      return settings.folder ?? [settings.container, settings.prefix].filter(Boolean).join('/');
    case 'slack':
    case 'teams':
      return settings.kind;
    default:
      return URL.parse(settings.url)?.host ?? settings.kind;
  }
}
