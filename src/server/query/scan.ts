import { type KqlType, type Table, tablesByName } from '#core/schema/index.ts';
import type { Segment, StoreReader } from '#server/store/index.ts';
import { findComputed } from './computed.ts';

const MICROS_PER_HOUR = 3_600_000_000;

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
  /** Files of the table that computed columns look rows up in. */
  readonly besideFiles: readonly string[];
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
      const beside = table ? besideSegments(store, table, request, segments) : [];
      for (const segment of beside) opened.set(segment.id, segment);
      return describeScan(request, segments, beside, timespan);
    });
    const tables = [...new Set(requests.flatMap((r) => [r.table, ...besideTables(r)]))].sort();
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
  beside: readonly Segment[],
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
    besideFiles: beside.map((s) => s.path),
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

/** The tables that the computed columns of a scan look rows up in. */
function besideTables(request: ScanRequest): readonly string[] {
  const table = tablesByName.get(request.table);
  return request.columns
    .filter((c) => isComputed(table, c.name))
    .map((c) => findComputed(request.table, c.name).beside.table);
}

/** What these hold for the hours that the scan's segments touch. */
function besideSegments(
  store: StoreReader,
  table: Table,
  request: ScanRequest,
  segments: readonly Segment[],
): readonly Segment[] {
  const times = segments.flatMap((s) => s.ranges[table.timeColumn] ?? []);
  if (times.length === 0) return [];
  const from = times.reduce((a, b) => Math.min(a, b)) - MICROS_PER_HOUR;
  const to = times.reduce((a, b) => Math.max(a, b));
  return besideTables(request).flatMap((name) => {
    const column = tablesByName.get(name)?.timeColumn ?? '';
    return store.segments({ table: name, ranges: [{ column, from, to }] });
  });
}

function isComputed(table: Table | undefined, column: string): boolean {
  return table?.columns.some((c) => c.name === column && c.isComputed) ?? false;
}

const sum = <T>(list: readonly T[], of: (one: T) => number) =>
  list.reduce((total, one) => total + of(one), 0);
