import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '#core/alert/index.ts';
import { DEFAULT_CONFIDENCE, observe, type Role } from '#core/intel/index.ts';
import { type Network, realNetwork } from '#server/external/index.ts';
import type { Store } from '#server/store/index.ts';
import { startWorker, type Worker } from '#server/worker/index.ts';
import { FeedError } from './fetch/index.ts';
import { findingOf, judge } from './findings.ts';
import { createMatching } from './matching.ts';
import { IntelRefused } from './refused.ts';
import { BY_HAND, type FeedSettings, type WarningListSettings } from './settings.ts';
import {
  type ByHand,
  type ContactRow,
  type FeedState,
  IntelState,
  type RetroJob,
} from './state.ts';
import { reconcile, type SyncDeps, sentenceOf, syncByHand, syncFeed } from './sync.ts';
import type { Request } from './work/messages.ts';

export interface IntelOptions {
  readonly store: Store;
  /** µs since 1970. */
  readonly clock: () => number;
  readonly feeds: readonly FeedSettings[];
  readonly warningLists: readonly WarningListSettings[];
  /** Takes findings as contacts are found; taking the same again must change nothing. */
  readonly onFindings?: (findings: readonly Finding[]) => Promise<void> | void;
  readonly onError?: (error: unknown, what: string) => void;
  readonly network?: Network;
  /** In the place of a process of its own: for tests. */
  readonly ask?: (request: Request) => Promise<unknown>;
}

export interface FeedView extends FeedState {
  readonly settings: FeedSettings;
  readonly nextAt: number | null;
  readonly isSyncing: boolean;
}

/** A contact with what it means. */
export interface Sighting extends ContactRow {
  readonly severity: string;
  readonly effectiveConfidence: number;
  readonly reason: string;
}

/** Threat intelligence of one DATA: feeds are followed, stored traffic is looked through. */
export interface Intel {
  start(): void;
  /** Drains. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when every feed that is due was tried, and all that is stored was looked through. */
  settle(): Promise<void>;
  /** Findings of contacts that were last seen in [from, to), µs. */
  findings(window: { readonly from: number; readonly to: number }): readonly Finding[];
  /** Contacts last seen in [from, to), the latest first, with those that mean nothing left out. */
  sightings(window: {
    readonly from: number;
    readonly to: number;
    readonly limit: number;
  }): readonly Sighting[];
  feeds(): readonly FeedView[];
  /** Values that are looked for; null while nothing was compiled. */
  terms(): number | null;
  retro(): RetroJob | undefined;
  /** Warning lists that are not evaluated, since they are of regular expressions. */
  unevaluatedLists(): number;
  /** Fetches a feed now, whatever its size has become. Throws IntelRefused with why it failed. */
  sync(name: string): Promise<void>;
  byHand(): readonly ByHand[];
  harmless(): readonly { value: string; why: string; who: string; at: number }[];
  /** Adds a value for people to be told of. Throws IntelRefused. Returns the form that is looked for. */
  add(entry: {
    readonly value: string;
    readonly role: Role;
    readonly confidence: number;
    readonly description: string;
    readonly validUntil: string | null;
    readonly who: string;
  }): Promise<string>;
  removeByHand(value: string): Promise<void>;
  /** No feed's word counts for this value any more, from now on. */
  declareHarmless(value: string, why: string, who: string): void;
  endHarmless(value: string): void;
}

const HAND: FeedSettings = {
  name: BY_HAND,
  kind: 'file',
  location: '',
  everyMs: 0,
  trust: 1,
  confidence: DEFAULT_CONFIDENCE,
  isWholeList: true,
  allowsPrivate: false,
};

/** Between looks at what there is to do, ms: rows that come together are looked at together. */
const QUIET_MS = 1000;
const LONGEST_WAIT_MS = 3_600_000;
const IDLE_MS = 60_000;

