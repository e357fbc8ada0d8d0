import { DeliveryFailure } from '../failure.ts';
import type { ReceiverDeps } from '../receiver.ts';
import type { ParquetSettings } from '../settings.ts';
import { openAzureLake } from './azure-blob.ts';
import { openFolderLake } from './folder.ts';

/** A place of files that others read while we write. */
export interface Lake {
  /**
   * Puts a file at its name (`Flows/day=2026-03-04/x.parquet`): nobody sees a part of it. The name stands for the content, so
   * putting it again makes no second file. Throws DeliveryFailure. Obeys the signal.
   */
  put(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** The place that the settings name; nothing is opened yet. */
export function openLake(settings: ParquetSettings, deps: ReceiverDeps): Lake {
  const { folder, container } = settings;
  if (folder !== undefined) return openFolderLake(folder);
  if (container !== undefined) return openAzureLake({ ...settings, container }, deps);
  throw new DeliveryFailure('setting', `the output ${settings.name} names no place for its files`, {
    advice: 'Give it a folder or a container.',
  });
}
