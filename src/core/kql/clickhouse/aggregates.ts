import type { KqlType } from '../../schema/index.ts';
import { convert, toDynamic, toLong, toReal } from './convert.ts';
import { bind, nullOf } from './types.ts';
import type { Call, Value } from './value.ts';

/**
 * An aggregate in two parts: what ClickHouse computes over the rows of a group, and what is made of that afterwards, where
 * a host stage is possible. `raw` gives SQL of any type; `finish` makes the value of it.
 */
export interface AggregatePrinter {
  readonly raw: (args: readonly Value[], c: AggregateCall) => string;
  readonly finish?: (raw: string, args: readonly Value[], c: AggregateCall) => string | Value;
}

export interface AggregateCall extends Call {
  /** The condition on rows, never null; undefined for all rows. */
  readonly filter: string | undefined;
  /** A column that numbers rows in their order; undefined where they are in none. */
  readonly order: string | undefined;
  /** Which of several outputs. */
  readonly output: number;
}

/** A call of ClickHouse's aggregate, over the rows of the filter and of a further condition. */
function over(name: string, args: string, c: AggregateCall, condition?: string): string {
  const parts = [c.filter, condition].filter((x) => x !== undefined);
  if (parts.length === 0) return `${name}(${args})`;
  const list = args === '' ? '' : `${args}, `;
  return `${name}If(${list}${parts.join(' AND ')})`;
}

const present = (v: Value): string | undefined =>
  v.type === 'string' ? undefined : `isNotNull(${v.sql})`;

function numeric(v: Value, c: Call): string {
  if (v.type === 'dynamic' || v.type === 'string') return toReal(v, c);
  return v.type === 'bool' ? toLong(v, c) : v.sql;
}

const bits = (name: string): AggregatePrinter => ({
  raw: ([a], c) => `toInt64(${over(name, toLong(a!, c), c)})`,
});

/** Aggregates over few rows give nothing where KQL gives 0. */
const spread = (name: string): AggregatePrinter => ({
  raw: ([a, b], c) => {
    const args = [a, b].flatMap((v) => (v ? [toReal(v, c)] : [])).join(', ');
    return bind(over(name, args, c), (x) => `if(isFinite(${x}), ${x}, 0.)`);
  },
});

function first(value: string, c: AggregateCall): string {
  return c.order
    ? over('argMin', `tuple(${value}), ${c.order}`, c)
    : over('any_respect_nulls', `tuple(${value})`, c);
}

function pick(engine: 'argMax' | 'argMin'): AggregatePrinter {
  return {
    raw: (args, c) => {
      const value = args[c.output]!.sql;
      const by = args[0]!;
      // NaN ranks above all numbers for arg_max, below them for arg_min.
      const nan = `${engine === 'argMax' ? '' : 'NOT '}isNaN(${by.sql})`;
      const rank = by.type === 'real' ? `tuple(${nan}, assumeNotNull(${by.sql}))` : by.sql;
      const picked = over(engine, `tuple(${value}), ${rank}`, c, present(by));
      return `tuple(${picked}, ${over('count', '', c, present(by))} > 0, ${first(value, c)})`;
    },
    finish: (raw, args, c) => {
      const picked = `if(${raw}.2, ${raw}.1, ${raw}.3).1`;
      return args[c.output]?.type === 'string' ? `ifNull(${picked}, '')` : picked;
    },
  };
}

/** The values of a group as an array, in order where rows are in one. */
function gathered(item: string, c: AggregateCall, condition?: string): string {
  if (!c.order) return over('groupArray', `tuple(${item})`, c, condition);
  return `arrayMap(t -> tuple(t.2), arraySort(t -> t.1, ${over('groupArray', `tuple(${c.order}, ${item})`, c, condition)}))`;
}

/** An array of JSON texts as one. */
const joined = (array: string): string => `concat('[', arrayStringConcat(${array}, ','), ']')`;

/** The JSON items that a value adds to a list: arrays are opened. */
function items(v: Value, c: Call): string {
  if (v.type !== 'dynamic') return toDynamic(v, c);
  const raw = `ifNull(${v.sql}, 'null')`;
  return `if(startsWith(${raw}, '['), substring(${raw}, 2, length(${raw}) - 2), ${raw})`;
}

function limitOf(limit: Value | undefined): string {
  return limit?.sql ?? '1048576';
}

function list(withNulls: boolean): AggregatePrinter {
  return {
    raw: ([a], c) => {
      const item =
        withNulls && a!.type !== 'dynamic' ? `ifNull(${items(a!, c)}, 'null')` : items(a!, c);
      return gathered(item, c, withNulls || a!.type === 'dynamic' ? undefined : present(a!));
    },
    finish: (raw, [, limit]) =>
      joined(
        `arraySlice(arrayFilter(x -> x != '', arrayMap(t -> ifNull(t.1, ''), ${raw})), 1, ${limitOf(limit)})`,
      ),
  };
}

