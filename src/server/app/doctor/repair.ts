import { openDataStore } from '../data-store.ts';

/** What a repair changed. */
export interface Repaired {
  /** Segments that queries go on without. */
  readonly hidden: number;
  /** Segments that are whole again. */
  readonly shown: number;
}

/**
 * Hides segments whose files are missing or damaged from queries, and shows those that are whole again. Reads every byte.
 * Needs the data folder for itself: throws CommandError while a server runs.
 */
export async function repair(folder: string): Promise<Repaired> {
  const store = await openDataStore(folder);
  try {
    const faults = await store.check({ isDeep: true });
    const ids = (isHealed: boolean) =>
      faults
        .filter((fault) => (fault.code === 'segment-healed') === isHealed)
        .flatMap((fault) => fault.segmentId ?? []);
    // One that is hidden already is found again by each check, and stays hidden.
    const hidden = ids(false);
    const shown = ids(true);
    if (hidden.length > 0) store.setDamaged(hidden, true);
    if (shown.length > 0) store.setDamaged(shown, false);
    return { hidden: hidden.length, shown: shown.length };
  } finally {
    await store.close();
  }
}
