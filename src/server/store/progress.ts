import { MICROS_PER_DAY, type Micros } from '#core/base/index.ts';
import { CheckpointMoved } from './errors.ts';
import type { Database } from './sqlite.ts';
import type { Checkpoint, Quarantined, Tally } from './store.ts';

interface CheckpointRow {
  readonly identity: string;
  readonly source: string;
  readonly object: string;
  readonly position: number;
  readonly state: string;
}

const CHECKPOINT = 'SELECT identity, source, object, position, state FROM checkpoint';

const toCheckpoint = (row: CheckpointRow): Checkpoint => ({ ...row, state: JSON.parse(row.state) });

export function findCheckpoint(db: Database, identity: string): Checkpoint | undefined {
  const row = db.get<CheckpointRow>(`${CHECKPOINT} WHERE identity = ?`, identity);
  return row && toCheckpoint(row);
}

export function listCheckpoints(db: Database, source?: string): Checkpoint[] {
  const rows =
    source === undefined
      ? db.all<CheckpointRow>(`${CHECKPOINT} ORDER BY source, object, identity`)
      : db.all<CheckpointRow>(`${CHECKPOINT} WHERE source = ? ORDER BY object, identity`, source);
  return rows.map(toCheckpoint);
}

export function mapSources(db: Database): ReadonlyMap<string, string> {
  const rows = db.all<Pick<CheckpointRow, 'source' | 'object'>>(
    'SELECT source, object FROM checkpoint ORDER BY source, object',
  );
  return new Map(rows.map(({ object, source }) => [object, source]));
}

/** Moves a checkpoint; throws CheckpointMoved when it is not where the change says that it starts. */
export function moveCheckpoint(db: Database, checkpoint: Checkpoint, now: Micros): void {
  const { identity, source, object, position, state, from } = checkpoint;
  if (from !== undefined) {
    const at = findCheckpoint(db, identity)?.position ?? 0;
    if (at !== from)
      throw new CheckpointMoved(
        `${object} has been read up to ${at}, but this change starts at ${from}. Read on from the committed position.`,
      );
  }
  db.run(
    'INSERT OR REPLACE INTO checkpoint (identity, source, object, position, state, moved_at) VALUES (?, ?, ?, ?, ?, ?)',
    identity,
    source,
    object,
    position,
    JSON.stringify(state ?? null),
    now,
  );
}

/** Throws when the sum that every tally promises does not hold: a bug of whoever counted. */
export function assertTally(tally: Tally): void {
  const { source, received, stored, known, problems } = tally;
  const lost = Object.values(problems).reduce((sum, n) => sum + n, 0);
  if (received !== stored + known + lost)
    throw new Error(
      `${source}: ${received} records received, but ${stored} + ${known} + ${lost} accounted for`,
    );
}

export function addTally(db: Database, tally: Tally): void {
  db.run(
    `INSERT INTO tally (minute, source, received, stored, known) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (minute, source) DO UPDATE SET received = received + excluded.received,
       stored = stored + excluded.stored, known = known + excluded.known`,
    tally.minute,
    tally.source,
    tally.received,
    tally.stored,
    tally.known,
  );
  for (const [code, records] of Object.entries(tally.problems))
    if (records > 0)
      db.run(
        `INSERT INTO tally_problem (minute, source, code, records) VALUES (?, ?, ?, ?)
         ON CONFLICT (minute, source, code) DO UPDATE SET records = records + excluded.records`,
        tally.minute,
        tally.source,
        code,
        records,
      );
}

interface TallyRow {
  readonly minute: number;
  readonly source: string;
  readonly received: number;
  readonly stored: number;
  readonly known: number;
  readonly problems: string;
}

/** Tallies of the minutes in [from, to), oldest first. */
export function listTallies(db: Database, from: Micros, to: Micros): Tally[] {
  return db
    .all<TallyRow>(
      `SELECT minute, source, received, stored, known,
         coalesce((SELECT json_group_object(code, records) FROM tally_problem p
           WHERE p.minute = t.minute AND p.source = t.source), '{}') AS problems
       FROM tally t WHERE minute >= ? AND minute < ? ORDER BY minute, source`,
      from,
      to,
    )
    .map((row) => ({ ...row, problems: JSON.parse(row.problems) }));
}

/** How long the counts of a minute are kept. */
const TALLIES_KEPT: Micros = 100 * MICROS_PER_DAY;

/** True when there are counts that are no longer kept. */
export const hasOldTallies = (db: Database, now: Micros): boolean =>
  db.get('SELECT 1 FROM tally WHERE minute < ? LIMIT 1', now - TALLIES_KEPT) !== undefined;

export function deleteOldTallies(db: Database, now: Micros): void {
  db.run('DELETE FROM tally WHERE minute < ?', now - TALLIES_KEPT);
}

/** Samples kept of each code of each source; the tallies count all of them. */
export const SAMPLES_KEPT = 100;
const EXCERPT_CHARS = 512;

export function addQuarantined(db: Database, samples: readonly Quarantined[]): void {
  const kinds = new Map<string, Quarantined>();
  for (const sample of samples) {
    kinds.set(`${sample.source}\n${sample.code}`, sample);
    db.run(
      'INSERT INTO quarantined (source, code, object, position, detail, excerpt, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      sample.source,
      sample.code,
      sample.object,
      sample.offset,
      sample.detail,
      sample.excerpt.slice(0, EXCERPT_CHARS),
      sample.at,
    );
  }
  for (const { source, code } of kinds.values())
    db.run(
      `DELETE FROM quarantined WHERE source = ?1 AND code = ?2 AND number <= (SELECT number FROM quarantined
         WHERE source = ?1 AND code = ?2 ORDER BY number DESC LIMIT 1 OFFSET ?3)`,
      source,
      code,
      SAMPLES_KEPT,
    );
}

/** Samples of records that were not stored, newest first. */
export function listQuarantined(db: Database, limit: number): Quarantined[] {
  return db.all<Quarantined>(
    `SELECT source, object, position AS offset, code, detail, excerpt, at FROM quarantined
     ORDER BY number DESC LIMIT ?`,
    limit,
  );
}
