import { parseArgs } from 'node:util';
import { didYouMean } from '#core/base/index.ts';
import {
  type Command,
  CommandError,
  type ExitCode,
  type Invocation,
  type Surroundings,
  UsageError,
} from './command.ts';
import { printOverview, printSynopsis, printUsage } from './usage.ts';

/**
 * Finds the command that was typed, checks its flags, runs it, and turns what it throws into a message and an exit
 * code. Errors go to stderr and say what to do next; a defect of Weir itself is printed with its stack.
 */
export async function runCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  version: string,
  around: Surroundings,
): Promise<ExitCode> {
  try {
    const [first, ...rest] = argv;
    if (first === undefined) {
      around.stderr.write(printOverview(commands));
      return 2;
    }
    if (first === '--version' || first === '-v' || first === 'version') {
      around.stdout.write(`weir ${version}\n`);
      return 0;
    }
    if (first === '--help' || first === '-h' || first === 'help')
      return printHelp(commands, rest, around);
    const command = findCommand(commands, first);
    if (rest.includes('--help') || rest.includes('-h')) {
      around.stdout.write(printUsage(command));
      return 0;
    }
    const invocation = parseInvocation(command, rest);
    const { run } = await command.load();
    return await run(invocation, around);
  } catch (error) {
    if (around.signal.aborted && isAbort(error, around.signal)) return 1;
    around.stderr.write(printError(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** `weir: what happened` and, below it, what to do next. */
export function printError(error: unknown): string {
  if (error instanceof CommandError)
    return `weir: ${error.message}\n${error.advice ? `  ${error.advice}\n` : ''}`;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `weir: an error inside Weir: ${text}\n  Please report this together with the command that was run.\n`;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function printHelp(
  commands: readonly Command[],
  rest: readonly string[],
  around: Surroundings,
): ExitCode {
  const [name] = rest;
  around.stdout.write(
    name === undefined ? printOverview(commands) : printUsage(findCommand(commands, name)),
  );
  return 0;
}

function findCommand(commands: readonly Command[], name: string): Command {
  const found = commands.find((c) => c.name === name);
  if (found) return found;
  const near = didYouMean(
    name,
    commands.map((c) => c.name),
    (s) => `\`weir ${s}\``,
  );
  throw new UsageError(`there is no command ${name}`, near || '`weir help` lists the commands.');
}

/** Checks flags and arguments against the declaration; every disagreement throws UsageError. */
export function parseInvocation(command: Command, argv: readonly string[]): Invocation {
  const see = `\`weir help ${command.name}\` shows its flags.`;
  const options = Object.fromEntries(
    command.flags.map((f) => [
      f.name,
      { type: f.value ? ('string' as const) : ('boolean' as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = command.flags.find((f) => f.name === token.name);
    if (!flag) {
      const names = command.flags.map((f) => f.name);
      throw new UsageError(
        `weir ${command.name} has no flag ${token.rawName}`,
        didYouMean(token.name, names, (s) => `--${s}`) || see,
      );
    }
    if (flag.value && token.value === undefined)
      throw new UsageError(`--${flag.name} needs a value: ${flag.value}`, see);
    if (!flag.value && token.value !== undefined)
      throw new UsageError(`--${flag.name} is a switch and takes no value`, see);
    if (flag.choices && !flag.choices.includes(token.value ?? ''))
      throw new UsageError(
        `--${flag.name} cannot be ${token.value}`,
        didYouMean(token.value ?? '', flag.choices) || `It is one of ${flag.choices.join(', ')}.`,
      );
    const values = given.get(flag.name) ?? [];
    if (values.length > 0 && !flag.isMany)
      throw new UsageError(`--${flag.name} is given twice`, 'Give it once.');
    given.set(flag.name, [...values, token.value ?? '']);
  }
  const { min, max } = command.takes ?? { min: 0, max: 0 };
  if (args.length < min)
    throw new UsageError(
      `weir ${command.name} needs ${command.takes?.name}`,
      `usage: ${printSynopsis(command)}`,
    );
  if (args.length > max)
    throw new UsageError(
      `weir ${command.name} does not know what to do with ${args[max]}`,
      `usage: ${printSynopsis(command)}`,
    );
  return {
    arguments: args,
    value: (name) => given.get(name)?.[0],
    values: (name) => given.get(name) ?? [],
    isSet: (name) => given.has(name),
  };
}
