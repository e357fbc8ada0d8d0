import type { KqlType } from '../../schema/index.ts';
import type { AggregateContext, AggregateRow, Arg } from '../dialect/dialect.ts';
import { toDynamic, toLong, toReal } from '../dialect/duckdb.ts';

/** Aggregates, by KQL name. `…if` forms come here as the plain one with a filter. */

function numeric(a: Arg): string {
  return a.type === 'dynamic' || a.type === 'string'
    ? toReal(a)
    : a.type === 'bool'
      ? `(${a.sql})::BIGINT`
      : a.sql;
}

/**
 * DuckDB fails where a square is too large. Carefully: NaN where a value is none, far from 0 or not a number, which no
 * square can hold.
 */
function spread(engine: string): AggregateRow['duckdb'] {
  return ([a], { filter, isCareful }) => {
    const x = toReal(a!);
    if (!isCareful) return `coalesce(${engine}(${x})${filter}, 0)`;
    const fits = `coalesce(abs(${x}) < 1e150, true)`;
    const among =
      filter === '' ? ` FILTER (WHERE ${fits})` : filter.replace(/\)$/, ` AND ${fits})`);
    return `CASE WHEN bool_and(${fits})${filter} THEN coalesce(${engine}(${x})${among}, 0) WHEN count(${x})${filter} > 0 THEN 'nan'::DOUBLE ELSE 0 END`;
  };
}

function pick(engine: 'arg_max' | 'arg_min'): AggregateRow['duckdb'] {
  return (args, { output, filter, order }) => {
    const fields = `struct_pack(${args.map((a, i) => `c${i} := ${a.sql}`).join(', ')})`;
    const key = args[0]!;
    // NaN ranks above all in the engine, which arg_max wants; for arg_min it must come first.
    const rank =
      engine === 'arg_min' && key.type === 'real'
        ? `CASE WHEN isnan(${key.sql}) THEN '-infinity'::DOUBLE ELSE ${key.sql} END`
        : key.sql;
    const picked = `${engine}(${fields}, ${rank})${filter}`;
    const sql =
      args[0]!.type === 'string'
        ? `(${picked}).c${output}`
        : `coalesce(${picked}, first(${fields}${order})${filter}).c${output}`;
    return args[output]?.type === 'string' ? `coalesce(${sql}, '')` : sql;
  };
}

