import type { OutputState } from '../state.ts';

/** One stretch of time that was sent, and is looked at again. Instants are ms since 1970. */
export interface SentStretch {
  readonly begin: number;
  /** How often it was asked for; the number of the revision that its rows were sent with last. */
  readonly looks: number;
  readonly nextLook: number;
  /** Names what was in the store when it was asked for last; '' when nobody can say. */
  readonly stamp: string;
  /** See ledger.ts. */
  readonly ledger: Uint8Array;
}

/** Bytes of ledgers that one output keeps: of some eleven million rows. */
const MOST_BYTES = 128 * 2 ** 20;

/** The stretches of one output in weir.db. */
export function openStretches(state: OutputState, output: string) {
  const { db } = state;
  const columns = 'begin, looks, next_look AS nextLook, stamp, ledger';
  return {
    get: (begin: number) =>
      db.get<{ [K in keyof SentStretch]: SentStretch[K] }>(
        `SELECT ${columns} FROM output_stretch WHERE output = ? AND begin = ?`,
        output,
        begin,
      ),
    /** The one whose next look is first. */
    next: () =>
      db.get<{ begin: number; looks: number; nextLook: number; stamp: string }>(
        `SELECT begin, looks, next_look AS nextLook, stamp FROM output_stretch
         WHERE output = ? ORDER BY next_look, begin LIMIT 1`,
        output,
      ),
    /** The begin of the oldest; undefined when there is none. */
    oldest: () =>
      db.get<{ begin: number | null }>(
        'SELECT min(begin) AS begin FROM output_stretch WHERE output = ?',
        output,
      )?.begin ?? undefined,
    set({ begin, looks, nextLook, stamp, ledger }: SentStretch): void {
      db.run(
        `INSERT INTO output_stretch (output, begin, looks, next_look, stamp, ledger) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (output, begin) DO UPDATE SET looks = excluded.looks, next_look = excluded.next_look,
         stamp = excluded.stamp, ledger = excluded.ledger`,
        output,
        begin,
        looks,
        nextLook,
        stamp,
        ledger,
      );
      makeRoom();
    },
    postpone(begin: number, nextLook: number): void {
      db.run(
        'UPDATE output_stretch SET next_look = ? WHERE output = ? AND begin = ?',
        nextLook,
        output,
        begin,
      );
    },
    forget(begin: number): void {
      db.run('DELETE FROM output_stretch WHERE output = ? AND begin = ?', output, begin);
    },
  };

  /** The oldest are let go first: what changes in them is not told any more. */
  function makeRoom(): void {
    db.run(
      `DELETE FROM output_stretch WHERE output = ?1 AND begin IN (
         SELECT begin FROM (
           SELECT begin, sum(length(ledger)) OVER (ORDER BY begin DESC) AS held
           FROM output_stretch WHERE output = ?1) WHERE held > ?2)`,
      output,
      MOST_BYTES,
    );
  }
}

export type Stretches = ReturnType<typeof openStretches>;
