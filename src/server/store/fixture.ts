import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MICROS_PER_DAY, printDay } from '#core/base/index.ts';
import { openStore, type WriteOptions } from './open.ts';
import type { Checkpoint, SegmentDraft, Store } from './store.ts';

/** 2026-03-04T00:00:00Z, µs. */
export const DAY_0 = Date.UTC(2026, 2, 4) * 1000;

/** In memory where there is such a place: fsync costs nothing there. */
export const FAST_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export function tempFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'weir-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store that is closed when the test ends. */
export async function openTestStore(
  folder: string,
  more: Partial<WriteOptions> = {},
): Promise<Store> {
  const store = await openStore({ folder, clock: () => Date.now() * 1000, ...more });
  onTestFinished(() => store.close());
  return store;
}

/** A draft of Flows whose bytes are not Parquet: enough where nobody reads the rows. */
export function draftOf(
  more: Partial<SegmentDraft> & { readonly dayNumber?: number } = {},
): SegmentDraft {
  const { dayNumber = 0, ...rest } = more;
  const start = DAY_0 + dayNumber * MICROS_PER_DAY;
  return {
    table: 'Flows',
    day: printDay(start),
    rows: 10,
    ranges: { TimeGenerated: [start, start + 1000] },
    isSorted: false,
    content: { bytes: new TextEncoder().encode('some bytes') },
    ...rest,
  };
}

export function checkpointOf(position: number, from?: number, identity = 'input-1'): Checkpoint {
  const checkpoint = {
    identity,
    source: 'files',
    object: 'a.json',
    position,
    state: { blocks: position },
  };
  return from === undefined ? checkpoint : { ...checkpoint, from };
}
