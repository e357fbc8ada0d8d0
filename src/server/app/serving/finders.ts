import type { Zones } from '#core/detect/index.ts';
import type { Alerts } from '#server/alert/index.ts';
import { createBaselines } from '#server/baseline/index.ts';
import { createDetection } from '#server/detect/index.ts';
import type { Log } from '#server/http/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { createRuleState, createScheduler } from '#server/rules/index.ts';
import type { Store } from '#server/store/index.ts';
import type { Config } from '../config/index.ts';
import { openRules } from '../detecting/rules.ts';
import { openIntel } from './intel.ts';

export interface FinderDeps {
  readonly config: Config;
  /** The data folder, absolute. */
  readonly data: string;
  readonly store: Store;
  readonly queries: QueryService;
  readonly zones: Zones;
  readonly alerts: Alerts;
  /** µs. */
  readonly clock: () => number;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Everything whose findings become alerts: rules, detectors, baselines and indicators. */
export function openFinders(deps: FinderDeps) {
  const { config, data, store, queries, zones, alerts, clock, log, env } = deps;
  const onFindings = (findings: Parameters<Alerts['take']>[0]) => alerts.take(findings);
  const ruleState = createRuleState(store.state, clock);
  const library = openRules(config, data);
  const scheduler = createScheduler({
    store,
    service: queries,
    library,
    state: ruleState,
    clock,
    onFindings,
    log: (message) => log.warn(message),
  });
  const detection = createDetection({
    store,
    query: queries,
    zones,
    clock,
    onFindings,
    onError: (error) => log.error('a detector failed; it looks again when data comes', { error }),
    onCut: (detector, cut) => log.warn(`detector ${detector} did not see all: ${cut}`),
  });
  const baselines = createBaselines({
    store,
    query: queries,
    clock,
    onFindings,
    onError: (error) => log.error('baselines failed; they look again when data comes', { error }),
  });
  const intel = openIntel({
    config,
    store,
    clock,
    env,
    log,
    onFindings: async (findings) => {
      await onFindings(findings);
    },
  });
  return {
    ruleState,
    library,
    scheduler,
    detection,
    intel,
    start(): void {
      scheduler.start();
      detection.start();
      baselines.start();
      intel.start();
    },
    async stop(): Promise<void> {
      await scheduler.stop();
      await intel.stop();
      await detection.stop();
      await baselines.stop();
    },
  };
}
