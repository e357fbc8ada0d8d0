import { statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Finding } from '#core/alert/index.ts';
import { severityRank } from '#core/alert/index.ts';
import { printDay } from '#core/base/index.ts';
import { type Segment, SegmentsGone, type Store } from '#server/store/index.ts';
import { findingOf, summaryOf } from './findings.ts';
import type { FeedSettings, WarningListSettings } from './settings.ts';
import type { IntelState, RetroJob } from './state.ts';
import { sizeOfFile } from './sync.ts';
import type { CompileJob, CompileResult, Contact, Request } from './work/messages.ts';

const DAY = 86_400_000_000;
/** Confidence sinks with time: the matcher is compiled anew after so long, though nothing changed. */
const COMPILED_FOR = DAY;
/** Segments and rows that one question takes. */
const AT_ONCE = { segments: 32, rows: 10_000_000 } as const;
/** Findings that one set of new indicators may tell of singly: a poisoned feed must not flood incidents. */
const MOST_TOLD = 200;
/** Contacts are kept for so long. */
const CONTACTS_KEPT = 400 * DAY;

export interface MatchingDeps {
  readonly store: Store;
  readonly state: IntelState;
  readonly clock: () => number;
  readonly feeds: () => readonly FeedSettings[];
  readonly warningLists: readonly WarningListSettings[];
  readonly ask: (request: Request) => Promise<unknown>;
  readonly onFindings: (findings: readonly Finding[]) => Promise<void> | void;
}

/** Looks for indicators in what is stored, and in what was stored before they were known. */
export interface Matching {
  /** Does the next piece of work; false when there is none. One call at a time. */
  step(signal: AbortSignal): Promise<boolean>;
  /** Values that are looked for; null before the first compilation. */
  terms(): number | null;
  /** Warning lists that are not evaluated, since they are of regular expressions. */
  unevaluatedLists(): number;
  /** What remains to be looked for in the past. */
  retro(): RetroJob | undefined;
}

/** Another number for other lists, or when a file of theirs changed. */
function stampOf(lists: readonly WarningListSettings[]): number {
  const files = lists.map(({ path, class: given }) => {
    const file = statSync(path, { throwIfNoEntry: false });
    return [path, given, file?.mtimeMs, file?.size];
  });
  return crc32(JSON.stringify(files));
}

