import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, type Invocation, type Surroundings } from './command.ts';

/** Where the data lives, and how that was decided. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** The words a person used: for messages. */
  readonly from: '--data' | 'WEIR_DATA' | 'default';
  readonly exists: boolean;
}

/** `--data`, else WEIR_DATA, else ./data. */
export function findDataFolder(invocation: Invocation, around: Surroundings): DataFolder {
  const flag = invocation.value('data');
  const variable = around.env['WEIR_DATA'];
  const path = resolve(flag ?? (variable || 'data'));
  const from = flag !== undefined ? '--data' : variable ? 'WEIR_DATA' : 'default';
  return { path, from, exists: existsSync(path) };
}

/** As findDataFolder, for commands that read what is there. Throws CommandError when nothing is. */
export function needDataFolder(invocation: Invocation, around: Surroundings): DataFolder {
  const folder = findDataFolder(invocation, around);
  if (folder.exists) return folder;
  throw new CommandError(
    `there is no data in ${folder.path}`,
    folder.from === 'default'
      ? 'Load some with `weir ingest PATH`, or name the folder with --data or WEIR_DATA.'
      : 'Check the path; `weir ingest PATH --data DIR` creates the folder and fills it.',
  );
}
