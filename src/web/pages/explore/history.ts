import { readStored, writeStored } from '#web/base/storage.ts';

export interface PastQuery {
  readonly query: string;
  readonly at: number;
  /** Rows it returned; undefined when it failed. */
  readonly rows: number | undefined;
}

const KEY = 'history';
const MOST = 60;

const isHistory = (value: unknown): value is PastQuery[] =>
  Array.isArray(value) &&
  value.every(
    (entry: unknown) =>
      typeof entry === 'object' &&
      entry !== null &&
      'query' in entry &&
      typeof entry.query === 'string' &&
      'at' in entry,
  );

/** What was run in this browser, newest first. It stays in the browser. */
export const readHistory = (): readonly PastQuery[] => readStored(KEY, isHistory, []);

/** A query that is run again moves to the top. */
export function remember(entry: PastQuery): readonly PastQuery[] {
  const next = [entry, ...readHistory().filter((past) => past.query !== entry.query)].slice(
    0,
    MOST,
  );
  writeStored(KEY, next);
  return next;
}