const rows: Record<string, AggregateRow> = {
  count: { returns: 'long', duckdb: (_a, { filter }) => `count(*)${filter}` },
  sum: {
    duckdb: ([a], { type, filter }) => {
      const sql = `sum(${numeric(a!)})${filter}`;
      return type === 'real' || type === 'decimal'
        ? `coalesce(${sql}, 0)::DOUBLE`
        : `weir_wrap(coalesce(${sql}, 0)::HUGEINT)`;
    },
  },
  avg: {
    duckdb: ([a], { type, filter }) =>
      a!.type === 'datetime'
        ? `make_timestamp(avg(epoch_us(${a!.sql}))${filter}::BIGINT)`
        : type === 'timespan'
          ? `(avg(${a!.sql})${filter})::BIGINT`
          : `coalesce(avg(${numeric(a!)})${filter}, 'nan'::DOUBLE)`,
  },
  min: { duckdb: ([a], { filter, type }) => smallest(a!, filter, type) },
  max: { duckdb: ([a], { filter, type }) => text(`max(${a!.sql})${filter}`, type) },
  dcount: { returns: 'long', duckdb: ([a], { filter }) => `count(DISTINCT ${a!.sql})${filter}` },
  count_distinct: {
    returns: 'long',
    duckdb: ([a], { filter }) => `count(DISTINCT ${a!.sql})${filter}`,
  },
  /** A value that is there, if one is. */
  take_any: {
    duckdb: ([a], { filter, type, order }) =>
      text(
        `any_value(${type === 'string' ? `nullif(${a!.sql}, '')` : a!.sql}${order})${filter}`,
        type,
      ),
  },
  /** The planner's own: of several columns, all of one row. */
  $first: {
    duckdb: ([a], { filter, type, order }) => text(`first(${a!.sql}${order})${filter}`, type),
  },
  /** The planner's own: texts, one a line, in any order. */
  $lines: {
    returns: 'string',
    duckdb: ([a], { filter }) => `coalesce(string_agg(${a!.sql}, chr(10))${filter}, '')`,
  },
  arg_max: { duckdb: pick('arg_max') },
  arg_min: { duckdb: pick('arg_min') },
  make_list: {
    returns: 'dynamic',
    duckdb: (args, c) => gatherPlain(args, c, '') ?? gatherList('weir_make_list', args, c, false),
  },
  make_list_with_nulls: {
    returns: 'dynamic',
    duckdb: (args, c) => gatherList('weir_make_list', args, c, true),
  },
  make_set: {
    returns: 'dynamic',
    // In an order, the first of each value counts.
    duckdb: (args, c) =>
      (c.order === '' ? gatherPlain(args, c, 'DISTINCT ') : null) ??
      gatherList('weir_make_set', args, c, false),
  },
  make_bag: {
    returns: 'dynamic',
    duckdb: ([a], { filter, order }) =>
      `weir_make_bag(coalesce(string_agg(${a!.sql}, chr(10)${order})${filter}, ''))`,
  },
  buildschema: {
    returns: 'dynamic',
    duckdb: ([a], { filter, order }) =>
      `weir_buildschema(coalesce(string_agg(${toDynamic(a!)}, chr(10)${order})${filter}, ''))`,
  },
  stdev: { returns: 'real', duckdb: spread('stddev_samp') },
  stdevp: { returns: 'real', duckdb: spread('stddev_pop') },
  variance: { returns: 'real', duckdb: spread('var_samp') },
  variancep: { returns: 'real', duckdb: spread('var_pop') },
  covariance: {
    returns: 'real',
    duckdb: ([a, b], { filter }) =>
      `coalesce(covar_samp(${toReal(a!)}, ${toReal(b!)})${filter}, 0)`,
  },
  covariancep: {
    returns: 'real',
    duckdb: ([a, b], { filter }) => `coalesce(covar_pop(${toReal(a!)}, ${toReal(b!)})${filter}, 0)`,
  },
  binary_all_and: {
    returns: 'long',
    duckdb: ([a], { filter }) => `bit_and(${toLong(a!)})${filter}`,
  },
  binary_all_or: { returns: 'long', duckdb: ([a], { filter }) => `bit_or(${toLong(a!)})${filter}` },
  binary_all_xor: {
    returns: 'long',
    duckdb: ([a], { filter }) => `bit_xor(${toLong(a!)})${filter}`,
  },
  // Sketches hold all values: see functions/sketches.ts.
  tdigest: {
    returns: 'dynamic',
    duckdb: ([a], c) =>
      `weir_merge_tdigest(weir_make_list(list(${toDynamic(a!)})${filtered(c.filter, `${a!.sql} IS NOT NULL`)}, 1000000))`,
  },
  merge_tdigest: {
    returns: 'dynamic',
    duckdb: ([a], c) =>
      `weir_merge_tdigest(weir_make_list(list(weir_inside(${toDynamic(a!)}))${c.filter}, 1000000))`,
  },
  hll: {
    returns: 'dynamic',
    duckdb: ([a], c) =>
      `weir_hll_merge(weir_make_list(list(DISTINCT ${toDynamic(a!)})${filtered(c.filter, `${a!.sql} IS NOT NULL`)}, 1000000))`,
  },
  hll_merge: {
    returns: 'dynamic',
    duckdb: ([a], c) =>
      `weir_hll_merge(weir_make_list(list(weir_inside(${toDynamic(a!)}))${c.filter}, 1000000))`,
  },
  percentile: { duckdb: ([a, ...ps], c) => percentiles(a!, ps, c)[0]! },
  percentiles: { duckdb: ([a, ...ps], c) => percentiles(a!, ps, c)[c.output]! },
  percentiles_array: { returns: 'dynamic', duckdb: ([a, ...ps], c) => percentileArray(a!, ps, c) },
  percentilesw_array: {
    returns: 'dynamic',
    duckdb: ([a, w, ...ps], c) =>
      `('[' || ${points(ps)
        .map((p) => toDynamic({ sql: weighted(a!, w!, p, c), type: a!.type }))
        .join(" || ',' || ")} || ']')`,
  },
  percentilew: { duckdb: ([a, w, p], c) => weighted(a!, w!, p!.sql, c) },
  percentilesw: { duckdb: ([a, w, ...ps], c) => weighted(a!, w!, ps[c.output]!.sql, c) },
  /** The planner's own: rows of (place, value, size, default) as one array. */
  $series: {
    returns: 'dynamic',
    duckdb: ([place, value, size, fallback]) =>
      `weir_gather(string_agg(${place!.sql}::VARCHAR || ' ' || coalesce(${value!.sql}, 'null'), chr(10)), max(${size!.sql}), any_value(${fallback!.sql}))`,
  },
};

/** NaN is the smallest and the largest of reals. */
function smallest(a: Arg, filter: string, type: string): string {
  const sql = `min(${a.sql})${filter}`;
  if (a.type !== 'real') return text(sql, type);
  return `CASE WHEN bool_or(isnan(${a.sql}))${filter} THEN 'nan'::DOUBLE ELSE ${sql} END`;
}

function filtered(filter: string, condition: string): string {
  return filter
    ? filter.replace('(WHERE ', `(WHERE ${condition} AND `)
    : ` FILTER (WHERE ${condition})`;
}

