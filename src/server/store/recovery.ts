import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Micros } from '#core/base/index.ts';
import type { Disk } from './disk.ts';
import { LOST_FOLDER, segmentPath, TABLES_FOLDER, TMP_FOLDER, UNFINISHED } from './layout.ts';
import { findInState, forget, type Owner, writeOwner } from './manifest.ts';
import type { Database } from './sqlite.ts';

/** What a start put in order. */
export interface Recovery {
  /** Segments that a dead writer had not made visible; their files are removed. */
  readonly abandoned: number;
  /** Segment files that no row names, moved to DATA/lost: left by a restored or deleted weir.db, or put there by hand. */
  readonly lost: readonly string[];
}

export interface RecoveryDeps {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: () => Micros;
  readonly owner: Owner;
}

/**
 * Clears away what writers left that are dead. Only the holder of the writer's lock may call it: every pending row is
 * then a dead owner's, and every unfinished file too.
 */
export async function recover(
  db: Database,
  { folder, disk, clock, owner }: RecoveryDeps,
): Promise<Recovery> {
  db.transaction(() => writeOwner(db, owner));
  const pending = findInState(db, folder, 'pending');
  for (const { path } of pending) {
    await disk.remove(path);
    await disk.remove(path + UNFINISHED);
  }
  db.transaction(() =>
    forget(
      db,
      pending.map((s) => s.id),
    ),
  );
  for (const name of await readdir(join(folder, TMP_FOLDER)))
    await rm(join(folder, TMP_FOLDER, name), { recursive: true, force: true });

  const named = new Set<string>();
  for (const row of db.all<{ id: string; table_name: string; day: string }>(
    'SELECT id, table_name, day FROM segment',
  ))
    named.add(segmentPath(folder, row.table_name, row.day, row.id));
  const lost: string[] = [];
  for (const path of await filesUnder(join(folder, TABLES_FOLDER))) {
    if (named.has(path)) continue;
    if (path.endsWith(UNFINISHED)) await disk.remove(path);
    else lost.push(await putAside(folder, path, clock()));
  }
  return { abandoned: pending.length, lost };
}

/** Moves a file out of tables/ rather than deleting it: it may be all that is left of somebody's data. */
async function putAside(folder: string, path: string, now: Micros): Promise<string> {
  const name = relative(join(folder, TABLES_FOLDER), path).split(sep).join('+');
  const target = join(folder, LOST_FOLDER, `${now}-${name}`);
  await mkdir(join(folder, LOST_FOLDER), { recursive: true });
  await rename(path, target);
  return target;
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => !e.isDirectory()).map((e) => join(e.parentPath, e.name));
}
