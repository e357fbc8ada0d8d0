import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import { type Rule, subjectOf, type Window } from '#core/rules/index.ts';
import { QueryError, type QueryService } from '#server/query/index.ts';
import type { Store } from '#server/store/index.ts';
import { type Arrived, createFollow, isFollowed } from './follow.ts';
import { createFreshness, type Fresh } from './fresh.ts';
import { type Lag, measureLag, waitFor } from './lag.ts';
import type { RuleLibrary } from './library.ts';
import { type Run, runRule, tablesOf } from './run.ts';
import type { RuleState } from './state.ts';
import { findSteps } from './steps.ts';
import { dueWindows, lateWindows, type Timing, timingOf } from './windows.ts';

export interface SchedulerDeps {
  readonly store: Pick<Store, 'segments' | 'version' | 'tables' | 'arrivals' | 'onChange'>;
  readonly service: Pick<QueryService, 'query' | 'explain'>;
  readonly library: RuleLibrary;
  readonly state: RuleState;
  readonly clock: () => Micros;
  /** Where findings go; durable when it resolves. The window of a rule runs again when it rejects. */
  readonly onFindings: (findings: readonly Finding[]) => Promise<unknown>;
  readonly log?: (message: string) => void;
}

/** How often the clock is looked at. */
const TICK_MS = 5000;
/** Changes are gathered for so long before rules run on them. */
const GATHER_MS = 1000;
/** So many commits are judged before the clock is looked at again. */
const ARRIVALS_A_TURN = 50;
const LAG_EVERY: Micros = 10 * 60e6;
/** Data older than this does not run windows again: `weir detect` does. */
const LATE_LIMIT: Micros = 86_400e6;

/**
 * Runs rules. Scheduled rules run when the data of their window has come: the watermark is the clock less the lag of the
 * slowest source that feeds what they read. What comes later runs the windows it lies in again; findings keep their keys,
 * so nothing is told twice. Near-real-time rules judge what was committed, each row once, also what came while no server
 * ran. A rule that fails says why, and the others go on.
 */
