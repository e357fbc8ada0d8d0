import type { PastQuery } from '#core/contract/index.ts';
import { integer, integerOrNull, type Row, type State, text } from './state.ts';

/** Of each account. */
const KEPT = 200;
/** Longer queries are not kept: a history is for finding things again. */
const LONGEST = 32_768;

export interface QueryHistory {
  /** What an account ran, newest first. */
  list(account: string): readonly PastQuery[];
  add(account: string, ran: Omit<PastQuery, 'id' | 'at'>): void;
  clear(account: string): void;
}

/** The latest queries that each account ran by hand. Goes with the account. */
export function createQueryHistory(state: State, now: () => number): QueryHistory {
  return {
    list: (account) =>
      state
        .all('SELECT * FROM query_history WHERE account = ? ORDER BY id DESC', account)
        .map(pastOf),
    add(account, { query, outcome, elapsedMs, rows }) {
      if (query.length > LONGEST) return;
      state.transaction(() => {
        state.run(
          'INSERT INTO query_history (account, at, query, outcome, elapsed_ms, rows) VALUES (?, ?, ?, ?, ?, ?)',
          account,
          now(),
          query.toWellFormed().replaceAll('\0', '\ufffd'),
          outcome,
          Math.round(elapsedMs),
          rows,
        );
        state.run(
          `DELETE FROM query_history WHERE account = ?1 AND id <= (
           SELECT id FROM query_history WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT})`,
          account,
        );
      });
    },
    clear: (account) => void state.run('DELETE FROM query_history WHERE account = ?', account),
  };
}

function pastOf(row: Row): PastQuery {
  const outcome = text(row, 'outcome');
  return {
    id: integer(row, 'id'),
    query: text(row, 'query'),
    at: new Date(integer(row, 'at')).toISOString(),
    outcome: outcome === 'done' || outcome === 'cancelled' ? outcome : 'failed',
    elapsedMs: integer(row, 'elapsed_ms'),
    rows: integerOrNull(row, 'rows'),
  };
}
