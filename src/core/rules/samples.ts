import { type Micros, printInstant } from '#core/base/index.ts';
import { readDuration } from './duration.ts';
import type { RuleTest, SampleRow, SampleValue } from './rule.ts';

/** When a test runs that does not say so: any fixed instant does, as its times are relative to it. */
const DEFAULT_NOW = Date.UTC(2026, 2, 4, 10) * 1000;
const MAX_REPEAT = 100_000;

export interface Samples {
  readonly now: Micros;
  /** Plain rows by table: repetitions written out, times as ISO text. */
  readonly tables: Readonly<Record<string, readonly SampleRow[]>>;
}

/**
 * Writes a test's rows out. `-10m` in a column of time is ten minutes before the run; `repeat: 30` with `every: 1m` makes
 * thirty rows, each a minute later; `{i}` in a text is the number of the repetition, from 1.
 */
export function expandSamples(test: RuleTest): Samples {
  const now = test.now ?? DEFAULT_NOW;
  const tables = Object.entries(test.tables).map(([table, rows]) => [
    table,
    rows.flatMap((row) => repeated(row, now)),
  ]);
  return { now, tables: Object.fromEntries(tables) };
}

function repeated(row: SampleRow, now: Micros): readonly SampleRow[] {
  const { repeat, every, ...cells } = row;
  const times = Math.min(MAX_REPEAT, Math.max(1, Math.round(Number(repeat ?? 1)) || 1));
  const step = readDuration(String(every ?? '0s')) ?? 0;
  return Array.from({ length: times }, (_, i) => {
    const entries = Object.entries(cells).map(([name, value]) => [
      name,
      writeOut(value, now, i, step),
    ]);
    const hasTime = Object.hasOwn(cells, 'TimeGenerated');
    const time = hasTime ? [] : [['TimeGenerated', printInstant(now - 60e6 + i * step)]];
    return Object.fromEntries([...time, ...entries]);
  });
}

function writeOut(value: SampleValue, now: Micros, i: number, step: Micros): SampleValue {
  if (typeof value !== 'string') return value;
  const ago = /^-(\d+(?:\.\d+)?[smhdw])$/.exec(value);
  if (ago) return printInstant(now - (readDuration(ago[1]!) ?? 0) + i * step);
  if (step > 0 && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)))
    return printInstant(Date.parse(value) * 1000 + i * step);
  return value.replaceAll('{i}', String(i + 1));
}
