import { CommandError, type Invocation, type Run, type Surroundings } from '../command.ts';
import { type Config, loadConfig } from '../config/index.ts';
import { findDataFolder, needDataFolder } from '../data-folder.ts';
import { CHECKS, type Check, type CheckContext, type Finding } from '../doctor/index.ts';
import { repair } from '../doctor/repair.ts';

/** `weir doctor`: looks at everything that has to be right; exit code 1 when something is not. */
export const run: Run = async (invocation, around) => {
  const folder = findDataFolder(invocation, around);
  if (invocation.isSet('repair')) {
    const { hidden, shown } = await repair(needDataFolder(invocation, around).path);
    around.stderr.write(`weir: segments hidden from queries: ${hidden}; shown again: ${shown}\n`);
  }
  const context: CheckContext = {
    folder,
    ...readConfigGently(invocation, around, folder.path),
    env: around.env,
    now: Date.now() * 1000,
    isDeep: invocation.isSet('deep'),
  };
  const isJson = invocation.isSet('json') || !around.isTerminal.stdout;
  let hasFailed = false;
  for (const check of CHECKS) {
    around.signal.throwIfAborted();
    for (const finding of await look(check, context)) {
      hasFailed ||= finding.state === 'fail';
      around.stdout.write(
        isJson
          ? `${JSON.stringify({ check: check.name, ...finding })}\n`
          : printFinding(check.name, finding),
      );
    }
  }
  return hasFailed ? 1 : 0;
};

function readConfigGently(
  invocation: Invocation,
  around: Surroundings,
  data: string,
): { config: Config | undefined; configFile: string | undefined } {
  try {
    const { config, file } = loadConfig(invocation.value('config'), data);
    return { config, configFile: file };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    around.stderr.write(`weir: ${error.message}\n`);
    return { config: undefined, configFile: invocation.value('config') };
  }
}

async function look(check: Check, context: CheckContext): Promise<readonly Finding[]> {
  try {
    return await check.look(context);
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return [
      {
        state: 'fail',
        says,
        next: 'This keeps the check from being made; correct it and run `weir doctor` again.',
      },
    ];
  }
}

function printFinding(name: string, { state, says, next }: Finding): string {
  return `${state.padEnd(5)} ${name.padEnd(9)} ${says}\n${next ? `                → ${next}\n` : ''}`;
}
