import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const home = join(import.meta.dirname, '..');

export interface CommandRun {
  readonly seconds: number;
  /** Most memory resident at once, MiB; null where the system does not tell. */
  readonly peakMiB: number | null;
  readonly stdout: string;
}

/** Runs `./weir …` as a whole process; throws with what it said when it fails. */
export async function runWeir(...args: readonly string[]): Promise<CommandRun> {
  const started = performance.now();
  const child = spawn(join(home, 'weir'), args, { cwd: home });
  let stdout = '';
  let stderr = '';
  let peakMiB: number | null = null;
  child.stdout.on('data', (text) => {
    stdout += String(text);
  });
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  // The high-water mark only grows: the last reading before the end is the peak.
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakMiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    } catch {
      // No /proc here, or the process has just ended.
    }
  }, 20);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`weir ${args.join(' ')} ended with ${code}: ${stderr}`);
  return { seconds: (performance.now() - started) / 1000, peakMiB, stdout };
}
