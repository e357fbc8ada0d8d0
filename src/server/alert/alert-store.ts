import {
  type Alert,
  entityKey,
  type Finding,
  severityRank,
  subjectOf,
  type Tally,
  tallyOf,
  type Verdict,
} from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Database, SqlValue } from '#server/store/index.ts';

/** A finding as it was taken last. */
export interface Known {
  readonly key: string;
  readonly subject: string;
  readonly family: string;
  readonly weight: number;
  readonly first: Micros;
  readonly last: Micros;
  readonly magnitude: number;
  readonly alert: string | null;
  readonly suppression: string | null;
  readonly body: string;
}

/** Findings and alerts in weir.db. Everything is synchronous, in the transaction of whoever calls. */
export interface AlertStore {
  finding(key: string): Known | undefined;
  keepFinding(
    finding: Finding,
    what: {
      readonly weight: number;
      readonly alert: string | null;
      readonly suppression: string | null;
      readonly at: Micros;
    },
  ): void;
  /** Findings about an entity that nobody was told of, since an instant. */
  untold(subject: string, since: Micros): readonly Known[];
  /** An alert stands for a finding from now on. */
  attach(finding: string, alert: string): void;
  alert(id: string): Alert | undefined;
  alerts(ids: readonly string[]): readonly Alert[];
  ofIncident(incident: number): readonly Alert[];
  /** How many alerts an incident has at this moment. */
  sizeOf(incident: number): number;
  save(alert: Alert): void;
  /** Of one finder about one entity, raised since an instant, newest first. */
  raisedSince(finder: string, subject: string, since: Micros): readonly Alert[];
  raisedByRule(finder: string, since: Micros): readonly Alert[];
  /** The informational ones of a finder, raised since an instant, newest first. */
  noticesSince(finder: string, since: Micros): readonly Alert[];
  /** Open alerts in which one of the entities acts or is acted upon, still seen after an instant, newest first. */
  sharing(entities: readonly string[], since: Micros, limit: number): readonly Alert[];
  /** How many alerts since an instant touch an entity, by incident; those of none under undefined. */
  touching(entity: string, since: Micros): ReadonlyMap<number | undefined, number>;
  verdictsOn(finder: string, pair: string): Tally;
  keepVerdict(
    alert: Alert,
    pair: string,
    verdict: Verdict,
    by: { readonly at: Micros; readonly who: string },
  ): void;
  forgetVerdict(alert: string): void;
  /** Two alerts that are not to be joined again. */
  setApart(one: string, other: string): void;
  isApart(one: string, other: string): boolean;
  /** Which incidents have alerts in which an entity acts or is acted upon. */
  incidentsWith(
    entities: readonly string[],
  ): readonly { readonly incident: number; readonly entity: string }[];
}

export const readAlert = ({ body }: { readonly body: string }): Alert => JSON.parse(body) as Alert;

