import type { QueryService } from '#server/query/index.ts';
import type { Store } from '#server/store/index.ts';
import { parseMicros } from './queries.ts';

/** Only the newest days are looked at; a source that has been silent for longer keeps what was last seen of it. */
const LOOK_BACK = 2 * 86_400_000_000;

/**
 * The event time (µs) of the newest row of each source, by the source's name: rows know their object, and checkpoints
 * know whose object it is. `before` is what an earlier look found.
 */
export async function findNewest(
  store: Store,
  queries: Pick<QueryService, 'query'>,
  before: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const end = store
    .segments({ table: 'Flows' })
    .reduce((most, s) => Math.max(most, s.ranges['TimeGenerated']?.[1] ?? 0), 0);
  const { rows } = await queries.query({
    text: 'Flows | summarize Newest = max(TimeGenerated) by SourceObject',
    timespan: { from: end - LOOK_BACK },
    user: 'status',
  });
  const sourceOf = store.sourcesByObject();
  const newest = new Map(before);
  for (const [object, at] of rows) {
    const source = sourceOf.get(String(object));
    if (source === undefined || typeof at !== 'string') continue;
    newest.set(source, Math.max(newest.get(source) ?? 0, parseMicros(at)));
  }
  return newest;
}