export function createIntel(options: IntelOptions): Intel {
  const { store, clock, feeds, warningLists, network = realNetwork } = options;
  const state = new IntelState(store.state);
  const ending = new AbortController();
  const syncing = new Set<string>();
  const all = () => [HAND, ...feeds];
  mkdirSync(join(store.folder, 'intel'), { recursive: true });

  let worker: Worker<Request> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let asking = 0;
  async function askWorker(request: Request): Promise<unknown> {
    clearTimeout(idle);
    asking++;
    try {
      if (!worker?.isAlive) {
        worker = startWorker<Request>({
          entry: new URL('./work/worker.ts', import.meta.url),
          name: 'the process that reads feeds',
          heapMiB: 1024,
        });
        await worker.ask({ kind: 'setup', spillFolder: join(store.folder, 'spill') });
      }
      return await worker.ask(request);
    } finally {
      asking--;
      if (asking === 0) {
        idle = setTimeout(() => {
          worker?.kill();
          worker = undefined;
        }, IDLE_MS);
        idle.unref();
      }
    }
  }
  const ask = options.ask ?? askWorker;

  const syncDeps: SyncDeps = { store, state, clock, network, warningLists, ask };
  const matching = createMatching({
    store,
    state,
    clock,
    feeds: all,
    warningLists,
    ask,
    onFindings: (findings) => options.onFindings?.(findings),
  });

  /** One thing after the other: a sync replaces what a compilation reads. */
  let queue: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  }

  const nextAt = ({ name, everyMs }: FeedSettings): number => {
    const { triedAt, failures } = state.feed(name);
    if (triedAt === null) return 0;
    const wait = failures === 0 ? everyMs : Math.min(everyMs, 60_000 * 2 ** Math.min(failures, 6));
    return Math.max(triedAt + wait * 1000, notBefore.get(name) ?? 0);
  };
  const notBefore = new Map<string, number>();

  async function syncOne(feed: FeedSettings, acceptsAnySize = false): Promise<void> {
    syncing.add(feed.name);
    try {
      await syncFeed(feed, syncDeps, { signal: ending.signal, acceptsAnySize });
      notBefore.delete(feed.name);
    } catch (error) {
      if (error instanceof FeedError && error.retryAt !== undefined)
        notBefore.set(feed.name, error.retryAt);
      throw error;
    } finally {
      syncing.delete(feed.name);
    }
  }

  /** Tries feeds that are due. Their errors are told, and kept with the feed. */
  async function syncDue(): Promise<void> {
    for (const feed of feeds) {
      if (ending.signal.aborted) return;
      if (nextAt(feed) > clock()) continue;
      try {
        await syncOne(feed);
      } catch (error) {
        if (!ending.signal.aborted) options.onError?.(error, feed.name);
      }
    }
  }

  let isReconciled = false;
  async function work(): Promise<void> {
    if (!isReconciled) {
      await reconcile(
        all().map(({ name }) => name),
        syncDeps,
      );
      isReconciled = true;
    }
    await syncDue();
    while (!ending.signal.aborted && (await matching.step(ending.signal)));
  }

  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let isStarted = false;
  let failures = 0;

  function schedule(ms: number): void {
    const at = Date.now() + ms;
    if (!isStarted || ending.signal.aborted || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(run, ms);
    timer.unref();
  }

  function run(): void {
    dueAt = Number.POSITIVE_INFINITY;
    inTurn(work)
      .then(() => {
        failures = 0;
      })
      .catch((error: unknown) => {
        if (ending.signal.aborted) return;
        failures++;
        options.onError?.(error, 'matching');
      })
      .finally(() => {
        const next = Math.min(...feeds.map(nextAt), Number.POSITIVE_INFINITY);
        const wait = failures > 0 ? QUIET_MS * 2 ** Math.min(failures, 8) : (next - clock()) / 1000;
        schedule(Math.min(LONGEST_WAIT_MS, Math.max(QUIET_MS, wait)));
      });
  }

  let stopListening: (() => void) | undefined;

  async function changeByHand(): Promise<void> {
    await inTurn(() => syncByHand(HAND, syncDeps));
    schedule(0);
  }

  const decided = () => {
    state.setMark('decisions', (state.mark('decisions') ?? 0) + 1);
    schedule(0);
  };

  const findingsOf = (contacts: readonly ContactRow[]): readonly Finding[] => {
    const pairs = new Map(contacts.map((c) => [`${c.seen} ${c.asset}`, c] as const));
    return [...pairs.values()].flatMap((c) => findingOf(state.contactsOf(c.seen, c.asset)) ?? []);
  };

  return {
    start() {
      isStarted = true;
      stopListening ??= store.onChange((tables) => {
        if (tables.has('Flows')) schedule(QUIET_MS);
      });
      schedule(0);
    },
    async stop() {
      ending.abort(new Error('the server stops'));
      stopListening?.();
      clearTimeout(timer);
      await queue;
      clearTimeout(idle);
      worker?.kill();
      worker = undefined;
    },
    settle: () => inTurn(work),
    findings: ({ from, to }) => findingsOf(state.contactsIn(from, to, 100_000)),
    sightings: ({ from, to, limit }) =>
      state.contactsIn(from, to, limit).flatMap((contact) => {
        const verdict = judge(contact);
        if (!verdict) return [];
        const { severity, confidence, reason } = verdict;
        return [{ ...contact, severity, effectiveConfidence: confidence, reason }];
      }),
    feeds: () =>
      all().map((settings) => ({
        ...state.feed(settings.name),
        settings,
        nextAt: settings === HAND || nextAt(settings) === 0 ? null : nextAt(settings),
        isSyncing: syncing.has(settings.name),
      })),
    terms: matching.terms,
    retro: matching.retro,
    unevaluatedLists: matching.unevaluatedLists,
    async sync(name) {
      const feed = feeds.find((f) => f.name === name);
      if (!feed)
        throw new IntelRefused(
          'not-found',
          `There is no feed ${name}.`,
          'GET /api/v1/intel/feeds lists those that there are.',
        );
      try {
        await inTurn(() => syncOne(feed, true));
      } catch (error) {
        throw new IntelRefused(
          'conflict',
          sentenceOf(error),
          'What the feed said before still holds.',
        );
      }
      schedule(0);
    },
    byHand: () => state.byHand(),
    harmless: () => state.harmless(),
    async add({ value, ...entry }) {
      const seen = observe(value);
      if ('refused' in seen) throw IntelRefused.ofValue(value, seen.refused);
      const text =
        seen.port === null
          ? seen.value
          : seen.value.includes(':')
            ? `[${seen.value}]:${seen.port}`
            : `${seen.value}:${seen.port}`;
      const written = seen.type === 'domain-suffix' ? `*.${text}` : text;
      state.addByHand({ value: written, ...entry, at: clock() });
      state.endHarmless(seen.value);
      await changeByHand();
      decided();
      return written;
    },
    async removeByHand(value) {
      if (!state.removeByHand(value))
        throw new IntelRefused(
          'not-found',
          `Nobody added ${value}.`,
          'Declare the value of a feed harmless instead.',
        );
      await changeByHand();
    },
    declareHarmless(value, why, who) {
      const seen = observe(value);
      if ('refused' in seen) throw IntelRefused.ofValue(value, seen.refused);
      state.setHarmless(seen.value, why, who, clock());
      decided();
    },
    endHarmless(value) {
      if (!state.endHarmless(value))
        throw new IntelRefused(
          'not-found',
          `Nobody declared ${value} harmless.`,
          'GET /api/v1/intel/feeds lists what was.',
        );
      decided();
    },
  };
}
