import { type Stats, stat as statCallback } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mapSome } from './map-some.ts';
import type { SkipReason } from './source.ts';

export interface FoundFile {
  readonly path: string;
  readonly stats: Stats;
}

type Skip = (reason: SkipReason, path: string) => void;

interface Listing {
  readonly changed: string;
  /** Names to look at, in order; what is skipped by its name is said each time. */
  readonly names: readonly string[];
  readonly skipped: readonly (readonly [SkipReason, string])[];
}

/** Deeper than any layout of a cloud; a loop of bind mounts ends here. */
const MAX_DEPTH = 40;
const AT_ONCE = 32;
/** A listing may miss names that came within the resolution of the folder's modification time. */
const SETTLE_MS = 3000;

const HIDDEN = /^\./;
/** What editors, browsers and copying tools call files that are not finished. */
const TEMPORARY =
  /^(~\$|#.*#$)|~$|\.(tmp|temp|part|partial|crdownload|download|filepart|inprogress|swp|swx|lock)$/i;

interface Folder {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * Lists files below a folder again and again. A folder is read anew only when its modification time has moved; files
 * and folders are asked for their state each time: about 5 µs each, in the thread pool.
 */
export class Walker {
  readonly #root: string;
  #listings = new Map<string, Listing>();
  /** Listings that the walk under way used: folders that are gone are forgotten with the others. */
  #used = new Map<string, Listing>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * All regular files, through symbolic links too: level by level, a folder's entries by the code units of their names.
   * A folder that several links lead to is taken where it is met first. What cannot be read is told to `skip`. Throws
   * when the root cannot be read.
   */
  async walk(signal: AbortSignal, skip: Skip): Promise<FoundFile[]> {
    const stats = await stat(this.#root);
    if (!stats.isDirectory()) return [{ path: this.#root, stats }];
    const found: FoundFile[] = [];
    const visited = new Set([idOf(stats)]);
    this.#used = new Map();
    let level: Folder[] = [{ path: this.#root, stats }];
    for (let depth = 0; level.length > 0; depth++) {
      signal.throwIfAborted();
      if (depth > MAX_DEPTH) {
        for (const { path } of level) skip('too-deep', path);
        break;
      }
      const lists = await mapSome(level, AT_ONCE, (folder) => this.#list(folder, depth, skip));
      const paths = lists.flatMap((listing, i) => this.#pathsOf(level[i], listing, skip));
      const entries = await mapSome(paths, AT_ONCE, (path) => stat(path).catch(codeOf));
      level = [];
      for (const [i, entry] of entries.entries()) {
        const path = paths[i] ?? this.#root;
        if (typeof entry === 'string') skip(reasonOf(entry), path);
        else if (entry.isFile()) found.push({ path, stats: entry });
        else if (!entry.isDirectory()) skip('not-a-file', path);
        else if (visited.has(idOf(entry))) skip('symlink-loop', path);
        else {
          visited.add(idOf(entry));
          level.push({ path, stats: entry });
        }
      }
    }
    this.#listings = this.#used;
    return found;
  }

  #pathsOf(folder: Folder | undefined, listing: Listing | null, skip: Skip): string[] {
    if (!folder || !listing) return [];
    for (const [reason, name] of listing.skipped) skip(reason, join(folder.path, name));
    return listing.names.map((name) => join(folder.path, name));
  }

  async #list({ path: folder, stats }: Folder, depth: number, skip: Skip): Promise<Listing | null> {
    const changed = `${stats.dev}:${stats.ino}:${stats.mtimeMs}`;
    let listing = this.#listings.get(folder);
    if (listing?.changed !== changed || Date.now() - stats.mtimeMs < SETTLE_MS) {
      const names = await readdir(folder).catch((error: unknown) => {
        if (depth === 0) throw error;
        skip(reasonOf(codeOf(error)), folder);
        return null;
      });
      if (!names) return null;
      listing = sortNames(names, changed);
    }
    this.#used.set(folder, listing);
    return listing;
  }
}

function sortNames(names: readonly string[], changed: string): Listing {
  const skipped: [SkipReason, string][] = [];
  const kept = names.filter((name) => {
    const reason = HIDDEN.test(name) ? 'hidden' : TEMPORARY.test(name) ? 'temporary' : null;
    if (reason) skipped.push([reason, name]);
    return reason === null;
  });
  return { changed, names: kept.sort(), skipped };
}

const idOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

const stat = (path: string): Promise<Stats> =>
  new Promise((resolve, reject) => {
    statCallback(path, (error, stats) => (error ? reject(error) : resolve(stats)));
  });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

const reasonOf = (code: string): SkipReason =>
  code === 'ENOENT' || code === 'ENOTDIR'
    ? 'gone'
    : code === 'ELOOP'
      ? 'symlink-loop'
      : 'unreadable';
