import { dirname, join, relative } from 'node:path';
import type { Micros } from '#core/base/index.ts';
import type { Table } from '#core/schema/index.ts';
import { addArrival } from './arrivals.ts';
import { type Disk, type FileFacts, isFull } from './disk.ts';
import { assertDraft } from './draft.ts';
import { CheckpointMoved, StorageFull } from './errors.ts';
import { segmentPath, TMP_FOLDER, UNFINISHED } from './layout.ts';
import { inheritTakers, insertPending, retire, reveal, take } from './manifest.ts';
import { addQuarantined, addTally, assertTally, moveCheckpoint } from './progress.ts';
import type { Database } from './sqlite.ts';
import type { Change, Replacement, Segment, SegmentDraft } from './store.ts';
import type { Transactor } from './transactor.ts';

/*
 * The commit protocol. For each change, in this order:
 *
 *   1. one transaction records its segments as pending, with their owner;
 *   2. each is written to <id>.parquet.tmp, fsynced, renamed to <id>.parquet, and its folder fsynced;
 *   3. one transaction makes them visible, retires what they replace, moves checkpoints and adds tallies.
 *
 * Steps 1 and 2 of several changes run side by side; step 3 is taken in the order the changes were given. A process
 * that dies before the end of step 3 leaves pending rows and files that nobody sees, and the next writer removes them.
 * When a change fails, those given after it that continue one of its inputs fail with it: their checkpoints would skip
 * the rows that were lost.
 */

export interface WriterDeps {
  readonly db: Database;
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: () => Micros;
  readonly owner: string;
  readonly newId: () => string;
  readonly tables: ReadonlyMap<string, Table>;
  readonly transactor: Transactor;
  /** Resolves when this many bytes may be written; throws StorageFull. */
  readonly makeRoom: (bytes: number) => Promise<void>;
}

/** What a change made visible, and the tables that are different now. */
export interface Applied {
  readonly segments: readonly Segment[];
  readonly tables: ReadonlySet<string>;
}

export interface Writer {
  submit(change: Change & Replacement, old: readonly string[]): Promise<Applied>;
  /** Resolves when everything submitted so far has ended, well or not. */
  drained(): Promise<void>;
}

interface Pending {
  readonly id: string;
  readonly draft: SegmentDraft;
  readonly path: string;
}

interface Ticket {
  readonly identities: ReadonlySet<string>;
  /** Why this change cannot be applied: its own failure, or that of one before it that moves the same checkpoint. */
  failure: Error | undefined;
}

const FILES_AT_ONCE = 4;

