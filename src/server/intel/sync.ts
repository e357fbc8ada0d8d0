import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printDay } from '#core/base/index.ts';
import { ExternalError, type Network } from '#server/external/index.ts';
import type { SegmentDraft, Store } from '#server/store/index.ts';
import { FETCHERS, FeedError, type Fetched } from './fetch/index.ts';
import { BY_HAND, type FeedSettings, LIMITS, type WarningListSettings } from './settings.ts';
import type { FeedState, IntelState } from './state.ts';
import type { ParseResult, Request } from './work/messages.ts';

const TABLE = 'ThreatIntelIndicators';

/** A sync that changes a list of some size by more than this waits for a person. */
const GUARDED_FROM = 100;
const SHRINKS_TO = 0.5;
const GROWS_TO = 5;
/** Rows are written anew after so long, so that queries over the last days find them. */
const REWRITTEN_AFTER = 7 * 86_400_000_000;

export interface SyncDeps {
  readonly store: Store;
  readonly state: IntelState;
  readonly clock: () => number;
  readonly network: Network;
  readonly warningLists: readonly WarningListSettings[];
  readonly ask: (request: Request) => Promise<unknown>;
}

/** Fetches a feed and puts what it says in the place of what it said. Returns whether its rows changed. */
export async function syncFeed(
  feed: FeedSettings,
  deps: SyncDeps,
  options: { readonly signal: AbortSignal; readonly acceptsAnySize?: boolean },
): Promise<boolean> {
  const { store, state, clock } = deps;
  const known = state.feed(feed.name);
  const now = clock();
  mkdirSync(join(store.folder, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(store.folder, 'tmp', 'feed-'));
  try {
    const isOld = known.syncedAt !== null && now - known.syncedAt > REWRITTEN_AFTER;
    const fetched = await FETCHERS[feed.kind]({
      feed,
      cursor: isOld && feed.isWholeList ? null : known.cursor,
      folder,
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(LIMITS.fetchMs)]),
      network: deps.network,
      clock,
    });
    const taken = await take(feed, fetched, { ...deps, folder, now, ...options });
    const { problem: _, ...rest } = taken;
    state.setFeed(feed.name, { ...rest, problem: null, failures: 0, triedAt: now });
    return !fetched.isUnchanged;
  } catch (error) {
    if (options.signal.aborted) throw error;
    const latest = state.feed(feed.name);
    state.setFeed(feed.name, {
      ...latest,
      triedAt: now,
      failures: latest.failures + 1,
      problem: sentenceOf(error),
    });
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The feed of what people added, written from what is kept of it. */
export async function syncByHand(feed: FeedSettings, deps: SyncDeps): Promise<void> {
  mkdirSync(join(deps.store.folder, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(deps.store.folder, 'tmp', 'feed-'));
  try {
    const file = join(folder, 'by-hand.json');
    const lines = deps.state.byHand().map((entry) => {
      const { value, role, confidence, description, validUntil } = entry;
      return JSON.stringify({
        indicator: value,
        category: role,
        confidence,
        description,
        validUntil,
      });
    });
    writeFileSync(file, lines.join('\n'));
    const now = deps.clock();
    const fetched: Fetched = { isUnchanged: false, files: [file], cursor: null };
    const taken = await take(feed, fetched, { ...deps, folder, now, acceptsAnySize: true });
    deps.state.setFeed(feed.name, { ...taken, problem: null, triedAt: now });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Taking extends SyncDeps {
  readonly folder: string;
  readonly now: number;
  readonly acceptsAnySize?: boolean | undefined;
}

/** Parses what was fetched and replaces the feed's rows, atomically. Throws FeedError where a person has to look first. */
async function take(feed: FeedSettings, fetched: Fetched, taking: Taking): Promise<FeedState> {
  const { store, state, now, ask } = taking;
  const known = state.feed(feed.name);
  if (fetched.isUnchanged) return known;
  const old = state.segmentsOf(feed.name);
  const segments = store.segments({ table: TABLE }).filter((s) => old.includes(s.id));
  const out = store.temporaryFile();
  const { totals, rows } = (await ask({
    kind: 'parse',
    job: {
      feed: feed.name,
      files: fetched.files,
      format: feed.format ?? (feed.name === BY_HAND ? 'json' : undefined),
      role: feed.role,
      confidence: feed.confidence,
      // What a person takes out is out at once; a list may miss an entry once.
      isWholeList: feed.isWholeList,
      isManual: feed.name === BY_HAND,
      now,
      before: feed.name === BY_HAND ? now : known.syncedAt,
      old: segments.map((s) => s.path),
      warningLists: taking.warningLists,
      out,
      scratch: join(taking.folder, 'rows'),
    },
  })) as ParseResult;
  if (totals.entries === 0 && feed.name !== BY_HAND && known.indicators > 0)
    throw new FeedError('The answer is empty; what it said before still holds.');
  if (feed.isWholeList && !taking.acceptsAnySize) guardSize(known, totals.indicators);
  const drafts: SegmentDraft[] =
    rows === 0
      ? []
      : [
          {
            table: TABLE,
            day: printDay(now),
            rows,
            ranges: {},
            isSorted: false,
            content: { file: out },
          },
        ];
  const ids = segments.map((s) => s.id);
  const fresh =
    ids.length > 0
      ? await store.replace(ids, drafts)
      : drafts.length > 0
        ? await store.commit({ segments: drafts })
        : [];
  const next: FeedState = {
    ...known,
    cursor: fetched.cursor,
    syncedAt: now,
    indicators: rows,
    totals,
  };
  state.setFeed(
    feed.name,
    next,
    fresh.map((s) => s.id),
  );
  return next;
}

function guardSize(known: FeedState, indicators: number): void {
  const before = known.totals?.indicators ?? 0;
  if (before < GUARDED_FROM) return;
  if (indicators < before * SHRINKS_TO || indicators > before * GROWS_TO)
    throw new FeedError(
      `It would go from ${before} indicators to ${indicators}; what it said before still holds. Sync it by hand to accept that.`,
    );
}

/** What is told of an error: the sentence, and what to do. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ExternalError)
    return error.code === 'external-refused'
      ? `${error.message} Set allowPrivate for this feed if it is in your own network.`
      : error.message;
  return error instanceof Error ? error.message : String(error);
}

/**
 * Brings rows and what is known of feeds together again after a run that ended between the two: rows that no feed knows of
 * go, and a feed whose rows are gone starts anew. Feeds that are not configured any more go with their rows.
 */
export async function reconcile(
  names: readonly string[],
  { store, state }: SyncDeps,
): Promise<void> {
  const visible = new Set(store.segments({ table: TABLE }).map((s) => s.id));
  const claimed = new Set<string>();
  for (const name of state.feedNames()) {
    const segments = state.segmentsOf(name);
    if (!names.includes(name)) state.removeFeed(name);
    else if (segments.some((id) => !visible.has(id)))
      state.setFeed(name, { ...state.feed(name), cursor: null, indicators: 0, syncedAt: null }, []);
    else for (const id of segments) claimed.add(id);
  }
  const orphans = [...visible].filter((id) => !claimed.has(id));
  if (orphans.length > 0) await store.replace(orphans, []);
}

export const sizeOfFile = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.size ?? 0;
