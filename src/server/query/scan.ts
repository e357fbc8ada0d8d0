import { type KqlType, type Table, tablesByName } from '#core/schema/index.ts';
import type { Segment, StoreReader } from '#server/store/index.ts';
import { type ComputedColumn, findComputed } from './computed.ts';

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
  readonly computed: readonly ComputedSource[];
  readonly files: readonly string[];
  readonly within: Within | undefined;
}

/** Column and interval that rows are restricted to. */
export type Within = Interval & { readonly column: string };

/** A computed column, with what its table holds for the time of the scan. */
export interface ComputedSource {
  readonly column: string;
  readonly files: readonly string[];
  readonly within: Within | undefined;
}

/** A table that is one Parquet file outside the store. */
export interface WholeFile {
  readonly path: string;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Changes with the content. */
  readonly version: string;
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
 * Finds the files of each scan at one moment: segments, or the one file of a table that is not in the store. A table
 * that nothing belongs to is an empty relation; without a store every table of the store is.
 */
export function resolveScans(
  requests: readonly ScanRequest[],
  store: StoreReader | undefined,
  timespan: Interval | undefined,
  outside: ReadonlyMap<string, WholeFile> = new Map(),
): ResolvedScans {
  const inside = requests.filter((r) => !outside.has(r.table));
  const { scans, cost, versions } = store
    ? resolveStored(inside, store, timespan)
    : {
        scans: inside.map((r) => describeScan(r, [], timespan)),
        cost: { rows: 0, bytes: 0, segments: 0 },
        versions: '',
      };
  if (outside.size === 0) return { scans, cost, versions };
  const files = [...outside.values()];
  return {
    scans: [
      ...scans,
      ...requests.flatMap((request) => {
        const file = outside.get(request.table);
        return file ? [{ ...describeScan(request, [], timespan), files: [file.path] }] : [];
      }),
    ],
    cost: {
      ...cost,
      rows: cost.rows + sum(files, (f) => f.rows),
      bytes: cost.bytes + sum(files, (f) => f.sizeBytes),
    },
    versions: [versions, ...[...outside].map(([table, f]) => `${table}@${f.version}`)].join(),
  };
}

function resolveStored(
  requests: readonly ScanRequest[],
  store: StoreReader,
  timespan: Interval | undefined,
): ResolvedScans {
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
      const span = table && spanOf(segments, table.timeColumn, bounds(request, table, timespan));
      return describeScan(request, segments, timespan, (rule) => {
        const within = span && { ...span, from: span.from - rule.reachMicros };
        const beside = within ? besideSegments(store, rule, within) : [];
        for (const segment of beside) opened.set(segment.id, segment);
        return { files: beside.map((s) => s.path), within: within && besideWithin(rule, within) };
      });
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
  timespan: Interval | undefined,
  lookUp: (rule: ComputedColumn) => Omit<ComputedSource, 'column'> = () => NOTHING_BESIDE,
): ScanSource {
  const table = tablesByName.get(request.table);
  const isLimited = timespan?.from !== undefined || timespan?.to !== undefined;
  return {
    name: request.name,
    table: request.table,
    columns: request.columns,
    computed: computedColumns(request).map((rule) => ({ column: rule.column, ...lookUp(rule) })),
    files: segments.map((s) => s.path),
    within: table?.timeColumn && isLimited ? { column: table.timeColumn, ...timespan } : undefined,
  };
}

const NOTHING_BESIDE = { files: [], within: undefined } as const;

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

/** The computed columns that a scan asks for. */
function computedColumns(request: ScanRequest): readonly ComputedColumn[] {
  const table = tablesByName.get(request.table);
  return request.columns
    .filter((c) => table?.columns.some((own) => own.name === c.name && own.isComputed))
    .map((c) => findComputed(request.table, c.name));
}

const besideTables = (request: ScanRequest) => computedColumns(request).map((c) => c.beside.table);

/** The times that rows of a scan can have: both ends included, µs. Undefined when it has none. */
function spanOf(
  segments: readonly Segment[],
  timeColumn: string,
  ranges: readonly TimeBounds[],
): { readonly from: number; readonly to: number } | undefined {
  const held = segments.flatMap((s) => {
    const range = s.ranges[timeColumn];
    return range ? [range] : [];
  });
  const asked = ranges.filter((r) => r.column === timeColumn);
  const from = Math.max(
    held.reduce((least, [first]) => Math.min(least, first), Number.POSITIVE_INFINITY),
    ...asked.map((r) => r.from ?? Number.NEGATIVE_INFINITY),
  );
  const to = Math.min(
    held.reduce((most, [, last]) => Math.max(most, last), Number.NEGATIVE_INFINITY),
    ...asked.map((r) => r.to ?? Number.POSITIVE_INFINITY),
  );
  return held.length > 0 && from <= to ? { from, to } : undefined;
}

function besideSegments(
  store: StoreReader,
  { beside }: ComputedColumn,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Segment[] {
  const column = tablesByName.get(beside.table)?.timeColumn ?? '';
  return store.segments({ table: beside.table, ranges: [{ column, from, to }] });
}

/** As rows are restricted: half-open. */
function besideWithin(
  { beside }: ComputedColumn,
  { from, to }: { readonly from: number; readonly to: number },
): Within {
  return { column: tablesByName.get(beside.table)?.timeColumn ?? '', from, to: to + 1 };
}

const sum = <T>(list: readonly T[], of: (one: T) => number) =>
  list.reduce((total, one) => total + of(one), 0);
