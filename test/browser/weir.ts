import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const home = join(import.meta.dirname, '..', '..');
const READY_MS = 40_000;

export interface StartedWeir {
  readonly url: string;
  /** The link that logs in once. */
  readonly link: string;
  stop(): Promise<void>;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

/** The link that the server prints once it listens; rejects with what it printed in place of it. */
function linkFrom(child: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`weir serve ${what}:\n${printed}`));
    const timer = setTimeout(() => fail('printed no link'), READY_MS);
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /https?:\S+#token=[\w-]+/.exec(printed);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
}

/**
 * Starts `./weir serve` on a fresh folder, which may be prepared, and a free port. One that does not come up is stopped, and
 * rejects with what it printed.
 */
export async function startWeir(
  flags: readonly string[] = [],
  prepare: (folder: string) => Promise<void> = async () => {},
): Promise<StartedWeir> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-browser-'));
  await prepare(folder);
  const child = spawn(
    join(home, 'weir'),
    ['serve', '--data', folder, '--listen', '127.0.0.1:0', ...flags],
    { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const stop = async () => {
    // The launcher and what it started are one process group.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const link = await linkFrom(child);
    return { url: new URL(link).origin, link, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
