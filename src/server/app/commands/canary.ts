import { type CanaryAnswer, ROUTES } from '#core/contract/index.ts';
import { findServer } from '#server/store/index.ts';
import { CommandError, type Run, type Surroundings, UsageError } from '../command.ts';
import { parseDuration } from '../config/index.ts';
import { needDataFolder } from '../data-folder.ts';
import { callServer } from '../server-call.ts';

const LONGEST_MS = 600_000;

/** `weir canary`: sends a marked event through the running server to the receivers; fails when it does not arrive. */
export const run: Run = async (invocation, around) => {
  const timeoutMs = readTimeout(invocation.value('timeout'));
  const names = invocation.values('output');
  const folder = needDataFolder(invocation, around);
  const server = findServer(folder.path);
  if (!server)
    throw new CommandError(
      `no server runs on ${folder.path}, so nothing can arrive`,
      'Start it with `weir serve`, or name its folder with --data.',
    );
  const answer = await callServer(server, ROUTES.canary, {
    timeoutSeconds: timeoutMs / 1000,
    ...(names.length === 0 ? {} : { outputs: names }),
  });
  if (invocation.isSet('json') || !around.isTerminal.stdout)
    around.stdout.write(`${JSON.stringify(answer)}\n`);
  else print(answer, around);
  if (answer.ok) return 0;
  for (const { hop, ok, says, hint } of answer.hops)
    if (!ok) around.stderr.write(`weir: ${hop}: ${says}\n${hint === '' ? '' : `  ${hint}\n`}`);
  return 1;
};

function readTimeout(text: string | undefined): number {
  const ms = text === undefined ? 60_000 : parseDuration(text);
  if (ms !== undefined && ms >= 1000 && ms <= LONGEST_MS) return ms;
  throw new UsageError(`--timeout cannot be ${text}`, 'Write a time from 1s to 10m, such as 30s.');
}

function print({ hops, marker }: CanaryAnswer, around: Surroundings): void {
  around.stdout.write(`canary  ${marker}\n`);
  for (const { hop, ok, ms, says } of hops)
    around.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${hop} (${ms} ms): ${says}\n`);
}
