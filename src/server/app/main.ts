import { runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands.ts';
import { readVersion } from './version.ts';

const interrupt = new AbortController();
let signals = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    signals += 1;
    // The second signal means that a person no longer wants to wait for a clean end.
    if (signals > 1) process.exit(1);
    interrupt.abort(new Error(`stopped by ${name}`));
  });
// A reader that has seen enough (`| head`) closes the pipe: the command ends early, and that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(COMMANDS, process.argv.slice(2), readVersion(), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isTerminal: { stdout: process.stdout.isTTY === true, stderr: process.stderr.isTTY === true },
  width: process.stdout.isTTY ? process.stdout.columns : 0,
  signal: interrupt.signal,
});
