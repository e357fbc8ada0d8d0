import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findServer } from '#server/store/index.ts';
import { CommandError } from '../command.ts';
import { withAbsolutePaths } from './paths.ts';
import { type ConfigProblem, defaultConfig, readConfig } from './read.ts';
import type { Config } from './schema.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path; undefined when there is no file and all defaults hold. */
  readonly file: string | undefined;
}

/**
 * The file named with --config, else that of the server that runs on DATA, else DATA/weir.yaml when it exists, else the
 * defaults. Relative paths in it are from its
 * folder, so that every command finds the same files wherever it is started. Throws CommandError.
 */
export function loadConfig(named: string | undefined, dataFolder: string): LoadedConfig {
  const file = resolve(named ?? findServer(dataFolder)?.config ?? join(dataFolder, 'weir.yaml'));
  const text = readText(file, named !== undefined);
  if (text === undefined) return { config: defaultConfig(), file: undefined };
  const { config, problems } = readConfig(text);
  if (config) return { config: withAbsolutePaths(config, dirname(file)), file };
  throw new CommandError(
    `${file} has ${problems.length === 1 ? 'an error' : `${problems.length} errors`}\n${printProblems(problems, file)}`,
    'Correct the file; `weir validate --config FILE` checks it again.',
  );
}

/** The text of a file; undefined when it need not exist and does not. */
export function readText(file: string, isNeeded: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && !isNeeded) return undefined;
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : 'cannot be read';
    throw new CommandError(
      `the configuration ${file} ${why}`,
      'Check the path and its permissions.',
      error,
    );
  }
}

/** One line each: `weir.yaml:3: query.timeout: is not …`. */
export function printProblems(problems: readonly ConfigProblem[], file: string): string {
  return problems
    .map(
      (p) =>
        `  ${file}${p.line === undefined ? '' : `:${p.line}`}: ${p.path ? `${p.path}: ` : ''}${p.message}`,
    )
    .join('\n');
}
