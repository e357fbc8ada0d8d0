import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { lastFullHour } from '#core/demo/index.ts';
import { CommandError, UsageError } from '../command.ts';
import type { Config } from '../config/index.ts';
import type { DemoRequest } from './demo-writer.ts';

/** The anchor as milliseconds; throws a UsageError for what is no instant. */
export function parseAnchor(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new UsageError(
      `--demo-anchor cannot be ${text}`,
      'Write an instant, for example 2026-03-04T10:00:00Z.',
    );
  return lastFullHour(at);
}

/**
 * Writes the demo's files under DATA/demo, once, and gives the configuration that reads them like anybody's.
 * A folder that holds the demo already keeps it, unless another anchor is asked for in words.
 */
export async function prepareDemo(
  folder: string,
  config: Config,
  anchor: number | undefined,
): Promise<Config> {
  const home = join(folder, 'demo');
  const logs = join(home, 'logs');
  const stamp = join(home, 'anchor');
  const kept = existsSync(stamp) ? Number(readFileSync(stamp, 'utf8')) : undefined;
  if (kept === undefined && existsSync(join(folder, 'weir.db')))
    throw new CommandError(
      `${folder} holds data of its own`,
      'Show the demo from an empty folder: weir serve --demo --data ./demo',
    );
  if (kept !== undefined && anchor !== undefined && kept !== anchor)
    throw new CommandError(
      `${folder} holds the demo of another anchor`,
      'Give another folder with --data, or leave --demo-anchor out.',
    );
  if (kept === undefined) await writeApart(home, anchor ?? lastFullHour(Date.now()));
  const source: Config['sources'][number] = {
    kind: 'folder',
    name: 'demo',
    path: logs,
    poll: 2000,
  };
  return {
    ...config,
    sources: [...config.sources, source],
    topology: [...config.topology, join(home, 'networks.yaml')],
    indicators: [...config.indicators, join(home, 'bad-addresses.txt')],
  };
}

/** Writes in a thread of its own: what making a day of traffic takes of memory goes with it. */
async function writeApart(home: string, anchor: number): Promise<void> {
  const thread = new Worker(new URL('./demo-writer.ts', import.meta.url), {
    workerData: { home, anchor } satisfies DemoRequest,
  });
  await new Promise<void>((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', () => resolve());
  });
}
