import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import { type Injected, inject, type Scenario, type SourceName } from '#core/inject/index.ts';
import { activityPending } from '#server/activity/index.ts';
import { detectWindow } from '#server/detect/index.ts';
import { DecodePool } from '#server/pipeline/index.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { openStore, type Store } from '#server/store/index.ts';
import { rolesAt } from '../detecting/alerts.ts';
import { ingestHere } from '../ingesting/here.ts';
import { followFeeds } from './indicators.ts';
import { type Raised, type Round, raise } from './raise.ts';

const DAY_MS = 86_400_000;
export const DAY: Micros = DAY_MS * 1000;

/** What a long measurement is done with. */
export interface Work {
  readonly signal: AbortSignal;
  /** Hears what begins, as a sentence. */
  readonly tell: (text: string) => void;
}

/** A scenario that was lived through, while its data is still there. */
export interface World extends Raised {
  readonly scenario: Scenario;
  readonly source: SourceName;
  readonly injected: Injected;
  readonly store: Store;
  readonly query: QueryService;
  /** End of the last day. */
  readonly end: Micros;
  /** Days that were looked at: all but the first, which is learned from. */
  readonly rounds: readonly Round[];
  readonly findings: readonly Finding[];
  readonly flows: number;
  readonly quarantined: number;
  readonly seconds: { readonly ingest: number; readonly count: number; readonly detect: number };
  /** Longest look of each detector, ms. */
  readonly costs: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

/**
 * Lives through a scenario as the product would: the logs are written as files, ingested while a feed is followed, counted,
 * looked at day by day, and told as alerts and incidents, in a folder of its own that is gone once `ask` is done.
 */
export async function liveThrough<T>(
  scenario: Scenario,
  source: SourceName,
  { signal, tell }: Work,
  ask: (world: World) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const end = (scenario.start + scenario.days * DAY_MS) * 1000;
  const begun = performance.now();
  // The last day has just ended.
  const clock = () => end + Math.round((performance.now() - begun) * 1000);
  try {
    const injected = inject(scenario);
    for (const { path, text } of injected.files(source)) {
      const file = join(home, 'logs', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    tell(`${source}: ${injected.conversations.length} conversations are ingested`);
    const store = await openStore({ folder: join(home, 'data'), clock });
    const query = createQueryService({ store, clock });
    try {
      const failures: string[] = [];
      const feeds = await followFeeds(home, injected, store, clock, (t) => failures.push(t));
      const ingest = await timed(() =>
        ingestHere(store, new DecodePool(), {
          paths: [join(home, 'logs')],
          env: {},
          format: undefined,
          signal,
          onProgress: () => {},
          say: (text) => failures.push(text),
        }),
      );
      const contacts = await feeds.finish();
      tell(`${source}: ${ingest.value.stored} records are counted`);
      const count = await timed(() =>
        activityPending({ store, enrichment: { withoutRegistries: true }, signal }),
      );
      const costs = new Map<string, number>();
      tell(`${source}: detectors look`);
      const detect = await timed(() =>
        lookByDay({ store, query, signal, costs, failures }, end, scenario.days, contacts),
      );
      const rounds = detect.value;
      tell(`${source}: findings are told`);
      return await ask({
        ...(await raise(rounds)),
        scenario,
        source,
        injected,
        store,
        query,
        end,
        rounds,
        findings: rounds.flatMap((round) => round.findings),
        flows: ingest.value.stored,
        quarantined: ingest.value.quarantined,
        seconds: { ingest: ingest.seconds, count: count.seconds, detect: detect.seconds },
        costs,
        failures,
      });
    } finally {
      await query.stop();
      await store.close();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

interface Looking {
  readonly store: Store;
  readonly query: QueryService;
  readonly signal: AbortSignal;
  readonly costs: Map<string, number>;
  readonly failures: string[];
}

/** One round for each day but the first: what detectors find at its end, and the contacts with indicators that it had. */
async function lookByDay(
  { store, query, signal, costs, failures }: Looking,
  end: Micros,
  days: number,
  contacts: readonly Finding[],
): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let day = Math.min(2, days); day <= days; day++) {
    const at = end - (days - day) * DAY;
    const findings = await detectWindow({
      store,
      query,
      signal,
      from: at - DAY,
      to: at,
      onLook({ detector, ms, error, cut }) {
        costs.set(detector, Math.max(ms, costs.get(detector) ?? 0));
        if (error !== undefined) failures.push(`${detector}: ${String(error)}`);
        if (cut !== undefined) failures.push(`${detector}: ${cut}`);
      },
    });
    const known = contacts.filter(({ last }) => last >= at - DAY && last < at);
    rounds.push({
      at,
      findings: [...findings, ...known],
      roles: await rolesAt(query, at, signal),
    });
  }
  return rounds;
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - startedAt) / 1000 };
}
