import { MICROS_PER_DAY, type Micros, printDay } from '#core/base/index.ts';
import type { Rule } from '#core/rules/index.ts';
import { type Database, type Migration, migrate, openState } from '#server/store/index.ts';

const STEPS: readonly Migration[] = [
  `
  -- What is known of each rule beside its file. Instants are µs; null where nothing has happened.
  CREATE TABLE rule (
    id TEXT PRIMARY KEY,
    enabled INTEGER,
    done_until INTEGER,
    quiet_until INTEGER,
    ran_at INTEGER,
    fired_at INTEGER,
    error TEXT,
    error_at INTEGER
  ) STRICT, WITHOUT ROWID;

  -- What each rule did and cost, by day of the clock.
  CREATE TABLE rule_day (
    id TEXT NOT NULL,
    day TEXT NOT NULL,
    runs INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    cost_ms INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    PRIMARY KEY (id, day)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** What is known of a rule beside its file. */
export interface RuleRecord {
  /** What somebody chose; undefined leaves it to the file. */
  readonly enabled: boolean | undefined;
  /** End of the last window that ran. */
  readonly doneUntil: Micros | undefined;
  /** Suppressed up to this event time. */
  readonly quietUntil: Micros | undefined;
  readonly ranAt: Micros | undefined;
  readonly firedAt: Micros | undefined;
  readonly error: { readonly message: string; readonly at: Micros } | undefined;
}

export interface RuleDay {
  readonly day: string;
  readonly runs: number;
  readonly findings: number;
  readonly costMs: number;
  readonly failures: number;
}

const KEPT_DAYS = 90;

interface Row {
  readonly enabled: number | null;
  readonly done_until: number | null;
  readonly quiet_until: number | null;
  readonly ran_at: number | null;
  readonly fired_at: number | null;
  readonly error: string | null;
  readonly error_at: number | null;
}

const UNKNOWN: RuleRecord = {
  enabled: undefined,
  doneUntil: undefined,
  quietUntil: undefined,
  ranAt: undefined,
  firedAt: undefined,
  error: undefined,
};

/** What a data folder knows of each rule, by id; nothing where there is no data. */
export function readRuleRecords(folder: string): ReadonlyMap<string, RuleRecord> {
  let db: Database;
  try {
    db = openState(folder);
  } catch {
    // A folder without data has no state; rules can be listed all the same.
    return new Map();
  }
  try {
    const has = db.get("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'rule'");
    const rows = has ? db.all<Row & { readonly id: string }>('SELECT * FROM rule') : [];
    return new Map(rows.map((row) => [row.id, recordOf(row)]));
  } finally {
    db.close();
  }
}

function recordOf(row: Row): RuleRecord {
  return {
    enabled: row.enabled === null ? undefined : row.enabled === 1,
    doneUntil: row.done_until ?? undefined,
    quietUntil: row.quiet_until ?? undefined,
    ranAt: row.ran_at ?? undefined,
    firedAt: row.fired_at ?? undefined,
    error: row.error === null ? undefined : { message: row.error, at: row.error_at ?? 0 },
  };
}

/** What rules did, in weir.db. */
export function createRuleState(db: Database, clock: () => Micros) {
  migrate(db, 'rules', STEPS);

  const add = (id: string) => db.run('INSERT OR IGNORE INTO rule (id) VALUES (?)', id);

  function day(id: string, findings: number, costMs: number, failures: number): void {
    db.run(
      `INSERT INTO rule_day (id, day, runs, findings, cost_ms, failures) VALUES (?, ?, 1, ?, ?, ?)
       ON CONFLICT DO UPDATE SET runs = runs + 1, findings = findings + excluded.findings,
         cost_ms = cost_ms + excluded.cost_ms, failures = failures + excluded.failures`,
      id,
      printDay(clock()),
      findings,
      Math.round(costMs),
      failures,
    );
  }

  return {
    record(id: string): RuleRecord {
      const row = db.get<Row>('SELECT * FROM rule WHERE id = ?', id);
      return row ? recordOf(row) : UNKNOWN;
    },
    days(id: string, count: number): readonly RuleDay[] {
      const since = printDay(clock() - (count - 1) * MICROS_PER_DAY);
      return db
        .all<{ day: string; runs: number; findings: number; cost_ms: number; failures: number }>(
          'SELECT day, runs, findings, cost_ms, failures FROM rule_day WHERE id = ? AND day >= ? ORDER BY day',
          id,
          since,
        )
        .map(({ cost_ms, ...rest }) => ({ ...rest, costMs: cost_ms }));
    },
    isEnabled(rule: Rule): boolean {
      return this.record(rule.id).enabled ?? rule.isEnabled;
    },
    setEnabled(id: string, enabled: boolean): void {
      db.transaction(() => {
        add(id);
        db.run(
          'UPDATE rule SET enabled = ?, error = NULL, error_at = NULL WHERE id = ?',
          enabled ? 1 : 0,
          id,
        );
      });
    },
    /** A window ran to its end. `until` is undefined for runs that are no regular window. */
    ran(
      id: string,
      ran: {
        readonly until?: Micros;
        readonly findings: number;
        readonly costMs: number;
        readonly quietUntil?: Micros;
      },
    ): void {
      db.transaction(() => {
        add(id);
        db.run(
          'UPDATE rule SET ran_at = ?, error = NULL, error_at = NULL WHERE id = ?',
          clock(),
          id,
        );
        if (ran.until !== undefined)
          db.run(
            'UPDATE rule SET done_until = max(coalesce(done_until, 0), ?) WHERE id = ?',
            ran.until,
            id,
          );
        if (ran.findings > 0) db.run('UPDATE rule SET fired_at = ? WHERE id = ?', clock(), id);
        if (ran.quietUntil !== undefined)
          db.run('UPDATE rule SET quiet_until = ? WHERE id = ?', ran.quietUntil, id);
        day(id, ran.findings, ran.costMs, 0);
      });
    },
    /** A run failed; the window is not run again. */
    failed(id: string, message: string, costMs: number, until?: Micros): void {
      db.transaction(() => {
        add(id);
        db.run(
          'UPDATE rule SET ran_at = ?, error = ?, error_at = ? WHERE id = ?',
          clock(),
          message,
          clock(),
          id,
        );
        if (until !== undefined)
          db.run(
            'UPDATE rule SET done_until = max(coalesce(done_until, 0), ?) WHERE id = ?',
            until,
            id,
          );
        day(id, 0, costMs, 1);
      });
    },
    /** Nothing to do up to there. */
    skipped(id: string, until: Micros): void {
      add(id);
      db.run(
        'UPDATE rule SET done_until = max(coalesce(done_until, 0), ?) WHERE id = ?',
        until,
        id,
      );
    },
    forgetOld(): void {
      db.run('DELETE FROM rule_day WHERE day < ?', printDay(clock() - KEPT_DAYS * MICROS_PER_DAY));
    },
  };
}

export type RuleState = ReturnType<typeof createRuleState>;
