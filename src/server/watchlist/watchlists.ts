import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Watchlist, z } from '#core/contract/index.ts';
import type { Column } from '#core/schema/index.ts';
import { realDisk } from '#server/store/index.ts';
import {
  columnsOf,
  encodeItems,
  parseWatchlist,
  type WatchlistContent,
  WatchlistRefused,
} from './content.ts';

/** A list that the configuration names. */
export interface NamedWatchlist {
  readonly alias: string;
  readonly file: string;
  readonly searchKey?: string | undefined;
  readonly description?: string | undefined;
}

/** A list as queries see it. */
export interface ReadableWatchlist {
  readonly alias: string;
  readonly columns: readonly Column[];
  readonly items: number;
  readonly sizeBytes: number;
  /** Changes with the content, and with whatever else the items show. */
  readonly version: string;
  readonly problem: string | null;
}

export interface Watchlists {
  list(): readonly Watchlist[];
  /** What queries can name, in the order of aliases; those with a problem have no columns of their own. */
  readable(): readonly ReadableWatchlist[];
  /** The CSV as it was given. Throws WatchlistRefused. */
  read(alias: string): Uint8Array;
  /** Durable when it resolves. Throws WatchlistRefused, and leaves what is there as it was. */
  put(list: {
    readonly alias: string;
    readonly csv: Uint8Array;
    readonly searchKey?: string | undefined;
    readonly description?: string | undefined;
  }): Promise<Watchlist>;
  /** Throws WatchlistRefused. */
  remove(alias: string): Promise<void>;
  /** Writes the items as a Parquet file, which must not exist. Throws WatchlistRefused. */
  writeItems(alias: string, file: string): void;
}

export interface WatchlistsOptions {
  /** Need not exist. */
  readonly folder: string;
  readonly named?: readonly NamedWatchlist[];
}

const ALIAS = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const settings = z.object({ searchKey: z.string().optional(), description: z.string().optional() });

/** Where a list lies and what is said about it. */
interface Place extends NamedWatchlist {
  readonly origin: Watchlist['origin'];
  /** Found before anything of the list was read. */
  readonly problem?: string;
}

interface Entry {
  readonly place: Place;
  readonly stamp: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
  /** Without the items, which would only take memory. */
  readonly content: (Omit<WatchlistContent, 'items'> & { readonly items: number }) | undefined;
  readonly problem: string | null;
}

const byAlias = (a: { alias: string }, b: { alias: string }) =>
  Number(a.alias.toLowerCase() > b.alias.toLowerCase()) -
  Number(a.alias.toLowerCase() < b.alias.toLowerCase());

/** Lists in a folder and lists that the configuration names. */
export function createWatchlists({ folder, named = [] }: WatchlistsOptions): Watchlists {
  /** What is known of each file, until its stamp changes. */
  let known = new Map<string, Entry>();

  function refresh(): readonly Entry[] {
    const next = new Map<string, Entry>();
    for (const place of findPlaces(folder, named)) {
      const { stamp, sizeBytes, changedMs } = stampOf(place);
      const key = JSON.stringify([place.alias, place.file]);
      const before = known.get(key);
      next.set(
        key,
        before?.stamp === stamp ? before : load(place, { stamp, sizeBytes, changedMs }),
      );
    }
    known = next;
    return [...next.values()].sort((a, b) => byAlias(a.place, b.place));
  }

  function find(alias: string): Entry {
    const found = refresh().find((e) => e.place.alias.toLowerCase() === alias.toLowerCase());
    if (found) return found;
    throw new WatchlistRefused(
      'not-found',
      `There is no watchlist ${alias}.`,
      'GET /api/v1/watchlists lists those that there are.',
    );
  }

  function own(alias: string): Entry | undefined {
    const found = refresh().find((e) => e.place.alias.toLowerCase() === alias.toLowerCase());
    if (found?.place.origin !== 'configuration') return found;
    throw new WatchlistRefused(
      'conflict',
      `The watchlist ${found.place.alias} is named in the configuration.`,
      `Change the file ${found.place.file}; it is read again by itself.`,
    );
  }

  return {
    list: () => refresh().map(describe),
    readable: () => refresh().map(tellReadable),
    read(alias) {
      const { place } = find(alias);
      return readFileSync(place.file);
    },
    async put({ alias, csv, searchKey, description }) {
      parseWatchlist(csv, searchKey);
      const before = own(alias);
      const file = before?.place.file ?? join(folder, `${alias}.csv`);
      mkdirSync(folder, { recursive: true, mode: 0o750 });
      await writeWhole(file, csv, folder);
      const beside = settingsFile(file);
      if (searchKey === undefined && description === undefined) await realDisk.remove(beside);
      else
        await writeWhole(
          beside,
          Buffer.from(`${JSON.stringify({ searchKey, description })}\n`),
          folder,
        );
      await realDisk.syncFolder(folder);
      return describe(find(alias));
    },
    async remove(alias) {
      const { place } = own(alias) ?? find(alias);
      await realDisk.remove(place.file);
      await realDisk.remove(settingsFile(place.file));
      await realDisk.syncFolder(folder);
    },
    writeItems(alias, file) {
      const { place, changedMs, problem } = find(alias);
      if (problem !== null) throw new WatchlistRefused('bad-request', problem, ADVICE);
      const content = parseWatchlist(readFileSync(place.file), place.searchKey);
      writeFileSync(file, encodeItems(place.alias, content, Math.floor(changedMs) * 1000), {
        flag: 'wx',
      });
    },
  };
}

