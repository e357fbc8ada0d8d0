import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { demoFiles, demoKnowledge, lastFullHour } from '#core/demo/index.ts';
import { CommandError, UsageError } from '../command.ts';
import type { Config } from '../config/index.ts';

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
export function prepareDemo(folder: string, config: Config, anchor: number | undefined): Config {
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
  if (kept === undefined) writeDemo(home, logs, anchor ?? lastFullHour(Date.now()), stamp);
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

function writeDemo(home: string, logs: string, anchor: number, stamp: string): void {
  // Written aside and renamed at the end: a start that was interrupted leaves no half of a demo.
  const aside = `${logs}.new`;
  rmSync(aside, { recursive: true, force: true });
  rmSync(logs, { recursive: true, force: true });
  for (const { path, text } of demoFiles(anchor)) {
    const file = join(aside, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  renameSync(aside, logs);
  writeFileSync(join(home, 'networks.yaml'), demoKnowledge.networks());
  writeFileSync(join(home, 'bad-addresses.txt'), demoKnowledge.badAddresses());
  writeFileSync(stamp, String(anchor));
}
