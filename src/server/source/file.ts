import { createReadStream, type Stats } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { openContent } from './content.ts';
import { type Found, followByPolling } from './follow.ts';
import { HealthLog } from './health.ts';
import { forbidden, openRawFile } from './raw-file.ts';
import { type InputObject, type ReadFrom, type Source, SourceError } from './source.ts';
import { createStreamObject } from './stream.ts';
import { GZIP_TRAILER_BYTES, packingOf, parseGzipTrailer } from './unpack.ts';
import { Walker } from './walk.ts';

export interface FileSourceOptions {
  /** A file or a folder; made absolute. */
  readonly path: string;
  /** Default: `file:` or `folder:` and the path. */
  readonly name?: string;
  /** Milliseconds between the beginnings of two passes; at most 2000, which is the default. */
  readonly pollMs?: number;
  /** µs; for tests. */
  readonly clock?: () => number;
}

const MAX_POLL_MS = 2000;
/** An archive is taken when it has not changed for this long, or between two passes: archives do not grow, copies do. */
const SETTLE_MS = 5000;
/** An archive that never rests is taken all the same, as something that grows; once a minute, since it is unpacked anew. */
const MAX_WAIT_MS = 60_000;

/**
 * A file, or all files below a folder. Hidden and temporary ones are passed over and counted. When followed, archives
 * are handed out once they have stopped changing, other files at once and again each time they change.
 */
export function createFileSource(options: FileSourceOptions): Source {
  const path = resolve(options.path);
  const name = options.name ?? `folder:${path}`;
  const clock = options.clock ?? (() => Date.now() * 1000);
  const walker = new Walker(path);
  const health = new HealthLog(clock, null, (state, log) => say(path, state, log));

  async function pass(signal: AbortSignal) {
    health.forgetSkipped();
    const files = await walker.walk(signal, (reason, skipped) => health.skip(reason, skipped));
    return files.filter(({ path: file, stats }) => {
      if (stats.size === 0) health.skip('empty', file);
      return stats.size > 0;
    });
  }

  return {
    name,
    kind: 'file',
    async *list(signal) {
      const stats = await statRoot(path);
      if (stats.isFIFO() || stats.isCharacterDevice()) {
        yield createStreamObject({ source: name, name: path, open: () => createReadStream(path) });
        return;
      }
      const files = await pass(signal);
      health.succeed(files.length);
      for (const file of files) {
        const object = createFileObject(name, file.path, file.stats, true);
        health.noteChange(object.modifiedAt);
        yield object;
      }
    },
    follow(handler, signal, followOptions) {
      const polled = {
        pollMs: Math.min(options.pollMs ?? MAX_POLL_MS, MAX_POLL_MS),
        async pass() {
          await statRoot(path);
          const files = await pass(signal);
          return {
            found: files.map((file) => toFound(name, file.path, file.stats)),
            isWhole: true,
          };
        },
      };
      return followByPolling(polled, health, handler, signal, followOptions);
    },
    health: () => health.get(),
  };
}

async function statRoot(path: string): Promise<Stats> {
  try {
    const stats = await stat(path);
    await access(path, constants.R_OK);
    return stats;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT')
      throw new SourceError(`There is no file or folder ${path}. Check the path.`, {
        cause: error,
      });
    if (code === 'EACCES' || code === 'EPERM') throw forbidden(path, error);
    throw error;
  }
}

/** One file. `stats` as of when it was listed. */
export function createFileObject(
  source: string,
  path: string,
  stats: Stats,
  isFinal: boolean,
): InputObject {
  return {
    source,
    name: path,
    sizeBytes: stats.size,
    modifiedAt: Math.floor(stats.mtimeMs * 1000),
    hasIdentity: true,
    isFinal,
    stamp: stampOf(stats),
    lineage: `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`,
    open: (from: ReadFrom, signal: AbortSignal, limit?: number) =>
      openContent(() => openRawFile(path), from, signal, limit),
    extent: (signal) => extentOf(path, signal),
  };
}

const stampOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string =>
  `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;

async function extentOf(path: string, signal: AbortSignal) {
  const raw = await openRawFile(path);
  try {
    const packing = packingOf(await raw.magic(signal));
    const size = raw.size ?? 0;
    if (packing === 'none') return { size, crc: null };
    if (packing !== 'gzip' || size < GZIP_TRAILER_BYTES) return null;
    const trailer = raw.read(size - GZIP_TRAILER_BYTES, signal);
    for await (const bytes of trailer ?? []) return parseGzipTrailer(bytes);
    return null;
  } finally {
    await raw.close();
  }
}

function toFound(source: string, path: string, stats: Stats): Found {
  return {
    name: path,
    stamp: stampOf(stats),
    async open({ isSettled, waitedMs }, signal) {
      const isArchive = await isPacked(path, signal);
      const isStill = isSettled || Date.now() - stats.mtimeMs >= SETTLE_MS;
      if (isArchive && !isStill && waitedMs < MAX_WAIT_MS) return 'wait';
      return createFileObject(source, path, stats, isArchive && isStill);
    },
  };
}

async function isPacked(path: string, signal: AbortSignal): Promise<boolean> {
  const raw = await openRawFile(path);
  try {
    return packingOf(await raw.magic(signal)) !== 'none';
  } finally {
    await raw.close();
  }
}

function say(path: string, state: string, log: HealthLog): string {
  if (state === 'waiting')
    return `No files below ${path} yet. Put flow logs there; they are found within seconds.`;
  if (state !== 'error') return `${log.objects} files below ${path}, looked at every two seconds.`;
  const [first] = log.failing.values();
  if (log.isPassFailing || !first) return log.lastError?.message ?? `${path} cannot be read.`;
  return `${log.failing.size} of ${log.objects} files cannot be read, for example ${first} They are tried again.`;
}
