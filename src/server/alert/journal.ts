import type { Alert, AlertChange, Incident, IncidentChange, LogEntry } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Database } from '#server/store/index.ts';

/** The log of what people and outputs are told. */
export interface Journal {
  /** In the transaction of whoever calls. */
  tellAlert(alert: Alert, change: AlertChange, at: Micros): void;
  tellIncident(incident: Incident, change: IncidentChange, at: Micros): void;
  /** Entries after a number, in order. Numbers only grow, and may leave gaps. */
  read(after: number, limit: number): readonly LogEntry[];
  /** The number of the newest entry; 0 before the first. */
  head(): number;
  /** Forgets entries up to a number that are older than an instant. */
  prune(upTo: number, before: Micros): void;
}

interface Row {
  readonly number: number;
  readonly at: number;
  readonly kind: string;
  readonly change: string;
  readonly body: string;
}

export function createJournal(state: Database): Journal {
  const append = (at: Micros, kind: string, change: string, body: unknown) => {
    state.run(
      'INSERT INTO alert_log (at, kind, change, body) VALUES (?, ?, ?, ?)',
      at,
      kind,
      change,
      JSON.stringify(body),
    );
  };
  return {
    tellAlert: (alert, change, at) => append(at, 'alert', change, alert),
    tellIncident: (incident, change, at) => append(at, 'incident', change, incident),
    read: (after, limit) =>
      state
        .all<Row>('SELECT * FROM alert_log WHERE number > ? ORDER BY number LIMIT ?', after, limit)
        .map(entryOf),
    head: () =>
      state.get<{ n: number }>('SELECT coalesce(max(number), 0) AS n FROM alert_log')?.n ?? 0,
    prune(upTo, before) {
      // The newest stays, so that numbers go on from it even where SQLite's own counter is lost.
      state.run(
        `DELETE FROM alert_log WHERE number <= ? AND at < ? AND number < (SELECT max(number) FROM alert_log)`,
        upTo,
        before,
      );
    },
  };
}

/** Only this room writes the log, as the type says it. */
function entryOf({ number, at, kind, change, body }: Row): LogEntry {
  const said = { number, at, change };
  return (
    kind === 'alert'
      ? { ...said, kind: 'alert', alert: JSON.parse(body) }
      : { ...said, kind: 'incident', incident: JSON.parse(body) }
  ) as LogEntry;
}
