import type { Zones } from '#core/detect/index.ts';
import { detectWindow } from '#server/detect/index.ts';
import type { QueryService } from '#server/query/index.ts';
import type { StoreReader } from '#server/store/index.ts';
import type { HistoryFinder } from './history.ts';

/** All detectors as one: what hosts are for is learned once for all of them. `tell` hears of those that could not look, or not at all of it. */
export function detectorsFinder(
  store: StoreReader,
  query: QueryService,
  zones: Zones,
  tell: (text: string) => void,
): HistoryFinder {
  return {
    name: 'detectors',
    async *run({ from, to, signal }) {
      const told = new Set<string>();
      yield* await detectWindow({
        store,
        query,
        zones,
        signal,
        from,
        to,
        onLook({ detector, error, cut }) {
          const why =
            error instanceof Error ? error.message : error === undefined ? cut : String(error);
          if (why === undefined || told.has(detector)) return;
          told.add(detector);
          tell(`detector ${detector}: ${why}`);
        },
      });
    },
  };
}