const set: AggregatePrinter = {
  raw: ([a], c) => gathered(items(a!, c), c, a!.type === 'dynamic' ? undefined : present(a!)),
  finish: (raw, [a, limit]) => {
    const parts = `arrayFilter(x -> x != '', arrayMap(t -> ifNull(t.1, ''), ${raw}))`;
    // Opened arrays may hold the same item twice within one text.
    const items =
      a!.type === 'dynamic'
        ? `arrayFilter(x -> x != 'null', JSONExtractArrayRaw(${joined(parts)}))`
        : parts;
    return joined(`arraySlice(arrayDistinct(${items}), 1, ${limitOf(limit)})`);
  },
};

/** Texts of a group, a line each, for a function in JavaScript. */
const lines = (host: string): AggregatePrinter => ({
  raw: ([a], c) => gathered(toDynamic(a!, c), c, present(a!)),
  finish: (raw, _args, c) =>
    c.host(
      host,
      [
        {
          sql: `arrayStringConcat(arrayMap(t -> assumeNotNull(t.1), ${raw}), '\\n')`,
          type: 'string',
        },
      ],
      'dynamic',
    ),
});

/** All values of a group as one JSON array, for a function in JavaScript. */
const sketch = (host: string, isOpened: boolean): AggregatePrinter => ({
  raw: ([a], c) => gathered(isOpened ? items(a!, c) : toDynamic(a!, c), c, present(a!)),
  finish: (raw, _args, c) =>
    c.host(
      host,
      [
        {
          sql: joined(`arrayFilter(x -> x != '', arrayMap(t -> ifNull(t.1, ''), ${raw}))`),
          type: 'dynamic',
        },
      ],
      'dynamic',
    ),
});

const ranked = (v: Value, c: Call): Value => (v.type === 'dynamic' ? convert(v, 'real', c) : v);

const sortedValues = (v: Value, c: AggregateCall): string =>
  `arraySort(${over('groupArray', `assumeNotNull(${ranked(v, c).sql})`, c, present(v))})`;

/** Nearest rank: the smallest value that at least p percent of the values do not exceed. */
function rank(sorted: string, p: string, type: KqlType): string {
  const at = `greatest(1, toInt64(ceil(${p} / 100 * length(${sorted}) - 1e-9)))`;
  return `if(empty(${sorted}), ${nullOf(type)}, ${sorted}[${at}])`;
}

const percentile = (
  point: (args: readonly Value[], c: AggregateCall) => Value,
): AggregatePrinter => ({
  raw: ([a], c) => sortedValues(a!, c),
  finish: (raw, args, c) => rank(raw, toReal(point(args, c), c), ranked(args[0]!, c).type),
});

function percents(ps: readonly Value[]): string[] {
  const [only] = ps;
  if (ps.length === 1 && only!.type === 'dynamic') {
    const points: unknown = only!.literal?.value ? JSON.parse(String(only!.literal.value)) : [];
    return (Array.isArray(points) ? points : []).map((p) => String(Number(p)));
  }
  return ps.map((p) => p.sql);
}

function jsonArray(values: readonly Value[], c: Call): string {
  return `concat('[', arrayStringConcat([${values.map((v) => `ifNull(${toDynamic(v, c)}, 'null')`).join(', ')}], ','), ']')`;
}

const weightedValues = (v: Value, w: Value, c: AggregateCall): string =>
  `arraySort(t -> t.1, ${over('groupArray', `tuple(assumeNotNull(${ranked(v, c).sql}), assumeNotNull(${toReal(w, c)}))`, c, present(v))})`;

function weightedRank(sorted: string, p: string, type: KqlType): string {
  const sums = `arrayCumSum(t -> t.2, ${sorted})`;
  return `if(empty(${sorted}), ${nullOf(type)}, ${sorted}[greatest(1, arrayFirstIndex(s -> s >= ${p} / 100 * arraySum(t -> t.2, ${sorted}) - 1e-9, ${sums}))].1)`;
}

const weighted = (
  point: (args: readonly Value[], c: AggregateCall) => Value,
): AggregatePrinter => ({
  raw: ([a, w], c) => weightedValues(a!, w!, c),
  finish: (raw, args, c) => weightedRank(raw, toReal(point(args, c), c), ranked(args[0]!, c).type),
});

function extreme(engine: 'min' | 'max'): AggregatePrinter {
  return {
    raw: ([a], c) => {
      // Of no rows there is none, also where the column itself is never null.
      const value = over(`${engine}OrNull`, a!.sql, c);
      if (a!.type === 'string') return `ifNull(${value}, '')`;
      // NaN is the smallest and the largest of reals.
      return a!.type === 'real'
        ? `if(${over('count', '', c, `isNaN(${a!.sql})`)} > 0, nan, ${value})`
        : value;
    },
  };
}

