import {
  compileScope,
  type Suppressible,
  type Suppression,
  type SuppressionScope,
} from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Database } from '#server/store/index.ts';

export interface Suppressions {
  /** Newest first, ended and expired ones included. */
  list(): readonly Suppression[];
  find(id: string): Suppression | undefined;
  add(suppression: Omit<Suppression, 'hits' | 'lastHit'>): void;
  /** Ends it now; false when there is none. */
  end(id: string, at: Micros): boolean;
  /** The first that holds at an instant and covers the finding. */
  covering(found: Suppressible, at: Micros): string | undefined;
  /** How many findings of which finders one kept from being told. */
  hitsByFinder(id: string): readonly { readonly finder: string; readonly hits: number }[];
  /** Counts a finding that was not told. */
  hit(id: string, finder: string, at: Micros): void;
}

interface Row {
  readonly id: string;
  readonly scope: string;
  readonly reason: string;
  readonly owner: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly made_from: string | null;
  readonly hits: number;
  readonly last_hit: number | null;
}

export function createSuppressions(state: Database): Suppressions {
  let compiled:
    | readonly {
        readonly id: string;
        readonly expiresAt: Micros;
        readonly test: (found: Suppressible) => boolean;
      }[]
    | undefined;

  const list = () =>
    state
      .all<Row>(
        `SELECT s.*, coalesce(sum(h.hits), 0) AS hits, max(h.last) AS last_hit FROM suppression s
         LEFT JOIN suppression_hit h ON h.suppression = s.id GROUP BY s.id ORDER BY s.created_at DESC, s.id`,
      )
      .map(read);

  return {
    list,
    find: (id) => list().find((s) => s.id === id),
    add({ id, scope, reason, owner, createdAt, expiresAt, madeFrom }) {
      state.run(
        `INSERT INTO suppression (id, scope, reason, owner, created_at, expires_at, made_from)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        id,
        JSON.stringify(scope),
        reason,
        owner,
        createdAt,
        expiresAt,
        madeFrom ?? null,
      );
      compiled = undefined;
    },
    end(id, at) {
      compiled = undefined;
      return (
        state.run(
          'UPDATE suppression SET expires_at = ? WHERE id = ? AND expires_at > ?',
          at,
          id,
          at,
        ) > 0
      );
    },
    covering(found, at) {
      compiled ??= list().map((s) => ({
        id: s.id,
        expiresAt: s.expiresAt,
        test: compileScope(s.scope),
      }));
      return compiled.find((s) => s.expiresAt > at && s.test(found))?.id;
    },
    hitsByFinder: (id) =>
      state.all<{ finder: string; hits: number }>(
        'SELECT finder, hits FROM suppression_hit WHERE suppression = ?',
        id,
      ),
    hit(id, finder, at) {
      state.run(
        `INSERT INTO suppression_hit (suppression, finder, hits, last) VALUES (?, ?, 1, ?)
         ON CONFLICT (suppression, finder) DO UPDATE SET hits = hits + 1, last = max(last, excluded.last)`,
        id,
        finder,
        at,
      );
    },
  };
}

function read(row: Row): Suppression {
  return {
    id: row.id,
    // Only this room writes it.
    scope: JSON.parse(row.scope) as SuppressionScope,
    reason: row.reason,
    owner: row.owner,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    hits: row.hits,
    lastHit: row.last_hit ?? undefined,
    madeFrom: row.made_from ?? undefined,
  };
}
