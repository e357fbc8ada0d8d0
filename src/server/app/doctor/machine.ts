import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { printInstant } from '#core/base/index.ts';
import { printSize } from '../format.ts';
import { type Check, fail, ok, warn } from './check.ts';

const NEEDED_NODE = 24;

export const node: Check = {
  name: 'node',
  async look() {
    const { versions, platform, arch } = process;
    if (Number(versions.node.split('.')[0]) >= NEEDED_NODE)
      return [ok(`Node ${versions.node} on ${platform} ${arch}`)];
    return [
      fail(
        `Node ${versions.node} is too old`,
        `Start Weir with ./weir, which brings Node ${NEEDED_NODE}.`,
      ),
    ];
  },
};

export const dataFolder: Check = {
  name: 'data',
  async look({ folder }) {
    const path = folder.exists ? folder.path : nearestParent(folder.path);
    try {
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch {
      return [
        fail(
          `${path} cannot be written to`,
          'Give this user the right to, or name another folder with --data.',
        ),
      ];
    }
    if (!folder.exists)
      return [
        warn(`${folder.path} does not exist yet`, '`weir ingest PATH` or `weir serve` makes it.'),
      ];
    return [ok(`${folder.path} can be written to`)];
  },
};

export const disk: Check = {
  name: 'disk',
  async look({ folder, config }) {
    const path = folder.exists ? folder.path : nearestParent(folder.path);
    const { bavail, bsize, ffree, files } = statfsSync(path);
    const free = bavail * bsize;
    const kept = config?.retention.minFree ?? 1e9;
    if (free < kept)
      return [
        fail(
          `only ${printSize(free)} free where ${printSize(kept)} should stay free`,
          'Make room, or keep less: see retention in the configuration.',
        ),
      ];
    if (files > 0 && ffree / files < 0.02)
      return [warn('the file system is running out of inodes', 'Delete small files on it.')];
    if (free < 5 * kept)
      return [
        warn(
          `${printSize(free)} free`,
          'Set retention.budget in the configuration, so that old data makes room in time.',
        ),
      ];
    return [ok(`${printSize(free)} free`)];
  },
};

/** Event times far from now mean that a clock is wrong: this one, or an exporter's. */
const YEAR_2025 = Date.UTC(2025, 0, 1) * 1000;

export const clock: Check = {
  name: 'clock',
  async look({ now }) {
    if (now < YEAR_2025)
      return [
        fail(
          `this machine says that it is ${printInstant(now)}`,
          'Set the clock; NTP keeps it right.',
        ),
      ];
    return [ok(`${printInstant(Math.floor(now / 1e6) * 1e6)}, UTC`)];
  },
};

function nearestParent(path: string): string {
  for (let at = path; ; at = dirname(at))
    try {
      accessSync(at);
      return at;
    } catch {
      if (at === dirname(at)) return at;
    }
}
