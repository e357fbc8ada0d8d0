import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Finding } from '#core/alert/index.ts';
import { type Injected, inject, type Scenario } from '#core/inject/index.ts';
import { activityPending } from '#server/activity/index.ts';
import { detectWindow } from '#server/detect/index.ts';
import { DecodePool } from '#server/pipeline/index.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import { openStore } from '#server/store/index.ts';
import { ingestHere } from '../ingesting/here.ts';

const DAY_MS = 86_400_000;

/** What a scenario came to. */
export interface Measured {
  readonly injected: Injected;
  /** Of the last day, on which attacks happen, and of the day before, on which nothing does. */
  readonly findings: readonly Finding[];
  readonly quiet: readonly Finding[];
  readonly flows: number;
  readonly seconds: { readonly ingest: number; readonly count: number; readonly detect: number };
  readonly costs: ReadonlyMap<string, number>;
  readonly failures: readonly string[];
}

/**
 * Lives through a scenario as the product would: the logs are written as files, ingested, counted and looked at, in a
 * folder of its own that is gone afterwards. `beside` may ask the same data before it goes.
 */
export async function measure(
  scenario: Scenario,
  signal: AbortSignal,
  beside: (query: QueryService, injected: Injected) => Promise<void> = async () => {},
): Promise<Measured> {
  const home = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  const clock = () => Date.now() * 1000;
  try {
    const injected = inject(scenario);
    for (const { path, text } of injected.files()) {
      const file = join(home, 'logs', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const store = await openStore({ folder: join(home, 'data'), clock });
    const query = createQueryService({ store, clock });
    try {
      const ingest = await timed(() =>
        ingestHere(store, new DecodePool(), {
          paths: [join(home, 'logs')],
          env: {},
          format: undefined,
          signal,
          onProgress: () => {},
          say: () => {},
        }),
      );
      const count = await timed(() =>
        activityPending({ store, enrichment: { withoutRegistries: true }, signal }),
      );
      const costs = new Map<string, number>();
      const failures: string[] = [];
      const end = (scenario.start + scenario.days * DAY_MS) * 1000;
      const look = (from: number, to: number) =>
        detectWindow({
          store,
          query,
          signal,
          from,
          to,
          onLook({ detector, ms, error }) {
            costs.set(detector, Math.max(ms, costs.get(detector) ?? 0));
            if (error !== undefined) failures.push(`${detector}: ${String(error)}`);
          },
        });
      const day = DAY_MS * 1000;
      const detect = await timed(() => look(end - day, end));
      const quiet = scenario.days > 1 ? await look(end - 2 * day, end - day) : [];
      await beside(query, injected);
      return {
        injected,
        findings: detect.value,
        quiet,
        flows: ingest.value.stored,
        seconds: { ingest: ingest.seconds, count: count.seconds, detect: detect.seconds },
        costs,
        failures,
      };
    } finally {
      await query.stop();
      await store.close();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - startedAt) / 1000 };
}
