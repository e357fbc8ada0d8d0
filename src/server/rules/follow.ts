import type { Micros } from '#core/base/index.ts';
import type { QueryService, WholeFile } from '#server/query/index.ts';
import { type Arrival, RAW_TABLES, type Store } from '#server/store/index.ts';

/** Rows that were committed together, and that rules have yet to judge. */
export interface Arrived {
  readonly table: string;
  readonly file: WholeFile;
  /** Event time, both ends included, µs. */
  readonly events: { readonly from: Micros; readonly to: Micros };
  /** They are judged: they do not come again, not even after a restart. */
  settle(): void;
}

export interface FollowDeps {
  readonly store: Pick<Store, 'segments' | 'arrivals'>;
  readonly service: Pick<QueryService, 'query'>;
  readonly log: (message: string) => void;
}

/** Tables that only grow: every row of them comes once, also what was committed while no server ran. */
export const isFollowed = (table: string): boolean => RAW_TABLES.has(table);

const followerOf = (table: string) => `rules ${table}`;

/** What was committed to the followed tables, in that order, from where it was left. */
export function createFollow({ store, service, log }: FollowDeps) {
  const { arrivals } = store;

  async function eventsOf(table: string, arrival: Arrival): Promise<Arrived['events'] | undefined> {
    const segment = store.segments({ table }).find(({ id }) => id === arrival.segment);
    const range = segment?.ranges['TimeGenerated'];
    if (range) return { from: range[0], to: range[1] };
    // Merged with others meanwhile; its file is there until it is settled.
    const { rows } = await service.query({
      text: `${table} | summarize min(TimeGenerated), max(TimeGenerated)`,
      files: new Map([[table, fileOf(arrival)]]),
      user: 'rules',
    });
    const [from, to] = (rows[0] ?? []).map((cell) => Date.parse(String(cell)) * 1000);
    return from === undefined || to === undefined || Number.isNaN(from + to)
      ? undefined
      : { from, to };
  }

  return {
    start(): void {
      for (const table of RAW_TABLES) arrivals.follow(followerOf(table), table);
    },
    /** The first that is not settled; undefined when all are. Rejects with QueryError. */
    async next(): Promise<Arrived | undefined> {
      for (const table of RAW_TABLES) {
        const follower = followerOf(table);
        for (let found = arrivals.next(follower); found; found = arrivals.next(follower)) {
          const { number, isGone, rows } = found;
          const events = isGone ? undefined : await eventsOf(table, found);
          const settle = () => arrivals.settle(follower, number);
          if (events) return { table, file: fileOf(found), events, settle };
          settle();
          if (isGone) log(`${rows} rows of ${table} were deleted before rules had looked at them`);
        }
      }
      return undefined;
    },
  };
}

const fileOf = ({ path, rows, segment }: Arrival): WholeFile => ({
  path,
  rows,
  sizeBytes: 0,
  version: segment,
});
