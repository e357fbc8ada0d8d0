import type { Ballast } from './ballast.ts';
import { isFull } from './disk.ts';
import { bumpVersions, forget, readOwner } from './manifest.ts';
import { type Database, isBroken } from './sqlite.ts';

/** What a transaction on the manifest did: the tables whose visible segments are different now, and what it returns. */
export interface Outcome<T> {
  readonly touched: Iterable<string>;
  readonly result: T;
}

/** The one way in which the manifest is written. */
export interface Transactor {
  /** Why nothing can be written any more, once that is so. */
  readonly failure: Error | undefined;
  write<T>(work: () => Outcome<T>): T;
  /** Pending rows whose files are gone: deleted now, or with the next transaction when there is no room now. */
  forgetSoon(ids: readonly string[]): void;
}

export interface TransactorDeps {
  readonly db: Database;
  readonly folder: string;
  readonly owner: string;
  readonly ballast: Ballast;
}

export function createTransactor({ db, folder, owner, ballast }: TransactorDeps): Transactor {
  let failure: Error | undefined;
  let leftovers: readonly string[] = [];

  function attempt<T>(work: () => Outcome<T>): T {
    return db.transaction(() => {
      // The lock makes sure of it wherever locks work; some network file systems only pretend.
      if (readOwner(db)?.token !== owner)
        throw new Error(`${folder} was taken over by another process while this one held its lock`);
      forget(db, leftovers);
      const { touched, result } = work();
      bumpVersions(db, touched);
      return result;
    });
  }

  function write<T>(work: () => Outcome<T>): T {
    if (failure) throw failure;
    try {
      let result: T;
      try {
        result = attempt(work);
      } catch (error) {
        if (!isFull(error) || !ballast.drop()) throw error;
        result = attempt(work);
      }
      leftovers = [];
      return result;
    } catch (error) {
      // After a failed fsync nobody knows what the disk holds; only a start finds out.
      if (isBroken(error))
        failure = new Error(
          `the disk under ${folder} failed, or weir.db is damaged; nothing more is stored until Weir is restarted. ` +
            'Check the disk, then run `weir doctor`.',
          { cause: error },
        );
      throw failure ?? error;
    }
  }

  return {
    get failure() {
      return failure;
    },
    write,
    forgetSoon(ids) {
      leftovers = [...leftovers, ...ids];
      try {
        if (!failure) write(() => ({ touched: [], result: undefined }));
      } catch (error) {
        // Nobody sees the rows; without room they wait for the next transaction, or for the next start.
        if (!isFull(error) && !failure) throw error;
      }
    },
  };
}