export function createWriter(deps: WriterDeps): Writer {
  const { db, folder, disk, clock, owner, newId, tables, transactor, makeRoom } = deps;
  const folders = new Map<string, Promise<void>>();
  /** In the order they were given; each leaves when it has ended. */
  const waiting: Ticket[] = [];
  let lastTurn: Promise<unknown> = Promise.resolve();

  function ensureFolder(path: string): Promise<void> {
    let made = folders.get(path);
    if (!made) {
      made = disk.makeFolder(path, folder);
      made.catch(() => folders.delete(path));
      folders.set(path, made);
    }
    return made;
  }

  async function writeFile({ draft, path }: Pending): Promise<FileFacts> {
    const unfinished = path + UNFINISHED;
    await ensureFolder(dirname(path));
    if ('bytes' in draft.content) {
      const facts = await disk.write(unfinished, draft.content.bytes);
      await disk.rename(unfinished, path);
      return facts;
    }
    const facts = await disk.sync(draft.content.file);
    await disk.rename(draft.content.file, path);
    return facts;
  }

  async function writeFiles(pending: readonly Pending[]): Promise<FileFacts[]> {
    let bytes = 0;
    for (const { draft } of pending)
      if ('bytes' in draft.content) bytes += draft.content.bytes.length;
    await makeRoom(bytes);
    transactor.write(() => {
      for (const { id, draft } of pending) insertPending(db, id, owner, draft);
      return { touched: [], result: undefined };
    });
    const facts: FileFacts[] = [];
    await inTurns(pending, FILES_AT_ONCE, async (one, i) => {
      facts[i] = await writeFile(one);
    });
    await Promise.all(
      [...new Set(pending.map((p) => dirname(p.path)))].map((f) => disk.syncFolder(f)),
    );
    return facts;
  }

  /** Removes what a failed change left. What cannot be removed now is removed by the next start. */
  async function abandon(pending: readonly Pending[]): Promise<void> {
    const isGone = await Promise.all(
      pending.map(async ({ draft, path }) => {
        const files = [path, path + UNFINISHED];
        if ('file' in draft.content) files.push(draft.content.file);
        const results = await Promise.allSettled(files.map((file) => disk.remove(file)));
        return results.every((r) => r.status === 'fulfilled');
      }),
    );
    transactor.forgetSoon(pending.filter((_, i) => isGone[i]).map((p) => p.id));
  }

  function apply(
    change: Change & Replacement,
    old: readonly string[],
    pending: readonly Pending[],
    facts: readonly FileFacts[],
  ): Applied {
    return transactor.write(() => {
      const now = clock();
      const touched = retire(db, old, now);
      const segments = pending.map(({ id, draft, path }, i): Segment => {
        const file = facts[i]!;
        reveal(db, id, file, now);
        touched.add(draft.table);
        const { table, day, rows, ranges, isSorted } = draft;
        if (old.length === 0) addArrival(db, { id, table, day, rows }, now);
        return {
          id,
          table,
          day,
          rows,
          ranges,
          isSorted,
          path,
          tier: 'hot',
          sizeBytes: file.sizeBytes,
          committedAt: now,
        };
      });
      if (change.taken) take(db, change.taken);
      if (change.isMerge)
        inheritTakers(
          db,
          old,
          segments.map((s) => s.id),
        );
      for (const checkpoint of change.checkpoints ?? []) moveCheckpoint(db, checkpoint, now);
      for (const tally of change.tallies ?? []) addTally(db, tally);
      addQuarantined(db, change.quarantined ?? []);
      return { touched, result: { segments, tables: touched } };
    });
  }

  function check(change: Change): void {
    for (const draft of change.segments) {
      assertDraft(draft, tables.get(draft.table));
      if (
        'file' in draft.content &&
        relative(join(folder, TMP_FOLDER), draft.content.file).startsWith('..')
      )
        throw new Error(
          `${draft.content.file} cannot become a segment: it is not in ${TMP_FOLDER}/`,
        );
    }
    for (const tally of change.tallies ?? []) assertTally(tally);
  }

  async function submit(change: Change & Replacement, old: readonly string[]): Promise<Applied> {
    if (transactor.failure) throw transactor.failure;
    check(change);
    const pending = change.segments.map((draft): Pending => {
      const id = newId();
      return { id, draft, path: segmentPath(folder, draft.table, draft.day, id) };
    });
    const identities = new Set(change.checkpoints?.map((c) => c.identity));
    const continues = (other: Ticket) => !other.identities.isDisjointFrom(identities);
    const ticket: Ticket = {
      identities,
      failure: waiting.find((t) => t.failure && continues(t))?.failure,
    };
    waiting.push(ticket);
    const before = lastTurn;
    const turn = (async () => {
      try {
        const [files] = await Promise.allSettled([
          pending.length > 0 ? writeFiles(pending) : [],
          before,
        ]);
        if (files.status === 'rejected') throw files.reason;
        if (ticket.failure)
          throw new CheckpointMoved(
            'an earlier change of the same input failed; read on from its committed position.',
            { cause: ticket.failure },
          );
        return apply(change, old, pending, files.value);
      } catch (error) {
        // Before anything is awaited, so that no later change can slip through.
        ticket.failure = error instanceof Error ? error : new Error(String(error));
        for (const later of waiting.slice(waiting.indexOf(ticket) + 1))
          if (continues(later)) later.failure ??= ticket.failure;
        await before;
        // When the disk failed under a transaction, the next start finds out whether it happened; its files must be there.
        if (!transactor.failure) await abandon(pending);
        throw isFull(error) ? storageFull(folder, error) : error;
      } finally {
        waiting.splice(waiting.indexOf(ticket), 1);
      }
    })();
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  return {
    submit,
    async drained() {
      await lastTurn;
    },
  };
}

function storageFull(folder: string, cause: unknown): StorageFull {
  return new StorageFull(
    `the disk under ${folder} is full; nothing of this change was stored. Free some room, or lower the disk budget ` +
      'or the age that data is kept to; Weir goes on by itself once there is room.',
    { cause },
  );
}

/** Runs `work` for each item, at most `limit` at a time; waits for all that began, then throws the first failure. */
async function inTurns<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed: { readonly error: unknown } | undefined;
  const lane = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        await work(items[index]!, index);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  if (failed) throw failed.error;
}
