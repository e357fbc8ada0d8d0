import type { SavedQuery } from '#core/contract/index.ts';
import { Refused } from './refused.ts';
import { integer, type Row, type State, text } from './state.ts';

const LIMIT = 2000;

export interface SavedQueries {
  list(): readonly SavedQuery[];
  find(id: string): SavedQuery | undefined;
  /** Who saves first owns it, and goes on owning it when somebody else changes it. */
  save(query: Omit<SavedQuery, 'changedAt' | 'owner'>): SavedQuery;
  /** True when there was one. */
  remove(id: string): boolean;
}

/** Queries that people keep, shared by all accounts. */
export function createSavedQueries(state: State, now: () => number): SavedQueries {
  const find = (id: string) => {
    const row = state.get('SELECT * FROM saved_queries WHERE id = ?', id);
    return row && savedOf(row);
  };
  return {
    find,
    list: () => state.all('SELECT * FROM saved_queries ORDER BY name, id').map(savedOf),
    save(query) {
      const at = now();
      return state.transaction(() => {
        const others = state.get('SELECT count(*) AS n FROM saved_queries WHERE id <> ?', query.id);
        if (integer(others ?? {}, 'n') >= LIMIT)
          throw new Refused(
            'conflict',
            `There are ${LIMIT} saved queries, as many as Weir keeps.`,
            {
              hint: 'Delete some first.',
            },
          );
        const owner = find(query.id)?.owner ?? query.changedBy;
        state.run(
          `INSERT OR REPLACE INTO saved_queries (id, name, query, description, changed_by, changed_at, owner)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          query.id,
          query.name,
          query.query,
          query.description,
          query.changedBy,
          at,
          owner,
        );
        return { ...query, owner, changedAt: new Date(at).toISOString() };
      });
    },
    remove: (id) => state.run('DELETE FROM saved_queries WHERE id = ?', id) > 0,
  };
}

function savedOf(row: Row): SavedQuery {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    query: text(row, 'query'),
    description: text(row, 'description'),
    owner: text(row, 'owner'),
    changedBy: text(row, 'changed_by'),
    changedAt: new Date(integer(row, 'changed_at')).toISOString(),
  };
}