export const AGGREGATE_PRINTERS: Readonly<Record<string, AggregatePrinter>> = {
  count: { raw: (_args, c) => `toInt64(${over('count', '', c)})` },
  sum: {
    raw: ([a], c) => {
      const sum = over('sum', numeric(a!, c), c);
      return c.type === 'real' || c.type === 'decimal'
        ? `ifNull(toFloat64(${sum}), 0.)`
        : `ifNull(toInt64(${sum}), 0)`;
    },
  },
  avg: {
    raw: ([a], c) =>
      a!.type === 'datetime' || c.type === 'timespan'
        ? `toInt64(intDiv(${over('sum', `toInt128(${a!.sql})`, c)}, nullIf(toInt64(${over('count', '', c, present(a!))}), 0)))`
        : `ifNull(${over('avg', numeric(a!, c), c)}, nan)`,
  },
  min: extreme('min'),
  max: extreme('max'),
  dcount: { raw: ([a], c) => `toInt64(${over('uniqExact', a!.sql, c)})` },
  count_distinct: { raw: ([a], c) => `toInt64(${over('uniqExact', a!.sql, c)})` },
  /** A value that is there, if one is. */
  $lines: {
    raw: ([a], c) => `arrayStringConcat(${over('groupArray', a!.sql, c)}, '\\n')`,
  },
  take_any: {
    raw: ([a], c) => {
      const value = a!.type === 'string' ? `nullIf(${a!.sql}, '')` : a!.sql;
      const any = c.order
        ? over('argMinOrNull', `${value}, ${c.order}`, c)
        : over('anyOrNull', value, c);
      return a!.type === 'string' ? `ifNull(${any}, '')` : any;
    },
  },
  /** The planner's own: of several columns, all of one row. */
  $first: {
    raw: ([a], c) => first(a!.sql, c),
    finish: (raw, [a]) => (a!.type === 'string' ? `ifNull(${raw}.1, '')` : `${raw}.1`),
  },
  arg_max: pick('argMax'),
  arg_min: pick('argMin'),
  make_list: list(false),
  make_list_with_nulls: list(true),
  make_set: set,
  make_bag: lines('weir_make_bag'),
  buildschema: lines('weir_buildschema'),
  stdev: spread('stddevSamp'),
  stdevp: spread('stddevPop'),
  variance: spread('varSamp'),
  variancep: spread('varPop'),
  covariance: spread('covarSamp'),
  covariancep: spread('covarPop'),
  binary_all_and: bits('groupBitAnd'),
  binary_all_or: bits('groupBitOr'),
  binary_all_xor: bits('groupBitXor'),
  tdigest: sketch('weir_merge_tdigest', false),
  merge_tdigest: sketch('weir_merge_tdigest', true),
  hll: sketch('weir_hll_merge', false),
  hll_merge: sketch('weir_hll_merge', true),
  percentile: percentile((args) => args[1]!),
  percentiles: percentile((args, c) => args[c.output + 1]!),
  percentiles_array: {
    raw: ([a], c) => sortedValues(a!, c),
    finish: (raw, [a, ...ps], c) => {
      const { type } = ranked(a!, c);
      return jsonArray(
        percents(ps).map((p): Value => ({ sql: rank(raw, p, type), type })),
        c,
      );
    },
  },
  percentilesw_array: {
    raw: ([a, w], c) => weightedValues(a!, w!, c),
    finish: (raw, [a, , ...ps], c) => {
      const { type } = ranked(a!, c);
      return jsonArray(
        percents(ps).map((p): Value => ({ sql: weightedRank(raw, p, type), type })),
        c,
      );
    },
  },
  percentilew: weighted((args) => args[2]!),
  percentilesw: weighted((args, c) => args[c.output + 2]!),
  /** The planner's own: rows of (place, value, size, default) as one array. */
  $series: {
    raw: ([place, value, size, fallback]) =>
      `tuple(groupArray(concat(toString(${place!.sql}), ' ', ifNull(${value!.sql}, 'null'))), max(${size!.sql}), any_respect_nulls(tuple(${fallback!.sql})))`,
    finish: (raw, _args, c) =>
      c.host(
        'weir_gather',
        [
          {
            sql: `arrayStringConcat(arrayMap(x -> ifNull(x, ''), ${raw}.1), '\\n')`,
            type: 'string',
          },
          { sql: `toInt64(${raw}.2)`, type: 'long' },
          { sql: `${raw}.3.1`, type: 'dynamic' },
        ],
        'dynamic',
      ),
  },
};
