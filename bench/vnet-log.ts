import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface VnetLog {
  readonly file: string;
  /** What is truly in it. */
  readonly tuples: number;
  readonly bytes: number;
  readonly packets: number;
}

/** Generators of VNet logs, the first that exists is used: the one figures are compared on, else our own. */
const GENERATORS = [
  process.env['WEIR_BENCH_GENERATOR'] ?? '',
  join(import.meta.dirname, '..', '..', 'shared', 'bench', 'gen-vnet.mjs'),
  join(import.meta.dirname, 'gen-vnet.mjs'),
];

/** Writes a VNet flow log of at least so many tuples. */
export function writeVnetLog(file: string, tuples: number): VnetLog {
  const generator = GENERATORS.find((path) => path !== '' && existsSync(path));
  if (!generator) throw new Error('no generator of VNet logs');
  const done = spawnSync(process.execPath, [generator, String(tuples), file], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return { file, ...(JSON.parse(done.stdout) as Omit<VnetLog, 'file'>) };
}
