import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readWarningList, type WarningList } from '#core/intel/index.ts';
import type { WarningListSettings } from '../settings.ts';

/** The warning lists of the configuration. Throws with the name of one that cannot be read. */
export function loadWarningLists(settings: readonly WarningListSettings[]): readonly WarningList[] {
  return settings.map(({ path, class: given }) => {
    try {
      return readWarningList(readFileSync(path, 'utf8'), basename(path), given);
    } catch (error) {
      throw new Error(`the warning list ${path} cannot be read`, { cause: error });
    }
  });
}
