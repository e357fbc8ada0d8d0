import type { Micros } from '#core/base/index.ts';
import type { Segment, StoreReader } from '#server/store/index.ts';

/** What was stored of a table since the last look. Both ends included, µs. */
export interface Fresh {
  readonly table: string;
  readonly events: { readonly from: Micros; readonly to: Micros };
}

/**
 * Tells what is new in tables whose rows are replaced by others, so that they cannot be followed row by row. What was
 * committed since counts, but for rows that merging wrote again: where rows say when they were stored, that tells.
 */
export function createFreshness(
  store: Pick<StoreReader, 'segments' | 'version' | 'tables'>,
  isWanted: (table: string) => boolean,
) {
  const versions = new Map<string, number>();
  const committed = new Map<string, Micros>();
  const ingested = new Map<string, Micros>();

  function look(table: string): readonly Fresh[] {
    const version = store.version(table);
    if (versions.get(table) === version) return [];
    versions.set(table, version);
    const since = committed.get(table);
    const segments = store.segments({ table });
    const newest = segments.reduce((most, s) => Math.max(most, s.committedAt), since ?? 0);
    committed.set(table, newest);
    const before = ingested.get(table) ?? 0;
    ingested.set(
      table,
      segments.reduce((most, s) => Math.max(most, s.ranges['IngestionTime']?.[1] ?? 0), before),
    );
    if (since === undefined) return [];
    return segments
      .filter((s) => s.committedAt > since && isNew(s, before))
      .flatMap((s) => tell(s) ?? []);
  }

  const tables = () => store.tables().filter(isWanted);

  return {
    /** Takes what is there now as known. */
    start(): void {
      for (const table of tables()) look(table);
    },
    /** What came since the last call; a table seen for the first time is new as a whole. */
    take(): readonly Fresh[] {
      const found: Fresh[] = [];
      for (const table of tables()) {
        if (!committed.has(table)) committed.set(table, 0);
        found.push(...look(table));
      }
      return found;
    },
  };
}

const isNew = (segment: Segment, before: Micros) => {
  const stored = segment.ranges['IngestionTime'];
  return stored === undefined || stored[1] > before;
};

function tell(segment: Segment): Fresh | undefined {
  const events = segment.ranges['TimeGenerated'];
  if (!events) return undefined;
  return { table: segment.table, events: { from: events[0], to: events[1] } };
}
