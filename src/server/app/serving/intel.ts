import type { Finding } from '#core/alert/index.ts';
import { printInstant } from '#core/base/index.ts';
import type { ROUTES, RouteOutput } from '#core/contract/index.ts';
import { REFUSALS, type Refusal, ROLES, type Role } from '#core/intel/index.ts';
import type { IntelService, Log } from '#server/http/index.ts';
import {
  BY_HAND,
  createIntel,
  type FeedView,
  type Intel,
  type Sighting,
} from '#server/intel/index.ts';
import type { Store } from '#server/store/index.ts';
import type { Config } from '../config/index.ts';
import { feedsOf } from '../detecting/feeds.ts';

export interface ServedIntelDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly onFindings: (findings: readonly Finding[]) => Promise<void>;
}

/** The feeds of the configuration, not started; its `indicators` are feeds of files. */
export function openIntel({ config, env, log, ...deps }: ServedIntelDeps): Intel {
  return createIntel({
    ...deps,
    feeds: feedsOf(config, env),
    warningLists: config.intel.warningLists,
    onError: (error, what) =>
      log.warn('threat intelligence: a step failed; it is tried again', { what, error }),
  });
}

const at = (micros: number | null): string | null =>
  micros === null ? null : printInstant(micros);

/** The room in the contract's words. */
export function tellIntel(intel: Intel, clock: () => number): IntelService {
  return {
    state: () => ({
      feeds: intel.feeds().map(tellFeed),
      looksFor: intel.terms(),
      lookingBack: tellRetro(intel),
      unevaluatedLists: intel.unevaluatedLists(),
      harmless: intel.harmless().map((h) => ({ ...h, at: printInstant(h.at) })),
    }),
    sync: (name) => intel.sync(name),
    sightings: ({ from, to, limit }) =>
      intel
        .sightings({
          from: from === undefined ? 0 : Date.parse(from) * 1000,
          to: to === undefined ? clock() + 1 : Date.parse(to) * 1000,
          limit,
        })
        .map(tellSighting),
    async add({ value, role, confidence, description, validUntil }, who) {
      const known = ROLES.find((name): name is Role => name === role) ?? 'unknown';
      return intel.add({ value, role: known, confidence, description, validUntil, who });
    },
    remove: (value) => intel.removeByHand(value),
    declareHarmless: ({ value, why }, who) => intel.declareHarmless(value, why, who),
    endHarmless: (value) => intel.endHarmless(value),
  };
}

type Out<Id extends 'intel' | 'sightings'> = RouteOutput<(typeof ROUTES)[Id]>;

function tellFeed(feed: FeedView): Out<'intel'>['feeds'][number] {
  const { settings, totals } = feed;
  return {
    name: settings.name,
    kind: settings.name === BY_HAND ? BY_HAND : settings.kind,
    location: settings.location,
    format: totals?.format ?? '',
    trust: settings.trust,
    everyMs: settings.everyMs,
    indicators: feed.indicators,
    entries: totals?.entries ?? 0,
    withdrawn: totals?.withdrawn ?? 0,
    refusals: Object.entries(totals?.refusals ?? {}).map(([reason, count]) => ({
      reason,
      says: REFUSALS[reason as Refusal] ?? reason,
      count,
    })),
    samples: (totals?.samples ?? []).map(({ at: line, refused, detail }) => ({
      at: line,
      reason: refused,
      detail,
    })),
    syncedAt: at(feed.syncedAt),
    triedAt: at(feed.triedAt),
    nextAt: at(feed.nextAt),
    isSyncing: feed.isSyncing,
    problem: feed.problem,
  };
}

function tellRetro(intel: Intel): Out<'intel'>['lookingBack'] {
  const job = intel.retro();
  return job ? { days: job.days, before: job.next_day } : null;
}

function tellSighting(s: Sighting): Out<'sightings'>['sightings'][number] {
  return {
    seen: s.seen,
    asset: s.asset,
    direction: s.direction,
    port: s.port,
    protocol: s.protocol,
    first: printInstant(s.first),
    last: printInstant(s.last),
    flows: s.flows,
    allowedFlows: s.allowed,
    sentBytes: s.sentBytes,
    replyBytes: s.replyBytes,
    severity: s.severity,
    confidence: Math.round(s.effectiveConfidence),
    reason: s.reason,
    indicator: s.indicator.value,
    role: s.indicator.role,
    feeds: [...s.indicator.feeds],
  };
}
