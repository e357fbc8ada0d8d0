import type { Finding } from '#core/alert/index.ts';
import { createIntel } from '#server/intel/index.ts';
import { openStore, StoreLocked } from '#server/store/index.ts';
import type { Config } from '../config/index.ts';
import { feedsOf } from './feeds.ts';
import type { HistoryFinder } from './history.ts';

export interface IndicatorsOptions {
  readonly folder: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears of feeds that could not be read, and of matching that a running server does instead. */
  readonly tell: (text: string) => void;
}

/**
 * Contacts with indicators in stored time. Feeds that are due are fetched first and what is stored is looked through, as a
 * server would; beside a running server nothing is done, since it has told already.
 */
export function indicatorsFinder({ folder, config, env, tell }: IndicatorsOptions): HistoryFinder {
  const find = async (from: number, to: number): Promise<readonly Finding[]> => {
    const clock = () => Date.now() * 1000;
    const feeds = feedsOf(config, env);
    const store = await openStore({ folder, clock });
    try {
      const intel = createIntel({
        store,
        clock,
        feeds,
        warningLists: config.intel.warningLists,
        onError: (error, what) =>
          tell(`indicators: ${what}: ${error instanceof Error ? error.message : String(error)}`),
      });
      try {
        intel.start();
        await intel.settle();
        for (const { settings, problem } of intel.feeds())
          if (problem !== null) tell(`feed ${settings.name}: ${problem}`);
        return intel.findings({ from, to });
      } finally {
        await intel.stop();
      }
    } finally {
      await store.close();
    }
  };
  return {
    name: 'indicators',
    async *run({ from, to }) {
      try {
        yield* await find(from, to);
      } catch (error) {
        if (!(error instanceof StoreLocked)) throw error;
        tell('indicators are looked for by the server that runs; see its alerts');
      }
    },
  };
}