function gatherList(
  macro: string,
  [a, limit]: readonly Arg[],
  { filter, order }: AggregateContext,
  withNulls: boolean,
): string {
  const value = toDynamic(a!);
  if (a!.type === 'dynamic')
    return `${macro}(list(coalesce(weir_inside(${value}), 'null')${order})${filter}, ${limit?.sql ?? '1048576'})`;
  const rows = withNulls ? filter : filtered(filter, `${a!.sql} IS NOT NULL`);
  return `${macro}(list(${withNulls ? `coalesce(${value}, 'null')` : value}${order})${rows}, ${limit?.sql ?? '1048576'})`;
}

/** Types whose lists the engine itself writes as JSON, as toDynamic() writes each value. */
const PLAIN: ReadonlySet<KqlType> = new Set(['string', 'guid', 'int', 'long', 'bool']);

/** A list of values, in the engine's own types until it is complete. */
function gatherPlain(
  [a, limit]: readonly Arg[],
  { filter, order }: AggregateContext,
  distinct: '' | 'DISTINCT ',
): string | null {
  if (a!.type === 'dynamic') return null;
  const all = `list(${distinct}${a!.sql}${order})${filtered(filter, `${a!.sql} IS NOT NULL`)}`;
  const list = `(${all})[:${limit?.sql ?? '1048576'}]`;
  if (PLAIN.has(a!.type)) return `coalesce(to_json(${list})::VARCHAR, '[]')`;
  const text = toDynamic({ sql: 'x', type: a!.type });
  return `('[' || coalesce(array_to_string(list_transform(${list}, lambda x: ${text}), ','), '') || ']')`;
}

/** Percent as a fraction in exact decimals, so that the engine's rank is exact; null where it is not a constant. */
function fraction(p: Arg): string | null {
  const percent = String(p.literal?.value);
  const digits = /^(\d{1,3})(?:\.(\d{1,15}))?$/.exec(percent);
  if (!p.literal || !digits || Number(percent) > 100) return null;
  const [, whole, rest] = digits;
  const padded = whole!.padStart(3, '0');
  return `${padded.slice(0, -2)}.${padded.slice(-2)}${rest ?? ''}`;
}

/** Nearest rank: the smallest value that at least p percent of the values do not exceed. */
function percentiles(a: Arg, ps: readonly Arg[], { filter }: AggregateContext): string[] {
  const value = a.type === 'dynamic' ? toReal(a) : a.sql;
  const fractions = ps.map(fraction);
  if (!fractions.includes(null)) {
    // One state for all of them, which the engine keeps once however often it is named.
    const all = `quantile_disc(${value}, [${fractions.join(', ')}])${filter}`;
    return ps.length === 1
      ? [`quantile_disc(${value}, ${fractions[0]})${filter}`]
      : ps.map((_, i) => `(${all})[${i + 1}]`);
  }
  const order = a.literal ? '' : ` ORDER BY ${value}`;
  const list = `list(${value}${order})${filtered(filter, `${a.sql} IS NOT NULL`)}`;
  return ps.map((p) => `weir_rank(${list}, ${p.sql})`);
}

function percentileArray(a: Arg, given: readonly Arg[], c: AggregateContext): string {
  const ps = given.length === 1 && given[0]!.type === 'dynamic' ? opened(given[0]!) : given;
  const real = a.type === 'real' || a.type === 'decimal' || a.type === 'dynamic';
  const items = percentiles(a, ps, c).map((sql) =>
    toDynamic({ sql, type: real ? 'real' : a.type }),
  );
  return `('[' || ${items.length > 0 ? items.join(" || ',' || ") : "''"} || ']')`;
}

/** The numbers of a constant array. */
function opened(list: Arg): Arg[] {
  const points: unknown = list.literal?.value ? JSON.parse(String(list.literal.value)) : [];
  return (Array.isArray(points) ? points : []).map((point): Arg => {
    const value = Number(point);
    return {
      sql: String(value),
      type: 'real',
      literal: { kind: 'literal', type: 'real', value, at: { start: 0, length: 0 } },
    };
  });
}

/** The percentages asked for, as SQL: one by one, or in a constant array. */
function points(ps: readonly Arg[]): string[] {
  return ps.flatMap((p) => {
    const listed: unknown =
      p.type === 'dynamic' && p.literal?.value ? JSON.parse(String(p.literal.value)) : null;
    return Array.isArray(listed) ? listed.map((x) => String(Number(x))) : [p.sql];
  });
}

function weighted(a: Arg, w: Arg, p: string, { filter }: AggregateContext): string {
  const value = a.type === 'dynamic' ? toReal(a) : a.sql;
  const order = a.literal ? '' : ` ORDER BY ${value}`;
  return `weir_weighted_rank(list(struct_pack(v := ${value}, w := ${toReal(w)})${order})${filtered(filter, `${a.sql} IS NOT NULL`)}, ${p})`;
}

function text(sql: string, type: string): string {
  return type === 'string' ? `coalesce(${sql}, '')` : sql;
}

export const AGGREGATES: ReadonlyMap<string, AggregateRow> = new Map(Object.entries(rows));
