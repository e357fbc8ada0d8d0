import { randomUUID } from 'node:crypto';
import { type Assets, createAssets, type Finding, type LogEntry } from '#core/alert/index.ts';
import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import { migrate, type Store } from '#server/store/index.ts';
import { createAlertLists } from './alert-lists.ts';
import { createAlertStore } from './alert-store.ts';
import { type Answers, createAnswers } from './ask.ts';
import { createDesk, type Desk } from './desk.ts';
import { createGrouper } from './grouping.ts';
import { createIncidentStore } from './incident-store.ts';
import { createJournal } from './journal.ts';
import { ALERT_STEPS } from './state.ts';
import { createSuppressionDesk, type SuppressionDesk } from './suppress.ts';
import { createSuppressions } from './suppressions.ts';
import { createAlertTables } from './tables.ts';
import { createTaker, noneTaken, type Taken } from './take.ts';

export interface AlertsOptions {
  readonly store: Store;
  readonly clock: () => Micros;
  /** What is known of one's own hosts; nothing unless given. */
  readonly assets?: Assets;
  /** What an entity is (`dns`) that joins no incidents, by its key (`IP 10.0.0.53`); undefined for all that do. */
  readonly hubOf?: (entityKey: string) => string | undefined;
  readonly newId?: () => string;
  /** What addresses of pages begin with, in AlertLink and IncidentUrl; relative unless given. */
  readonly baseUrl?: string | undefined;
  /** Entries of the log after this number are yet to be read by somebody; undefined for none. */
  readonly unread?: () => number | undefined;
  /** The tables could not be written; it is tried again with the next change. */
  readonly onError?: (error: unknown) => void;
}

/** Alerts and incidents of one DATA: findings come in, people ask and act. */
export interface Alerts extends Answers, Desk, SuppressionDesk {
  /**
   * Findings become alerts, alerts incidents. Durable once it resolves; taking the same findings again changes nothing.
   * Rejects when the database fails, and may then have taken a part.
   */
  take(findings: readonly Finding[]): Promise<Taken>;
  /** Called after each change with the entries that are new. Returns what ends it. */
  onAlert(listener: (entries: readonly LogEntry[]) => void): () => void;
  /** Entries after a cursor, in order; a cursor is the number of the last entry read, 0 before the first. */
  log(after: number, limit: number): readonly LogEntry[];
  /** The cursor of somebody who has read everything. */
  head(): number;
  /** Resolves when all that was told before can be queried in SecurityAlert and SecurityIncident. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Findings that one transaction takes. */
const AT_ONCE = 25;
/** How long the log is kept for readers that are behind, and findings that nobody was told of. */
const KEPT: Micros = 30 * MICROS_PER_DAY;
/** How long it is kept for a reader that does not come. */
const LONGEST_KEPT: Micros = 90 * MICROS_PER_DAY;
/** Changes of so many milliseconds make one segment. */
const GATHER_MS = 1000;

export function createAlerts(options: AlertsOptions): Alerts {
  const {
    store,
    clock,
    assets = createAssets([]),
    hubOf = () => undefined,
    newId = randomUUID,
  } = options;
  const { state } = store;
  migrate(state, 'alert', ALERT_STEPS);
  const alerts = createAlertStore(state);
  const incidents = createIncidentStore(state);
  const journal = createJournal(state);
  const suppressions = createSuppressions(state);
  const lists = createAlertLists(state);
  const shared = {
    state,
    alerts,
    lists,
    incidents,
    journal,
    assets,
    hubOf,
    newId,
    clock,
    suppressions,
  };
  const grouper = createGrouper(shared);
  const takeOne = createTaker({ ...shared, grouper });
  const tables = createAlertTables(store, journal, alerts, options.baseUrl ?? '');
  const listeners = new Set<(entries: readonly LogEntry[]) => void>();
  let told = journal.head();
  let timer: NodeJS.Timeout | undefined;

  const follow = () => tables.follow().catch((error: unknown) => options.onError?.(error));

  function tell(): void {
    const entries = journal.read(told, Number.MAX_SAFE_INTEGER);
    const last = entries.at(-1);
    if (!last) return;
    told = last.number;
    for (const listener of listeners) listener(entries);
    timer ??= setTimeout(() => {
      timer = undefined;
      void follow();
    }, GATHER_MS).unref();
  }

  function forgetOld(): void {
    const before = clock() - KEPT;
    const written = tables.position();
    journal.prune(Math.min(written, options.unread?.() ?? written), before);
    journal.prune(written, clock() - LONGEST_KEPT);
    state.run('DELETE FROM finding WHERE alert IS NULL AND taken_at < ?', before);
  }

  // What an earlier run told and did not write down.
  if (journal.head() > tables.position()) timer = setTimeout(() => void follow(), 0).unref();
  forgetOld();

  const people = { ...shared, grouper, onChange: tell };
  return {
    ...createAnswers(shared),
    ...createDesk(people),
    ...createSuppressionDesk(people),
    async take(findings) {
      const taken = noneTaken();
      const inOrder = findings.toSorted((a, b) => a.first - b.first);
      for (let i = 0; i < inOrder.length; i += AT_ONCE) {
        // Lets others have their turn between two transactions.
        if (i > 0) await new Promise((resolve) => setImmediate(resolve));
        state.transaction(() => {
          grouper.begin();
          for (const finding of inOrder.slice(i, i + AT_ONCE)) taken[takeOne(finding)] += 1;
          grouper.settle();
        });
      }
      if (taken.raised + taken.toldAgain > 0) tell();
      return taken;
    },
    onAlert(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    log: (after, limit) => journal.read(after, limit),
    head: () => journal.head(),
    settle: () => tables.follow(),
    async stop() {
      clearTimeout(timer);
      listeners.clear();
      await follow();
    },
  };
}
