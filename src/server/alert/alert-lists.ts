import type { Alert, FinderKind } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Database, SqlValue } from '#server/store/index.ts';
import { readAlert } from './alert-store.ts';

/** What people ask of many alerts. */
export interface AlertLists {
  /** All since an instant, newest first; the canary's left out. */
  told(since: Micros): readonly Alert[];
  list(filter: AlertFilter): { readonly alerts: readonly Alert[]; readonly total: number };
  finderName(finder: string): string | undefined;
  /** Counts by finder of the alerts raised since an instant. */
  statistics(since: Micros): readonly FinderCounts[];
}

export interface AlertFilter {
  readonly since: Micros;
  readonly state?: Alert['state'] | undefined;
  /** Lowest rank. */
  readonly severity: number;
  /** Words of title, entities and reasons. */
  readonly text?: string | undefined;
  readonly finder?: string | undefined;
  readonly entity?: string | undefined;
  readonly isUnplaced: boolean;
  readonly limit: number;
}

export interface FinderCounts {
  readonly kind: FinderKind;
  readonly id: string;
  readonly name: string;
  readonly alerts: number;
  readonly incidents: number;
  readonly suppressed: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly benignPositives: number;
}

export function createAlertLists(state: Database): AlertLists {
  const all = (sql: string, ...values: SqlValue[]) =>
    state.all<{ body: string }>(sql, ...values).map(readAlert);
  return {
    told: (since) =>
      all(
        `SELECT body FROM alert WHERE raised_at >= ? AND finder_kind <> 'canary' ORDER BY raised_at DESC, id`,
        since,
      ),
    list({ since, state: wanted, severity, text = '', finder, entity, isUnplaced, limit }) {
      const words = text.split(/\s+/).filter((word) => word !== '');
      const where = `raised_at >= ? AND severity >= ? AND finder_kind <> 'canary'
        AND coalesce(state = ?, true) AND coalesce(finder = ?, true)
        AND (? IS NULL OR id IN (SELECT alert FROM alert_entity WHERE entity = ?))
        AND (incident IS NULL OR NOT ?)
        ${words.map(() => 'AND instr(lower(body), lower(?)) > 0').join(' ')}`;
      const values = [
        since,
        severity,
        wanted ?? null,
        finder ?? null,
        entity ?? null,
        entity ?? null,
        isUnplaced ? 1 : 0,
        ...words,
      ];
      return {
        alerts: all(
          `SELECT body FROM alert WHERE ${where} ORDER BY raised_at DESC, id LIMIT ?`,
          ...values,
          limit,
        ),
        total: state.get<{ n: number }>(
          `SELECT count(*) AS n FROM alert WHERE ${where}`,
          ...values,
        )!.n,
      };
    },
    finderName: (finder) =>
      all('SELECT body FROM alert WHERE finder = ? ORDER BY raised_at DESC LIMIT 1', finder)[0]
        ?.finder.name,
    statistics: (since) =>
      state.all<FinderCounts>(
        `WITH told AS (
           SELECT finder_kind AS kind, finder AS id, max(body ->> '$.finder.name') AS name, count(*) AS alerts,
             count(DISTINCT incident) AS incidents,
             sum(coalesce(verdict = 'TruePositive', 0)) AS truePositives,
             sum(coalesce(verdict = 'FalsePositive', 0)) AS falsePositives,
             sum(coalesce(verdict = 'BenignPositive', 0)) AS benignPositives
           FROM (SELECT a.*, v.verdict FROM alert a LEFT JOIN verdict v ON v.alert = a.id)
           WHERE raised_at >= ? GROUP BY finder_kind, finder)
         SELECT told.*, coalesce((SELECT sum(hits) FROM suppression_hit h WHERE h.finder = told.id AND h.last >= ?), 0)
           AS suppressed
         FROM told ORDER BY alerts DESC, id`,
        since,
        since,
      ),
  };
}
