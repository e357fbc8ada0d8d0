import type { Migration } from './sqlite.ts';

/** The tables of the store itself in weir.db. Instants are µs. Only ever appended to. */
export const MANIFEST_STEPS: readonly Migration[] = [
  `
  -- The process that holds the writer's lock, or held it last.
  CREATE TABLE owner (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    token TEXT NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;

  -- pending: being written by its owner. visible: the truth. retired: replaced or expired, its file is still there for
  -- queries that began before. damaged: its file is missing or broken; queries go on without it.
  CREATE TABLE segment (
    id TEXT PRIMARY KEY,
    table_name TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'visible', 'retired', 'damaged')),
    owner TEXT NOT NULL,
    rows INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    tier TEXT NOT NULL DEFAULT 'hot',
    is_sorted INTEGER NOT NULL,
    ranges TEXT NOT NULL,
    committed_at INTEGER,
    retired_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX segment_by_day ON segment (state, table_name, day);

  CREATE TABLE table_version (
    table_name TEXT PRIMARY KEY,
    version INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE checkpoint (
    identity TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    object TEXT NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    moved_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX checkpoint_by_source ON checkpoint (source, object);

  CREATE TABLE tally (
    minute INTEGER NOT NULL,
    source TEXT NOT NULL,
    received INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    known INTEGER NOT NULL,
    PRIMARY KEY (minute, source)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tally_problem (
    minute INTEGER NOT NULL,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (minute, source, code),
    FOREIGN KEY (minute, source) REFERENCES tally (minute, source) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE quarantined (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    object TEXT NOT NULL,
    position INTEGER NOT NULL,
    detail TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX quarantined_by_kind ON quarantined (source, code, number);

  CREATE TABLE retention_log (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    day TEXT NOT NULL,
    segments INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- Whose tables hold what is in a segment: its rows are counted there and must not be counted again.
  CREATE TABLE taken (
    segment_id TEXT NOT NULL,
    taker TEXT NOT NULL,
    PRIMARY KEY (segment_id, taker)
  ) STRICT, WITHOUT ROWID;
  `,
];