const ADVICE = 'Correct the file, or put another one in its place.';

const settingsFile = (csv: string) => csv.replace(/\.csv$/i, '.json');

/** A crash leaves the old content or the new one. */
async function writeWhole(file: string, bytes: Uint8Array, folder: string): Promise<void> {
  const between = join(folder, `.${randomUUID()}.tmp`);
  try {
    await realDisk.write(between, bytes);
    await realDisk.rename(between, file);
  } catch (error) {
    await realDisk.remove(between);
    throw error;
  }
}

function findPlaces(folder: string, named: readonly NamedWatchlist[]): readonly Place[] {
  const places: Place[] = named.map((list) => ({ ...list, origin: 'configuration' }));
  const taken = new Set(named.map((list) => list.alias.toLowerCase()));
  for (const name of namesIn(folder)) {
    const alias = name.replace(/\.csv$/i, '');
    const place = { alias, file: join(folder, name), origin: 'folder' } as const;
    if (!ALIAS.test(alias))
      places.push({
        ...place,
        problem: 'The name of the file holds more than letters, digits, _ and -.',
      });
    else if (taken.has(alias.toLowerCase()))
      places.push({ ...place, problem: `Another watchlist has the alias ${alias} already.` });
    else places.push(readSettings(place));
    taken.add(alias.toLowerCase());
  }
  return places;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[^.].*\.csv$/i.test(name))
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function readSettings(place: Place): Place {
  const file = settingsFile(place.file);
  try {
    return { ...place, ...settings.parse(JSON.parse(readFileSync(file, 'utf8'))) };
  } catch (error) {
    if (isMissing(error)) return place;
    return { ...place, problem: `${file} does not hold {"searchKey", "description"} as text.` };
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

function stampOf(place: Place): Pick<Entry, 'stamp' | 'sizeBytes' | 'changedMs'> {
  const said = [place.alias, place.searchKey, place.description, place.problem];
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(place.file, { bigint: true });
    return {
      stamp: JSON.stringify([...said, ...[ino, size, mtimeNs, ctimeNs].map(String)]),
      sizeBytes: Number(size),
      changedMs: Number(mtimeNs / 1_000_000n),
    };
  } catch {
    // Reading it says why it cannot be read.
    return { stamp: JSON.stringify([...said, randomUUID()]), sizeBytes: 0, changedMs: 0 };
  }
}

function load(place: Place, facts: Pick<Entry, 'stamp' | 'sizeBytes' | 'changedMs'>): Entry {
  if (place.problem !== undefined)
    return { place, ...facts, content: undefined, problem: place.problem };
  try {
    const content = parseWatchlist(readFileSync(place.file), place.searchKey);
    return { place, ...facts, content: { ...content, items: content.items.length }, problem: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const problem =
      error instanceof WatchlistRefused ? why : `The file ${place.file} cannot be read: ${why}.`;
    return { place, ...facts, content: undefined, problem };
  }
}

function describe({ place, content, sizeBytes, changedMs, problem }: Entry): Watchlist {
  return {
    alias: place.alias,
    description: place.description ?? '',
    searchKey: content?.searchKey ?? place.searchKey ?? '',
    columns: [...(content?.columns ?? [])],
    items: content?.items ?? 0,
    sizeBytes,
    changedAt: new Date(changedMs).toISOString(),
    origin: place.origin,
    problem,
  };
}

function tellReadable({ place, content, sizeBytes, stamp, problem }: Entry): ReadableWatchlist {
  return {
    alias: place.alias,
    columns: columnsOf(content ?? { columns: [] }),
    items: content?.items ?? 0,
    sizeBytes,
    version: createHash('sha256').update(stamp).digest('hex').slice(0, 16),
    problem,
  };
}
