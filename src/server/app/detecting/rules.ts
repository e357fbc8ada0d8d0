import { join } from 'node:path';
import { createLibrary, type RuleLibrary } from '#server/rules/index.ts';
import type { Config } from '../config/index.ts';

/** Where a person's own rules are. */
export const rulesFolderOf = (dataFolder: string): string => join(dataFolder, 'rules');

/** The rules of a data folder and its configuration; or only those of `folders`, when some are named. */
export function openRules(
  config: Config,
  dataFolder: string,
  folders: readonly string[] = [],
): RuleLibrary {
  const { placeholders } = config.rules;
  if (folders.length > 0) return createLibrary({ folders, withPack: false, placeholders });
  return createLibrary({
    folders: [rulesFolderOf(dataFolder), ...config.rules.folders],
    withPack: config.rules.pack,
    placeholders,
  });
}
