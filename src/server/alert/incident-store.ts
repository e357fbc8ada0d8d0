import { type Incident, severityRank } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Database, SqlValue } from '#server/store/index.ts';

/** Kinds of what happens to an incident. */
export const EVENT_KINDS = [
  'opened',
  'alert',
  'merged',
  'assigned',
  'state',
  'severity',
  'verdict',
  'note',
  'bookmark',
  'suppressed',
  'split',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface IncidentEvent {
  readonly number: number;
  readonly at: Micros;
  /** An account, or Weir. */
  readonly who: string;
  readonly kind: EventKind;
  readonly says: string;
}

export interface IncidentFilter {
  readonly states: readonly Incident['state'][];
  /** Lowest rank. */
  readonly severity: number;
  /** An owner's name; '' for those without. */
  readonly owner?: string | undefined;
  /** Words of titles, entities and descriptions. */
  readonly text?: string | undefined;
  /** Key of an entity that one of the alerts names. */
  readonly entity?: string | undefined;
  readonly since?: Micros | undefined;
  readonly limit: number;
}

export interface IncidentStore {
  find(number: number): Incident | undefined;
  /** False for one that is closed, and for none. */
  isOpen(number: number): boolean;
  /** A new one; its number is the next. */
  add(make: (number: number) => Incident): Incident;
  save(incident: Incident): void;
  list(filter: IncidentFilter): { readonly incidents: readonly Incident[]; readonly total: number };
  count(states: readonly Incident['state'][]): number;
  note(
    incident: number,
    event: {
      readonly at: Micros;
      readonly who: string;
      readonly kind: EventKind;
      readonly says: string;
    },
  ): void;
  events(incident: number): readonly IncidentEvent[];
  addBookmark(incident: number, bookmark: StoredBookmark): void;
  /** False when there is none. */
  removeBookmark(incident: number, id: string): boolean;
  bookmarks(incident: number): readonly StoredBookmark[];
}

export interface StoredBookmark {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly note: string;
  readonly who: string;
  readonly at: Micros;
}

export const WEIR = 'Weir';

const readIncident = ({ body }: { readonly body: string }): Incident =>
  JSON.parse(body) as Incident;

export function createIncidentStore(state: Database): IncidentStore {
  const save = (incident: Incident) => {
    state.run(
      `UPDATE incident SET state = ?, severity = ?, owner = ?, last = ?, changed_at = ?, body = ? WHERE number = ?`,
      incident.state,
      severityRank(incident.severity),
      incident.owner ?? null,
      incident.last,
      incident.changedAt,
      JSON.stringify(incident),
      incident.number,
    );
  };
  return {
    save,
    find(number) {
      const row = state.get<{ body: string }>('SELECT body FROM incident WHERE number = ?', number);
      return row && readIncident(row);
    },
    isOpen: (number) =>
      state.get(`SELECT 1 FROM incident WHERE number = ? AND state <> 'Closed'`, number) !==
      undefined,
    add(make) {
      state.run(
        `INSERT INTO incident (state, severity, last, changed_at, body) VALUES ('New', 0, 0, 0, '')`,
      );
      const number = state.get<{ n: number }>('SELECT last_insert_rowid() AS n')!.n;
      const incident = make(number);
      save(incident);
      return incident;
    },
    list(filter) {
      const { where, values } = conditions(filter);
      return {
        incidents: state
          .all<{ body: string }>(
            `SELECT body FROM incident WHERE ${where} ORDER BY state = 'Closed', severity DESC, last DESC, number DESC LIMIT ?`,
            ...values,
            filter.limit,
          )
          .map(readIncident),
        total: state.get<{ n: number }>(
          `SELECT count(*) AS n FROM incident WHERE ${where}`,
          ...values,
        )!.n,
      };
    },
    count: (states) =>
      state.get<{ n: number }>(
        'SELECT count(*) AS n FROM incident WHERE state IN (SELECT value FROM json_each(?))',
        JSON.stringify(states),
      )!.n,
    note(incident, { at, who, kind, says }) {
      state.run(
        'INSERT INTO incident_event (incident, at, who, kind, says) VALUES (?, ?, ?, ?, ?)',
        incident,
        at,
        who,
        kind,
        says,
      );
    },
    events: (incident) =>
      state.all<IncidentEvent>(
        'SELECT number, at, who, kind, says FROM incident_event WHERE incident = ? ORDER BY number',
        incident,
      ),
    addBookmark(incident, { id, name, query, note, who, at }) {
      state.run(
        'INSERT INTO bookmark (id, incident, at, who, name, query, note) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        incident,
        at,
        who,
        name,
        query,
        note,
      );
    },
    removeBookmark: (incident, id) =>
      state.run('DELETE FROM bookmark WHERE incident = ? AND id = ?', incident, id) > 0,
    bookmarks: (incident) =>
      state.all<StoredBookmark>(
        'SELECT id, name, query, note, who, at FROM bookmark WHERE incident = ? ORDER BY at, id',
        incident,
      ),
  };
}

function conditions(filter: IncidentFilter): {
  readonly where: string;
  readonly values: readonly SqlValue[];
} {
  const parts = ['state IN (SELECT value FROM json_each(?))', 'severity >= ?'];
  const values: SqlValue[] = [JSON.stringify(filter.states), filter.severity];
  if (filter.owner !== undefined) {
    parts.push(`coalesce(owner, '') = ?`);
    values.push(filter.owner);
  }
  if (filter.since !== undefined) {
    parts.push('last >= ?');
    values.push(filter.since);
  }
  if (filter.entity !== undefined) {
    parts.push(
      'number IN (SELECT a.incident FROM alert a JOIN alert_entity e ON e.alert = a.id WHERE e.entity = ?)',
    );
    values.push(filter.entity);
  }
  for (const word of filter.text?.split(/\s+/).filter((w) => w !== '') ?? []) {
    parts.push(`instr(lower(body), lower(?)) > 0`);
    values.push(word);
  }
  return { where: parts.join(' AND '), values };
}
