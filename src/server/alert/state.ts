import type { Migration } from '#server/store/index.ts';

/** Tables of this room in weir.db. Instants are µs. Only ever appended to. */
export const ALERT_STEPS: readonly Migration[] = [
  `
  -- The latest finding of each key, and what became of it.
  CREATE TABLE finding (
    key TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    family TEXT NOT NULL,
    weight REAL NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    magnitude REAL NOT NULL,
    taken_at INTEGER NOT NULL,
    alert TEXT,
    suppression TEXT,
    body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX finding_by_subject ON finding (subject, last);
  CREATE INDEX finding_by_age ON finding (taken_at) WHERE alert IS NULL;

  -- The latest version of each alert; body is an Alert.
  CREATE TABLE alert (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    finder TEXT NOT NULL,
    finder_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    severity INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    incident INTEGER,
    body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alert_by_finder ON alert (finder, subject, raised_at);
  CREATE INDEX alert_by_time ON alert (raised_at);
  CREATE INDEX alert_by_incident ON alert (incident);

  CREATE TABLE alert_entity (
    entity TEXT NOT NULL,
    alert TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (entity, alert, role)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alert_entity_by_alert ON alert_entity (alert);

  -- body is an Incident.
  CREATE TABLE incident (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    severity INTEGER NOT NULL,
    owner TEXT,
    last INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incident_by_state ON incident (state, severity, changed_at);

  -- What happened to an incident, by whom and why.
  CREATE TABLE incident_event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    incident INTEGER NOT NULL REFERENCES incident (number) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    says TEXT NOT NULL
  ) STRICT;
  CREATE INDEX incident_event_by_incident ON incident_event (incident, number);

  -- Alerts that an analyst took apart: they are not joined again.
  CREATE TABLE apart (
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (one, other)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE suppression (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    reason TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    made_from TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE suppression_hit (
    suppression TEXT NOT NULL REFERENCES suppression (id) ON DELETE CASCADE,
    finder TEXT NOT NULL,
    hits INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (suppression, finder)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE verdict (
    alert TEXT PRIMARY KEY REFERENCES alert (id) ON DELETE CASCADE,
    finder TEXT NOT NULL,
    pair TEXT NOT NULL,
    verdict TEXT NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verdict_by_pair ON verdict (finder, pair);

  CREATE TABLE bookmark (
    id TEXT PRIMARY KEY,
    incident INTEGER REFERENCES incident (number) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    note TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX bookmark_by_incident ON bookmark (incident, at);

  -- What people and outputs are told, in order; body is an Alert or an Incident.
  CREATE TABLE alert_log (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    change TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- What is asked of alerts that share an entity, beside their bodies: a busy target has thousands of them.
  CREATE INDEX alert_at_a_glance ON alert (id, state, finder_kind, last, raised_at, incident);
  `,
];
