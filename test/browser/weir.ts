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

/**
 * Starts `./weir serve` on a fresh folder, which may be prepared, and a free port; rejects with what it printed when it does
 * not come up.
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
    {
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let printed = '';
  const link = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`weir serve printed no link:\n${printed}`)),
      READY_MS,
    );
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /https?:\S+#token=[\w-]+/.exec(printed);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`weir serve ended with ${code}:\n${printed}`)));
  });
  return {
    url: new URL(link).origin,
    link,
    async stop() {
      // The launcher and what it started are one process group.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      await ended(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