export function createMatching(deps: MatchingDeps): Matching {
  const { store, state, clock, ask } = deps;
  const folder = join(store.folder, 'intel');
  const matcher = join(folder, 'matcher');
  const delta = join(folder, 'matcher-new');
  let terms: number | null = state.mark('terms') ?? null;
  let deltaOf: string | undefined;

  const feedsOf = (): CompileJob['feeds'] => {
    const paths = new Map(
      store.segments({ table: 'ThreatIntelIndicators' }).map((s) => [s.id, s.path]),
    );
    return deps.feeds().map((feed) => ({
      name: feed.name,
      files: state.segmentsOf(feed.name).flatMap((id) => paths.get(id) ?? []),
      trust: feed.trust,
      confidence: feed.confidence,
      isWholeList: feed.isWholeList,
      fetched: state.feed(feed.name).syncedAt ?? clock(),
    }));
  };

  const compileJob = (out: string, created?: CompileJob['created']): CompileJob => ({
    feeds: feedsOf(),
    created,
    now: clock(),
    warningLists: deps.warningLists,
    harmless: state.harmless().map(({ value }) => value),
    out,
  });

  /** Compiles when feeds changed since, or the last time is long ago. Plans the look into the past for what is new. */
  async function compileWhenDue(): Promise<boolean> {
    const now = clock();
    const feeds = feedsOf();
    if (feeds.every((feed) => feed.files.length === 0) && terms === null) return false;
    const version = store.version('ThreatIntelIndicators');
    const decisions = state.mark('decisions') ?? 0;
    const lists = stampOf(deps.warningLists);
    const isCurrent =
      terms !== null &&
      sizeOfFile(matcher) > 0 &&
      state.mark('compiled') === version &&
      (state.mark('compiledDecisions') ?? 0) === decisions &&
      state.mark('compiledLists') === lists &&
      now - (state.mark('compiledAt') ?? 0) < COMPILED_FOR;
    if (isCurrent) return false;
    const upTo = Math.max(0, ...feeds.map((feed) => feed.fetched));
    const result = (await ask({ kind: 'compile', job: compileJob(matcher) })) as CompileResult;
    terms = result.terms;
    state.setMark('unevaluatedLists', result.unevaluatedLists);
    state.setMark('terms', terms);
    state.setMark('compiled', version);
    state.setMark('compiledDecisions', decisions);
    state.setMark('compiledLists', lists);
    state.setMark('compiledAt', now);
    const planned = state.mark('planned') ?? 0;
    if (upTo > planned) state.planRetro(planned, upTo);
    return true;
  }

  async function lookAt(files: readonly Segment[]): Promise<readonly Contact[]> {
    const job = {
      matcher,
      files: files.map((s) => s.path),
      source: 'Flows',
      now: clock(),
    } as const;
    return (await ask({ kind: 'contacts', job })) as readonly Contact[];
  }

  /** New segments, the newest day first. */
  async function matchNew(): Promise<boolean> {
    if (!terms) return false;
    await confirmCounted();
    const takers = store.takers('Flows');
    const untaken = store
      .segments({ table: 'Flows' })
      .filter((s) => !takers.get(s.id)?.includes('intel'))
      .reverse();
    const [first] = untaken;
    if (!first) return false;
    const chosen: Segment[] = [];
    let rows = 0;
    for (const segment of untaken) {
      if (segment.day !== first.day || chosen.length >= AT_ONCE.segments) break;
      if (chosen.length > 0 && rows + segment.rows > AT_ONCE.rows) break;
      chosen.push(segment);
      rows += segment.rows;
    }
    const contacts = await lookAt(chosen);
    state.count(
      contacts,
      chosen.map((s) => s.id),
      clock(),
    );
    const findings = findingsOf(contacts);
    if (findings.length > 0) await deps.onFindings(findings);
    await confirmCounted();
    return true;
  }

  /** Tells the store what was counted. A merge may have taken the place of segments between: then they are looked for anew. */
  async function confirmCounted(): Promise<void> {
    const counted = [...state.counted()];
    if (counted.length === 0) return;
    const visible = new Set(store.segments({ table: 'Flows' }).map((s) => s.id));
    const here = counted.filter((id) => visible.has(id));
    try {
      if (here.length > 0)
        await store.commit({ segments: [], taken: { by: 'intel', segments: here } });
    } catch (error) {
      if (!(error instanceof SegmentsGone)) throw error;
    }
    state.forgetCounted(counted);
  }

  /** One day of the past for indicators that are new, the newest first. */
  async function matchPast(signal: AbortSignal): Promise<boolean> {
    const job = state.retroJob();
    if (!job) return false;
    const name = `${job.after} ${job.up_to}`;
    const isFirst = job.after === 0;
    if (!isFirst && (deltaOf !== name || sizeOfFile(delta) === 0)) {
      const created = { after: job.after, upTo: job.up_to };
      const { terms: fresh } = (await ask({
        kind: 'compile',
        job: compileJob(delta, created),
      })) as CompileResult;
      deltaOf = name;
      if (fresh === 0) {
        state.endRetro(job.id);
        return true;
      }
    }
    if (signal.aborted) return false;
    const next = nextPart(job);
    if (!next) {
      state.endRetro(job.id);
      state.forgetContacts(clock() - CONTACTS_KEPT);
      return true;
    }
    const contacts = (await ask({
      kind: 'contacts',
      job: {
        matcher: isFirst ? matcher : delta,
        details: matcher,
        files: next.segments.map((s) => s.path),
        source: next.source,
        now: clock(),
      },
    })) as readonly Contact[];
    state.replaceDay(next.day, contacts, job, clock());
    const findings = findingsOf(contacts);
    const singly = findings.slice(0, Math.max(0, MOST_TOLD - job.told));
    const others = findings.slice(singly.length);
    if (singly.length > 0) {
      await deps.onFindings(singly);
      state.noteTold(job.id, singly.length);
    }
    // Of the look, not of this part: one claim that grows.
    const total = (job.next_day === '' ? 0 : (state.mark('untold') ?? 0)) + others.length;
    state.setMark('untold', total);
    if (others.length > 0) await deps.onFindings([summaryOf(name, total, others)]);
    return true;
  }

  /** The next older day, and where its contacts are read from: rows of days that are over where there are any. */
  function nextPart(job: RetroJob):
    | {
        readonly day: string;
        readonly source: 'Flows' | 'PairDays';
        readonly segments: readonly Segment[];
      }
    | undefined {
    const takers = store.takers('Flows');
    const taken = store
      .segments({ table: 'Flows' })
      .filter((s) => takers.get(s.id)?.includes('intel'));
    const flows = Map.groupBy(taken, (s) => s.day);
    const pairs = Map.groupBy(store.segments({ table: 'PairDays' }), (s) => s.day);
    const rawDays = new Set(store.segments({ table: 'Flows' }).map((s) => s.day));
    // Before the first indicators nothing was taken: what is raw comes as new.
    const rawDone = job.after === 0 ? [] : [...flows.keys()];
    const days = [...new Set([...rawDone, ...[...pairs.keys()].filter((day) => !rawDays.has(day))])]
      .filter((day) => job.next_day === '' || day < job.next_day)
      .sort();
    const day = days.at(-1);
    if (day === undefined) return undefined;
    const raw = flows.get(day);
    const summed = pairs.get(day);
    const isOver = day < printDay(clock() - DAY);
    if (summed && (isOver || !raw)) return { day, source: 'PairDays', segments: summed };
    return { day, source: 'Flows', segments: raw ?? [] };
  }

  /** A finding for each pair of host and value that contacts touch; the gravest first. */
  function findingsOf(contacts: readonly Contact[]): readonly Finding[] {
    const pairs = new Map(contacts.map((c) => [`${c.seen} ${c.asset}`, c] as const));
    return [...pairs.values()]
      .flatMap((c) => findingOf(state.contactsOf(c.seen, c.asset)) ?? [])
      .sort(
        (a, b) =>
          severityRank(b.severity) - severityRank(a.severity) || b.confidence - a.confidence,
      );
  }

  return {
    async step(signal) {
      if (await compileWhenDue()) return true;
      if (signal.aborted) return false;
      if (await matchNew()) return true;
      if (signal.aborted) return false;
      return matchPast(signal);
    },
    terms: () => terms,
    unevaluatedLists: () => state.mark('unevaluatedLists') ?? 0,
    retro: () => state.retroJob(),
  };
}
