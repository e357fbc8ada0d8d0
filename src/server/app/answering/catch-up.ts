import { activityPending } from '#server/activity/index.ts';
import { reducePending, storeTopology } from '#server/reduce/index.ts';
import { openStore, StoreLocked } from '#server/store/index.ts';
import { loadConfig } from '../config/index.ts';
import { readEnrichment } from '../enrichment.ts';

/**
 * Brings the tables that are computed from Flows up to date where no server does: `weir ingest` leaves that to the first who asks. Returns a
 * sentence when it could not; the answer then lacks the newest rows.
 */
export async function catchUp(folder: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { config } = loadConfig(undefined, folder);
    const clock = () => Date.now() * 1000;
    const store = await openStore({ folder, clock });
    try {
      const enrichment = readEnrichment(config, folder);
      await storeTopology({ store, clock, enrichment });
      await reducePending({
        store,
        clock,
        signal,
        enrichment,
        intervalMicros: config.reduction.interval * 1000,
      });
      await activityPending({ store, signal, enrichment });
    } finally {
      await store.close();
    }
    return undefined;
  } catch (error) {
    // Whoever writes there, a server or another `weir`, reduces as well.
    if (error instanceof StoreLocked) return undefined;
    signal.throwIfAborted();
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    return `reduced tables may lack the newest rows: ${why}`;
  }
}
