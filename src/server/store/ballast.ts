import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sizeOf } from './disk.ts';
import { BALLAST_FILE } from './layout.ts';

/**
 * Room that is set aside for weir.db: a disk filled by somebody else must not keep us from writing down what we delete.
 * It is given up when a transaction finds no room, and taken again once there is plenty.
 */
export interface Ballast {
  /** True when there was some to give up. */
  drop(): boolean;
  /** Takes it again, unless it is there or does not fit. */
  restore(): void;
}

const CHUNK = 64 * 1024;

export function createBallast(folder: string, sizeBytes: number): Ballast {
  const path = join(folder, BALLAST_FILE);
  const drop = () => {
    const wasThere = sizeOf(path) !== undefined;
    rmSync(path, { force: true });
    return wasThere;
  };
  return {
    drop,
    restore() {
      if (sizeBytes === 0 || sizeOf(path) === sizeBytes) return;
      drop();
      // Not zeros, and not a hole: some file systems store neither.
      const chunk = new Uint8Array(CHUNK);
      for (let i = 0; i < CHUNK; i++) chunk[i] = (Math.imul(i, 0x9e3779b1) >>> 13) & 0xff;
      const file = openSync(path, 'wx', 0o600);
      try {
        for (let done = 0; done < sizeBytes; )
          done += writeSync(file, chunk, 0, Math.min(CHUNK, sizeBytes - done));
      } catch {
        // No room for room: weir.db has to do without until there is.
        drop();
      } finally {
        closeSync(file);
      }
    },
  };
}
