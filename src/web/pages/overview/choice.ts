import { kqlWithin } from '#web/base/kql.ts';
import type { Interval } from '#web/base/range.ts';
import { FILTERS, type FilterKey, type Filters, filtersSet } from '#web/base/selection.ts';
import { formatClock } from '#web/base/time-text.ts';
import type { Scope } from '#web/query/index.ts';

const HOUR_MS = 3_600_000;
const INTERVAL_MS = 600_000;

/** A table that a panel can be computed from, cheapest first in the panel's list. */
export interface Choice {
  readonly table: string;
  /** Filters that the table's rows can be told apart by. */
  readonly filters: readonly FilterKey[];
  /** How long a time one row covers: a beginning within that time cannot be honoured. */
  readonly grain: 'hour' | 'interval' | 'record';
  /** How a filter is written where the table's columns are called otherwise. */
  readonly predicates?: Partial<Record<FilterKey, (value: string) => string>>;
  readonly kql: (part: Part) => string;
}

/** What a choice builds its query from. */
export interface Part {
  /** Table, time and filters; covers the period before as well where it is asked for. */
  readonly rows: string;
  /** What the rows cover. */
  readonly interval: Interval;
  /** `sum(X)`, limited to the time looked at where the rows cover more. */
  readonly now: (column: string) => string;
  /** `sum(X)` over the period before; undefined when there is nothing to compare with. */
  readonly before: ((column: string) => string) | undefined;
}

/** A query, and what a reader must know about it. */
export interface Chosen {
  readonly kql: string;
  readonly table: string;
  /** Filters that are set and that this query cannot honour, by their names on the page. */
  readonly ignored: readonly string[];
  /** Where the rows begin earlier than asked for: `since 10:00`. */
  readonly since: string | undefined;
}

const GRAIN_MS = { hour: HOUR_MS, interval: INTERVAL_MS, record: 1 } as const;

const isAligned = (at: number, grain: Choice['grain']): boolean => at % GRAIN_MS[grain] === 0;

/** Ends may be open: the last row of a running hour counts what has been seen of it so far. */
function fits(choice: Choice, scope: Scope, set: readonly FilterKey[]): boolean {
  const endFits =
    scope.isOpen ||
    choice.grain === 'record' ||
    isAligned(scope.interval.to, choice.grain) ||
    scope.interval.to - scope.interval.from > 6 * HOUR_MS;
  return (
    isAligned(scope.interval.from, choice.grain) &&
    endFits &&
    set.every((key) => choice.filters.includes(key))
  );
}

function predicatesOf(choice: Choice, filters: Filters): readonly string[] {
  return FILTERS.flatMap(({ key, kql }) => {
    const value = filters[key];
    if (value === undefined || !choice.filters.includes(key)) return [];
    return [(choice.predicates?.[key] ?? kql)(value)];
  });
}

function partOf(
  choice: Choice,
  interval: Interval,
  previous: Interval | undefined,
  filters: Filters,
): Part {
  const whole = { from: Math.min(interval.from, previous?.from ?? interval.from), to: interval.to };
  const predicates = [
    kqlWithin('TimeGenerated', whole),
    ...(choice.table === 'Flows' ? ['IsPrimary'] : []),
    ...predicatesOf(choice, filters),
  ];
  const rows = `${choice.table}\n${predicates.map((p) => `| where ${p}`).join('\n')}`;
  if (!previous)
    return { rows, interval: whole, now: (column) => `sum(${column})`, before: undefined };
  const isNow = kqlWithin('TimeGenerated', { ...interval, to: whole.to }).split(' and ')[0];
  const isBefore = kqlWithin('TimeGenerated', previous).split(' and ')[1];
  return {
    rows,
    interval: whole,
    now: (column) => `sumif(${column}, ${isNow})`,
    before: (column) => `sumif(${column}, ${isBefore})`,
  };
}

/** Picks the cheapest table that can answer, and builds the query. Where none can, the first one answers what it can, and says so. */
export function choose(
  choices: readonly Choice[],
  scope: Scope,
  options: { readonly hasRollups: boolean; readonly compares: boolean },
): Chosen | undefined {
  const usable = choices.filter((c) => options.hasRollups || c.table === 'Flows');
  const set = filtersSet(scope.filters);
  const choice =
    usable.find((c) => fits(c, scope, set)) ??
    usable.find((c) => c.grain === 'record') ??
    usable[0];
  if (!choice) return undefined;
  const step = GRAIN_MS[choice.grain];
  const floor = (at: number) => Math.floor(at / step) * step;
  const from = floor(scope.interval.from);
  const previous =
    options.compares && scope.previous
      ? { from: floor(scope.previous.from), to: scope.previous.to }
      : undefined;
  const part = partOf(choice, { from, to: scope.interval.to }, previous, scope.filters);
  return {
    kql: choice.kql(part),
    table: choice.table,
    ignored: FILTERS.filter(({ key }) => set.includes(key) && !choice.filters.includes(key)).map(
      (f) => f.text,
    ),
    since: from < scope.interval.from ? `since ${formatClock(from)}` : undefined,
  };
}

/** Every filter: raw rows can be told apart by all of them. */
export const ALL_FILTERS: readonly FilterKey[] = FILTERS.map(({ key }) => key);