export function createScheduler(deps: SchedulerDeps) {
  const { store, service, library, state, clock, onFindings, log = () => {} } = deps;
  const freshness = createFreshness(store, (table) => !isFollowed(table));
  const follow = createFollow({ store, service, log });
  const halt = new AbortController();
  const tables = new Map<string, readonly string[]>();
  /** Late data that a rule's windows have to be run again for. */
  const late = new Map<string, { from: Micros; to: Micros }>();
  /** When each rule ran late windows last: aggregates of the running hour change with every commit. */
  const lateAt = new Map<string, Micros>();
  let lags: readonly Lag[] = [];
  let measuredAt = 0;
  let work: Promise<void> = Promise.resolve();
  let timers: NodeJS.Timeout[] = [];
  let endChanges = () => {};
  let isGathering = false;
  let isTicking = false;

  const isStopped = () => halt.signal.aborted;

  /** One thing after the other, so that rules never take more than one worker. */
  function enqueue(job: () => Promise<void>): Promise<void> {
    work = work
      .then(() => (isStopped() ? undefined : job()))
      .catch((error: unknown) => {
        if (!isStopped())
          log(`rules stumbled: ${error instanceof Error ? error.message : String(error)}`);
      });
    return work;
  }

  const enabled = () => library.current().rules.filter((rule) => state.isEnabled(rule));

  /** Tables that a rule reads; undefined when its query does not compile, which is told. */
  async function readsOf(rule: Rule): Promise<readonly string[] | undefined> {
    const key = `${rule.id} ${rule.query}`;
    const known = tables.get(key);
    if (known) return known;
    try {
      const found = await tablesOf(service, rule);
      tables.set(key, found);
      return found;
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      state.failed(rule.id, `${error.message} ${error.advice}`.trim(), 0);
      return undefined;
    }
  }

  /** A rule rests while none of the tables that it reads has rows; one that fires on absence does not. */
  async function isResting(rule: Rule): Promise<boolean> {
    const found = await readsOf(rule);
    return found === undefined || rests(rule, found);
  }

  function rests({ trigger }: Rule, reads: readonly string[] | undefined): boolean {
    if (!reads || reads.length === 0 || trigger.operator !== 'gt') return false;
    const stored = new Set(store.tables());
    return !reads.some((table) => stored.has(table));
  }

  async function runOne(rule: Rule, run: Run, until: Micros | undefined): Promise<void> {
    const startedAt = performance.now();
    try {
      const { findings, elapsedMs } = await runRule(service, rule, { ...run, signal: halt.signal });
      if (findings.length > 0) await onFindings(findings);
      const quiet =
        findings.length > 0 && rule.suppression !== undefined
          ? { quietUntil: (run.now ?? run.window.to) + rule.suppression }
          : {};
      state.ran(rule.id, {
        ...(until === undefined ? {} : { until }),
        findings: findings.length,
        costMs: elapsedMs,
        ...quiet,
      });
    } catch (error) {
      if (isStopped()) return;
      if (!(error instanceof QueryError)) throw error;
      const says = `${error.message} ${error.advice}`.trim();
      state.failed(rule.id, says, performance.now() - startedAt, until);
      log(`the rule ${rule.name} failed: ${says}`);
    }
  }

  async function runScheduled(rule: Rule, now: Micros): Promise<void> {
    const timing = timingOf(rule);
    if (!timing) return;
    const watermark = now - (await waitOf(rule));
    const record = state.record(rule.id);
    const due = dueWindows(timing, record.doneUntil, watermark);
    const isRested = clock() - (lateAt.get(rule.id) ?? 0) >= timing.frequency;
    const again = isRested ? late.get(rule.id) : undefined;
    if (due.length === 0 && !again) return;
    if (await isResting(rule)) {
      late.delete(rule.id);
      if (due.length > 0) state.skipped(rule.id, due.at(-1)!.to);
      return;
    }
    if (again) {
      late.delete(rule.id);
      lateAt.set(rule.id, clock());
      const windows = lateWindows(timing, record.doneUntil ?? 0, again);
      for (const window of await worthwhile(rule, timing, windows))
        await runWindow(rule, window, false);
    }
    for (const window of due) await runWindow(rule, window, true);
  }

  /** Those of several windows in which there are rows that the rule is about, where that can be told. */
  async function worthwhile(
    rule: Rule,
    timing: Timing,
    windows: readonly Window[],
  ): Promise<readonly Window[]> {
    if (windows.length < 2) return windows;
    const steps = await findSteps(service, rule, timing, windows, halt.signal);
    return steps ? windows.filter((window) => !steps.isEmpty(window)) : windows;
  }

  async function waitOf(rule: Rule): Promise<Micros> {
    const reads = await readsOf(rule);
    return waitFor(lags, { tables: reads ?? [], sources: subjectOf(rule.query)?.sources });
  }

  async function runWindow(rule: Rule, window: Window, isRegular: boolean): Promise<void> {
    if (isStopped() || !state.isEnabled(rule)) return;
    const { quietUntil } = state.record(rule.id);
    const isQuiet =
      rule.suppression !== undefined &&
      quietUntil !== undefined &&
      window.to <= quietUntil &&
      window.to > quietUntil - rule.suppression;
    if (isQuiet) {
      if (isRegular) state.skipped(rule.id, window.to);
      return;
    }
    await runOne(rule, { window }, isRegular ? window.to : undefined);
  }

  async function tick(): Promise<void> {
    const now = clock();
    if (now - measuredAt > LAG_EVERY) {
      measuredAt = now;
      lags = await measureLag(service, now).catch((error: unknown) => {
        if (error instanceof QueryError) return lags;
        throw error;
      });
      state.forgetOld();
    }
    for (const rule of enabled()) {
      if (isStopped()) return;
      await runScheduled(rule, now);
    }
  }

  /** Judges what was committed to followed tables, first come first; then what is new in the others. */
  async function arrive(): Promise<void> {
    for (let i = 0; i < ARRIVALS_A_TURN; i++) {
      const own = await follow.next();
      if (!own) break;
      const { table, file, events } = own;
      await judge({ table, events }, new Map([[table, file]]));
      if (isStopped()) return;
      own.settle();
      if (i === ARRIVALS_A_TURN - 1) changed();
    }
    const fresh = freshness.take();
    const tables = [...new Set(fresh.map((f) => f.table))];
    for (const table of tables)
      await judge({
        table,
        events: span(fresh.filter((f) => f.table === table).map((f) => f.events)),
      });
  }

  /** Runs new rows through the rules that run on arrival, and remembers which windows they make anew. */
  async function judge({ table, events }: Fresh, files?: ReadonlyMap<string, Arrived['file']>) {
    const now = clock();
    for (const rule of enabled()) {
      if (isStopped()) return;
      const reads = await readsOf(rule);
      if (!reads?.includes(table)) continue;
      if (rule.schedule.kind !== 'near-real-time') remember(rule, events, now);
      else if (
        (files || !reads.some(isFollowed)) &&
        now >= (state.record(rule.id).quietUntil ?? 0)
      ) {
        const window = { from: events.from, to: events.to + 1 };
        const run = { window, now: Math.max(now, window.to), ...(files ? { files } : {}) };
        await runOne(rule, run, undefined);
      }
    }
  }

  function remember(rule: Rule, events: { from: Micros; to: Micros }, now: Micros): void {
    const { doneUntil } = state.record(rule.id);
    const from = Math.max(events.from, now - LATE_LIMIT);
    if (doneUntil === undefined || from >= doneUntil || events.to < from) return;
    const known = late.get(rule.id);
    late.set(rule.id, span([{ from, to: events.to }, ...(known ? [known] : [])]));
  }

  function changed(): void {
    if (isGathering || isStopped()) return;
    isGathering = true;
    timers.push(
      setTimeout(() => {
        isGathering = false;
        enqueue(arrive);
      }, GATHER_MS),
    );
    if (timers.length > 100) timers = timers.slice(-2);
  }

  function ticked(): void {
    if (isTicking || isStopped()) return;
    isTicking = true;
    enqueue(tick).finally(() => {
      isTicking = false;
    });
  }

  return {
    start(): void {
      follow.start();
      freshness.start();
      endChanges = store.onChange(changed);
      const interval = setInterval(ticked, TICK_MS);
      interval.unref();
      timers.push(interval);
      // What came while no server ran.
      enqueue(arrive);
      ticked();
    },
    /** Everything that is due now; for tests and for whoever does not want to wait. */
    async settle(): Promise<void> {
      await enqueue(arrive);
      await enqueue(tick);
    },
    /** How late each source's rows come, and how long rules wait for them. */
    lag: () => ({ sources: lags, waitMicros: waitFor(lags) }),
    /** True for a rule whose tables have no rows. */
    isResting,
    /** The same without asking; false while it is not known what the rule reads. */
    isKnownResting: (rule: Rule) => rests(rule, tables.get(`${rule.id} ${rule.query}`)),
    async stop(): Promise<void> {
      halt.abort();
      endChanges();
      for (const timer of timers) clearTimeout(timer);
      await work;
    },
  };
}

export type Scheduler = ReturnType<typeof createScheduler>;

function span(list: readonly { readonly from: Micros; readonly to: Micros }[]) {
  return list.reduce((all, one) => ({
    from: Math.min(all.from, one.from),
    to: Math.max(all.to, one.to),
  }));
}
