import { join, resolve } from 'node:path';
import type { Run } from '../command.ts';
import { printProblems, readConfig, readText } from '../config/index.ts';
import { findDataFolder } from '../data-folder.ts';

/** `weir validate`: every error of a configuration at once. */
export const run: Run = async (invocation, around) => {
  const named = invocation.value('config');
  const file =
    named === undefined
      ? join(findDataFolder(invocation, around).path, 'weir.yaml')
      : resolve(named);
  const text = readText(file, named !== undefined);
  const { config, problems } = readConfig(text ?? '');
  if (!config) {
    around.stderr.write(
      `weir: ${file} has ${problems.length} error${problems.length === 1 ? '' : 's'}\n`,
    );
    around.stderr.write(`${printProblems(problems, file)}\n`);
    return 1;
  }
  if (invocation.isSet('print')) around.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
  else if (text === undefined) around.stdout.write(`${file} does not exist: every default holds\n`);
  else around.stdout.write(`${file} is valid\n`);
  return 0;
};
