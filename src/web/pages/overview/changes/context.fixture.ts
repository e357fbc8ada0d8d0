import type { Filters } from '#web/base/selection.ts';
import type { Context } from './finding.ts';

export const DAY = 86_400_000;
export const TO = Date.UTC(2026, 2, 10, 12);

/** What the Overview knows where a table has been filled for so many days, if any has. */
export function contextOf(table: string | undefined, days: number, filters: Filters = {}): Context {
  const at = new Date(TO).toISOString();
  const filled = {
    rows: 1,
    sizeBytes: 1,
    segments: 1,
    oldest: new Date(TO - days * DAY).toISOString(),
    newest: at,
  };
  return {
    scope: { interval: { from: TO - DAY, to: TO }, filters, previous: undefined, isOpen: true },
    status: {
      version: '1',
      startedAt: at,
      now: at,
      tables: table ? [{ name: table, ...filled }] : [],
      sources: [],
      completeness: [],
      disk: { usedBytes: 1, freeBytes: 1, budgetBytes: null, state: 'fine' },
      retention: [],
      quarantine: [],
      duplicates: [],
      reduction: { upTo: null, lagSeconds: null },
      behind: [],
    },
    hasRollups: true,
    beforeName: 'the day before',
    now: TO,
  };
}
