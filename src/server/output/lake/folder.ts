import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DeliveryFailure } from '../failure.ts';
import type { Lake } from './lake.ts';

/** A folder: a file is written as `.tmp` beside its place, synced and renamed. */
export const openFolderLake = (folder: string): Lake => ({
  async put(name, bytes, signal) {
    signal.throwIfAborted();
    try {
      await place(bytes, join(folder, name));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new DeliveryFailure('later', `${folder} cannot be written to: ${why}`, {
        advice: 'Check the folder, its permissions and its room.',
        cause: error,
      });
    }
  },
});

async function place(bytes: Uint8Array, to: string): Promise<void> {
  const unfinished = `${to}.tmp`;
  await mkdir(dirname(to), { recursive: true });
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, to);
  const folder = await open(dirname(to));
  await folder.sync();
  await folder.close();
}
