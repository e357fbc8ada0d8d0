/** One flag of a command. `value` names what follows it; a flag without one is a switch. */
export interface Flag {
  readonly name: string;
  /** For the usage text, in capitals: `DIR`, `FILE`. Absent for switches. */
  readonly value?: string;
  /** One phrase that completes "--name: …". */
  readonly meaning: string;
  /** The only values accepted. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly isMany?: true;
}

/** What a person typed, checked against the command's declaration. */
export interface Invocation {
  readonly arguments: readonly string[];
  /** The value of a flag; undefined when it was not given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  isSet(name: string): boolean;
}

/** What a command may touch of the process it runs in; tests hand in their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly isTerminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** Columns of the terminal; 0 when there is none. */
  readonly width: number;
  /** Aborted when a person presses Ctrl-C, the service manager says stop, or nobody reads the output any more. */
  readonly signal: AbortSignal;
}

/** 0 done, 1 failed, 2 wrong usage. Scripts depend on it. */
export type ExitCode = 0 | 1 | 2;
export type Run = (invocation: Invocation, around: Surroundings) => Promise<ExitCode>;

/** One verb of `weir`. */
export interface Command {
  readonly name: string;
  /** What follows the flags, as the usage text shows it: `PATH…`. */
  readonly takes?: { readonly name: string; readonly min: number; readonly max: number };
  /** One sentence. */
  readonly summary: string;
  /** What a person should know beyond the flags; sentences. */
  readonly notes: readonly string[];
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** Loads the code only when the command runs, so that every command starts fast. */
  load(): Promise<{ readonly run: Run }>;
}

/** Something went wrong that the person at the terminal can act on: printed without a stack, exit code 1. */
export class CommandError extends Error {
  /** What to do next; a sentence. */
  readonly advice: string;

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CommandError';
    this.advice = advice;
  }
}

/** The command was called in a way it does not understand: exit code 2. */
export class UsageError extends CommandError {
  constructor(message: string, advice: string) {
    super(message, advice);
    this.name = 'UsageError';
  }
}
