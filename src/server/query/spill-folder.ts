import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^query-(\d+)-/;

/**
 * Makes a folder for temporary files of this process: below `parent`, inside the disk budget of DATA, or in the system's
 * folder where a person may only read DATA. Removes those of processes that died without doing so.
 */
export function makeSpillFolder(parent: string | undefined): string {
  if (parent !== undefined)
    try {
      mkdirSync(parent, { recursive: true });
      for (const name of readdirSync(parent)) {
        const pid = Number(NAME.exec(name)?.[1] ?? Number.NaN);
        if (pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
      }
      return mkdtempSync(join(parent, `query-${process.pid}-`));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw error;
    }
  return mkdtempSync(join(tmpdir(), `weir-query-${process.pid}-`));
}

/** True also for a process of another user, which may not be signalled. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
