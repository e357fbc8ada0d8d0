import { type Database, migrate } from '#server/store/index.ts';
import type { LookDone } from './detect-window.ts';

/** What is known of a detector's work: for pages, and for going on after a restart. */
export interface DetectorState {
  readonly name: string;
  /** When it looked last, µs by the clock; 0 for never. */
  readonly lookedAt: number;
  /** Event time up to which it has looked, µs. */
  readonly upTo: number;
  /** Segments committed up to then (µs) it has looked at. */
  readonly covered: number;
  readonly ms: number;
  readonly findings: number;
  readonly looks: number;
  readonly error: string;
  /** Why its last look did not see all; empty where it did. */
  readonly cut: string;
}

const STEPS = [
  `CREATE TABLE detectors (
     name TEXT PRIMARY KEY,
     lookedAt INTEGER NOT NULL,
     upTo INTEGER NOT NULL,
     covered INTEGER NOT NULL,
     ms REAL NOT NULL,
     findings INTEGER NOT NULL,
     looks INTEGER NOT NULL,
     error TEXT NOT NULL
   ) STRICT`,
  `ALTER TABLE detectors ADD COLUMN cut TEXT NOT NULL DEFAULT ''`,
];

export interface DetectionState {
  of(name: string): DetectorState;
  all(): readonly DetectorState[];
  note(done: LookDone, at: number, covered: number): void;
}

export function openDetectionState(db: Database): DetectionState {
  migrate(db, 'detect', STEPS);
  const of = (name: string): DetectorState =>
    db.get<DetectorState>('SELECT * FROM detectors WHERE name = ?', name) ?? {
      name,
      lookedAt: 0,
      upTo: 0,
      covered: 0,
      ms: 0,
      findings: 0,
      looks: 0,
      error: '',
      cut: '',
    };
  return {
    of,
    all: () => db.all<DetectorState>('SELECT * FROM detectors ORDER BY name'),
    note({ detector, to, ms, findings, error, cut = '' }, at, covered) {
      const before = of(detector);
      const text =
        error === undefined ? '' : error instanceof Error ? error.message : String(error);
      db.run(
        `INSERT OR REPLACE INTO detectors (name, lookedAt, upTo, covered, ms, findings, looks, error, cut)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        detector,
        Math.round(at),
        text === '' ? Math.max(before.upTo, to) : before.upTo,
        text === '' ? covered : before.covered,
        ms,
        before.findings + findings.length,
        before.looks + 1,
        text,
        cut,
      );
    },
  };
}
