import { statfsSync, statSync } from 'node:fs';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { isDatabaseFull } from './sqlite.ts';

/** What is known of a file once it is durably written. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly crc32: number;
}

/** The few operations on files that the commit protocol is made of. Tests hand in one that fails or dies. */
export interface Disk {
  /** Creates a file that must not exist, writes it whole and fsyncs it. */
  write(path: string, bytes: Uint8Array): Promise<FileFacts>;
  /** Fsyncs a file that another tool wrote, and measures it. */
  sync(path: string): Promise<FileFacts>;
  rename(from: string, to: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
  /** Makes a folder and its parents up to `root`, which exists; their names are durable afterwards. */
  makeFolder(path: string, root: string): Promise<void>;
  /** Removes a file; no error when there is none. */
  remove(path: string): Promise<void>;
  /** Bytes that this user may still write to the file system of `folder`. */
  freeBytes(folder: string): number;
}

const CHUNK = 4 * 1024 * 1024;

export const realDisk: Disk = {
  async write(path, bytes) {
    const file = await open(path, 'wx', 0o640);
    try {
      let sum = 0;
      for (let at = 0; at < bytes.length; at += CHUNK) {
        const chunk = bytes.subarray(at, at + CHUNK);
        sum = crc32(chunk, sum);
        for (let done = 0; done < chunk.length; )
          done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
      }
      await file.sync();
      return { sizeBytes: bytes.length, crc32: sum };
    } finally {
      await file.close();
    }
  },

  async sync(path) {
    const facts = await measure(path);
    const file = await open(path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    return facts;
  },

  rename,

  async syncFolder(path) {
    // Windows cannot open a folder; NTFS journals names by itself.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },

  async makeFolder(path, root) {
    await mkdir(path, { recursive: true, mode: 0o750 });
    // One that exists already may have been made by a process that died before this.
    for (let inner = path; inner.length > root.length; inner = dirname(inner))
      await this.syncFolder(dirname(inner));
  },

  async remove(path) {
    try {
      await unlink(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },

  freeBytes(folder) {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
};

/** Size and checksum of a file as it is on disk now. */
export async function measure(path: string): Promise<FileFacts> {
  const file = await open(path, 'r');
  try {
    const chunk = new Uint8Array(CHUNK);
    let sum = 0;
    let sizeBytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return { sizeBytes, crc32: sum };
      sum = crc32(chunk.subarray(0, bytesRead), sum);
      sizeBytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/** The disk, or this user's share of it, is full. */
export const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes(codeOf(error)) || isDatabaseFull(error);

/** Size of a file, or undefined when there is none. */
export function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
