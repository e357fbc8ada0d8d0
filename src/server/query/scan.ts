import { MICROS_PER_DAY } from '#core/base/index.ts';
import { type KqlType, type Table, tablesByName } from '#core/schema/index.ts';
import type { Segment, StoreReader } from '#server/store/index.ts';
import { findComputed } from './computed.ts';

/** What the compiler asks to be read. */
export interface ScanRequest {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: KqlType }[];
  /** Bounds in µs, both included. Rows outside cannot be in the result. */
  readonly ranges: readonly TimeBounds[];
}

export interface TimeBounds {
  readonly column: string;
  readonly from?: number;
  readonly to?: number;
}

/** A half-open interval of event time, µs: applied to the time column of every table that is read. */
export interface Interval {
  readonly from?: number;
  readonly to?: number;
}

/** A scan with its files: everything a worker needs, as plain data. */
export interface ScanSource {
  readonly name: string;
  readonly table: string;
  readonly columns: ScanRequest['columns'];
  /** Columns that are computed, not read; a subset of `columns`. */
  readonly computed: readonly string[];
  readonly files: readonly string[];
  /** All files of the days that `files` touch; only where a computed column needs them. */
  readonly dayFiles: readonly string[];
  /** Column and interval that rows are restricted to. */
  readonly within: (Interval & { readonly column: string }) | undefined;
}

/** What reading the scans of a query amounts to. */
export interface ScanCost {
  readonly rows: number;
  /** The columns' share of the files, taking columns for equally large. */
  readonly bytes: number;
  readonly segments: number;
}

export interface ResolvedScans {
  readonly scans: readonly ScanSource[];
  readonly cost: ScanCost;
  /** Changes whenever the answer may. */
  readonly versions: string;
}

/**
 * Finds the segments of each scan at one moment. A table that no segment belongs to is an empty relation; without a
 * store every table is.
 */
export function resolveScans(
  requests: readonly ScanRequest[],
  store: StoreReader | undefined,
  timespan: Interval | undefined,
): ResolvedScans {
  if (!store)
    return {
      scans: requests.map((r) => describeScan(r, [], [], timespan)),
      cost: { rows: 0, bytes: 0, segments: 0 },
      versions: '',
    };
  return store.snapshot(() => {
    const opened = new Map<string, Segment>();
    let bytes = 0;
    const scans = requests.map((request) => {
      const table = tablesByName.get(request.table);
      const segments = table
        ? store.segments({ table: table.name, ranges: bounds(request, table, timespan) })
        : [];
      for (const segment of segments) opened.set(segment.id, segment);
      const share = table ? Math.min(1, request.columns.length / table.columns.length) : 0;
      bytes += sum(segments, (s) => s.sizeBytes) * share;
      const needsDays = isAnyComputed(request, table) && segments.length > 0;
      const days = needsDays && table ? wholeDays(store, table, segments) : [];
      return describeScan(request, segments, days, timespan);
    });
    const tables = [...new Set(requests.map((r) => r.table))].sort();
    return {
      scans,
      cost: {
        rows: sum([...opened.values()], (s) => s.rows),
        bytes: Math.round(bytes),
        segments: opened.size,
      },
      versions: tables.map((t) => `${t}@${store.version(t)}`).join(),
    };
  });
}

function describeScan(
  request: ScanRequest,
  segments: readonly Segment[],
  days: readonly Segment[],
  timespan: Interval | undefined,
): ScanSource {
  const table = tablesByName.get(request.table);
  const isLimited = timespan?.from !== undefined || timespan?.to !== undefined;
  return {
    name: request.name,
    table: request.table,
    columns: request.columns,
    computed: request.columns.map((c) => c.name).filter((name) => isComputed(table, name)),
    files: segments.map((s) => s.path),
    dayFiles: days.map((s) => s.path),
    within: table?.timeColumn && isLimited ? { column: table.timeColumn, ...timespan } : undefined,
  };
}

/** The compiler's bounds, and those of the request; a half-open end is one microsecond earlier. */
function bounds(
  request: ScanRequest,
  table: Table,
  timespan: Interval | undefined,
): readonly TimeBounds[] {
  if (!timespan || !table.timeColumn) return request.ranges;
  const { from, to } = timespan;
  return [
    ...request.ranges,
    {
      column: table.timeColumn,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to: to - 1 }),
    },
  ];
}

function wholeDays(
  store: StoreReader,
  table: Table,
  segments: readonly Segment[],
): readonly Segment[] {
  const days = new Set(segments.map((s) => s.day));
  const starts = [...days].map((day) => Date.parse(day) * 1000);
  const range = {
    column: table.timeColumn,
    from: Math.min(...starts),
    to: Math.max(...starts) + MICROS_PER_DAY - 1,
  };
  return store.segments({ table: table.name, ranges: [range] }).filter((s) => days.has(s.day));
}

function isComputed(table: Table | undefined, column: string): boolean {
  return table?.columns.some((c) => c.name === column && c.isComputed) ?? false;
}

function isAnyComputed(request: ScanRequest, table: Table | undefined): boolean {
  return request.columns.some(
    (c) => isComputed(table, c.name) && findComputed(request.table, c.name).needs.length > 0,
  );
}

const sum = <T>(list: readonly T[], of: (one: T) => number) =>
  list.reduce((total, one) => total + of(one), 0);
