import type { Table } from '#core/schema/index.ts';
import { checkDatabase, checkSegments } from './check.ts';
import type { Disk } from './disk.ts';
import { createFinder, findTakers, listTables, versionOf } from './manifest.ts';
import {
  findCheckpoint,
  listCheckpoints,
  listQuarantined,
  listTallies,
  mapSources,
} from './progress.ts';
import { listRetention } from './removal.ts';
import type { Database } from './sqlite.ts';
import type { StoreReader } from './store.ts';
import { measureUsage, summarizeTables } from './usage.ts';

/** The questions that a manifest answers, for a process that reads and for the one that writes. */
export function createReader(
  db: Database,
  folder: string,
  tables: ReadonlyMap<string, Table>,
  disk: Disk,
): StoreReader {
  const find = createFinder(db, folder);
  return {
    folder,
    state: db,
    tables: () => listTables(db),
    segments: (query) => find(query, tables.get(query.table)),
    takers: (table) => findTakers(db, table),
    checkpoint: (identity) => findCheckpoint(db, identity),
    checkpoints: (source) => listCheckpoints(db, source),
    sourcesByObject: () => mapSources(db),
    tallies: (from, to) => listTallies(db, from, to),
    quarantined: (limit) => listQuarantined(db, limit),
    retentionLog: (limit) => listRetention(db, limit),
    freeBytes: () => disk.freeBytes(folder),
    usage: () => measureUsage(db, folder),
    summary: async () => ({
      tables: summarizeTables(db, tables),
      usage: await measureUsage(db, folder),
      freeBytes: disk.freeBytes(folder),
    }),
    check: async (options = {}) => [
      ...(options.isDeep && !options.ids ? checkDatabase(db) : []),
      ...(await checkSegments(db, folder, options)),
    ],
    version: (table) => versionOf(db, table),
    snapshot: (read) => db.snapshot(read),
    close: async () => db.close(),
  };
}