export function createAlertStore(state: Database): AlertStore {
  const all = (sql: string, ...values: SqlValue[]) =>
    state.all<{ body: string }>(sql, ...values).map(readAlert);
  return {
    finding: (key) => state.get<Known>('SELECT * FROM finding WHERE key = ?', key),
    keepFinding(finding, { weight, alert, suppression, at }) {
      state.run(
        `INSERT OR REPLACE INTO finding
           (key, subject, family, weight, first, last, magnitude, taken_at, alert, suppression, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        finding.key,
        subjectOf(finding),
        finding.finder.family,
        weight,
        finding.first,
        finding.last,
        finding.magnitude,
        at,
        alert,
        suppression,
        // What is told lives on in its alert.
        alert === null && suppression === null ? JSON.stringify(finding) : '',
      );
    },
    untold: (subject, since) =>
      state.all<Known>(
        `SELECT * FROM finding WHERE subject = ? AND last >= ? AND alert IS NULL AND suppression IS NULL
         ORDER BY weight DESC LIMIT 100`,
        subject,
        since,
      ),
    attach(finding, alert) {
      state.run(`UPDATE finding SET alert = ?, body = '' WHERE key = ?`, alert, finding);
    },
    alert: (id) => all('SELECT body FROM alert WHERE id = ?', id)[0],
    alerts: (ids) =>
      all(
        'SELECT body FROM alert WHERE id IN (SELECT value FROM json_each(?))',
        JSON.stringify(ids),
      ),
    ofIncident: (incident) =>
      all('SELECT body FROM alert WHERE incident = ? ORDER BY first, id', incident),
    sizeOf: (incident) =>
      state.get<{ n: number }>('SELECT count(*) AS n FROM alert WHERE incident = ?', incident)?.n ??
      0,
    save(alert) {
      state.run(
        `INSERT INTO alert (id, key, finder, finder_kind, subject, state, severity, first, last, raised_at, incident, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, severity = excluded.severity, first = excluded.first,
           last = excluded.last, incident = excluded.incident, body = excluded.body`,
        alert.id,
        alert.key,
        alert.finder.id,
        alert.finder.kind,
        subjectOf(alert),
        alert.state,
        severityRank(alert.severity),
        alert.first,
        alert.last,
        alert.raisedAt,
        alert.incident ?? null,
        JSON.stringify(alert),
      );
      for (const entity of alert.entities)
        state.run(
          'INSERT OR IGNORE INTO alert_entity (entity, alert, role) VALUES (?, ?, ?)',
          entityKey(entity),
          alert.id,
          entity.role,
        );
    },
    raisedSince: (finder, subject, since) =>
      all(
        `SELECT body FROM alert WHERE finder = ? AND subject = ? AND raised_at >= ? ORDER BY raised_at DESC, id`,
        finder,
        subject,
        since,
      ),
    raisedByRule: (finder, since) =>
      all(
        'SELECT body FROM alert WHERE finder = ? AND last >= ? ORDER BY last DESC, id LIMIT 200',
        finder,
        since,
      ),
    noticesSince: (finder, since) =>
      all(
        'SELECT body FROM alert WHERE finder = ? AND raised_at >= ? AND severity = 0 ORDER BY raised_at DESC, id',
        finder,
        since,
      ),
    sharing: (entities, since, limit) =>
      all(
        `SELECT body FROM alert WHERE id IN (
           SELECT a.id FROM (SELECT DISTINCT alert FROM alert_entity
             WHERE role <> 'related' AND entity IN (SELECT value FROM json_each(?))) e
           CROSS JOIN alert a INDEXED BY alert_at_a_glance ON a.id = e.alert
           WHERE a.state = 'open' AND a.finder_kind <> 'canary' AND a.last >= ? ORDER BY a.last DESC, a.id LIMIT ?)
         ORDER BY last DESC, id`,
        JSON.stringify(entities),
        since,
        limit,
      ),
    touching: (entity, since) =>
      new Map(
        state
          .all<{ incident: number | null; n: number }>(
            `SELECT a.incident, count(*) AS n FROM (SELECT DISTINCT alert FROM alert_entity
               WHERE entity = ? AND role <> 'related') e
             CROSS JOIN alert a INDEXED BY alert_at_a_glance ON a.id = e.alert
             WHERE a.raised_at >= ? GROUP BY a.incident`,
            entity,
            since,
          )
          .map(({ incident, n }) => [incident ?? undefined, n]),
      ),
    verdictsOn: (finder, pair) =>
      state
        .all<{ verdict: Verdict; n: number }>(
          'SELECT verdict, count(*) AS n FROM verdict WHERE finder = ? AND pair = ? GROUP BY verdict',
          finder,
          pair,
        )
        .reduce(
          (sum, { verdict, n }) => {
            const { right, wrong } = tallyOf(verdict);
            return { right: sum.right + n * right, wrong: sum.wrong + n * wrong };
          },
          { right: 0, wrong: 0 },
        ),
    keepVerdict(alert, pair, verdict, { at, who }) {
      state.run(
        'INSERT OR REPLACE INTO verdict (alert, finder, pair, verdict, at, who) VALUES (?, ?, ?, ?, ?, ?)',
        alert.id,
        alert.finder.id,
        pair,
        verdict,
        at,
        who,
      );
    },
    forgetVerdict(alert) {
      state.run('DELETE FROM verdict WHERE alert = ?', alert);
    },
    setApart(one, other) {
      state.run('INSERT OR IGNORE INTO apart (one, other) VALUES (?, ?)', one, other);
      state.run('INSERT OR IGNORE INTO apart (one, other) VALUES (?, ?)', other, one);
    },
    isApart: (one, other) =>
      state.get('SELECT 1 FROM apart WHERE one = ? AND other = ?', one, other) !== undefined,
    incidentsWith: (entities) =>
      state.all<{ incident: number; entity: string }>(
        `SELECT DISTINCT a.incident, e.entity FROM alert_entity e JOIN alert a ON a.id = e.alert
         WHERE e.entity IN (SELECT value FROM json_each(?)) AND e.role <> 'related' AND a.incident IS NOT NULL
         ORDER BY a.incident DESC LIMIT 500`,
        JSON.stringify(entities),
      ),
  };
}
