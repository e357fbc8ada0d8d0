import {
  isArray,
  type Json,
  keyOf,
  order,
  type Type,
  toDynamic,
  type Value,
  wrap,
} from './values.ts';

/** An aggregate: `means` gets, per argument, the values of the group's rows in their order. */
export interface Aggregate {
  readonly text: string;
  readonly takes: readonly Type[];
  readonly gives: Type;
  readonly means: (...columns: never[]) => Value;
}

type Longs = readonly (bigint | null)[];
type Reals = readonly (number | null)[];
type Values = readonly Value[];
type Tests = readonly (boolean | null)[];

const agg = (
  text: string,
  takes: readonly Type[],
  gives: Type,
  means: Aggregate['means'],
): Aggregate => ({ text, takes, gives, means });

const present = <T>(values: readonly (T | null)[]): T[] => values.filter((v) => v !== null);
const kept = <T>(values: readonly T[], tests: Tests): T[] =>
  values.filter((_, i) => tests[i] === true);
const distinct = (values: Values): Value[] => [
  ...new Map(present(values).map((v) => [keyOf(v), v])).values(),
];
const total = (x: Longs) => wrap(present(x).reduce((s, v) => s + v, 0n));
const sum = (x: Reals) => present(x).reduce((s, v) => s + v, 0);
const mean = (x: Reals) => (present(x).length === 0 ? Number.NaN : sum(x) / present(x).length);
/** One NaN is enough. */
const nan = (x: Values) => x.some((v) => typeof v === 'number' && Number.isNaN(v));
const most = (x: Values): Value =>
  nan(x)
    ? Number.NaN
    : present(x).reduce<Value>((m, v) => (m === null || order(v, m) > 0 ? v : m), null);
const least = (x: Values): Value =>
  nan(x)
    ? Number.NaN
    : present(x).reduce<Value>((m, v) => (m === null || order(v, m) < 0 ? v : m), null);

/** Of the sample: divided by one less than their number; 0 for fewer than two. */
function variance(x: Reals): number {
  const [values, middle] = [present(x), mean(x)];
  if (values.length < 2) return 0;
  return values.reduce((s, v) => s + (v - middle) ** 2, 0) / (values.length - 1);
}

/** The smallest value that at least p percent of the values do not exceed. */
function percentile(x: Values, p: number): Value {
  const sorted = present(x).sort(order);
  return sorted.length === 0
    ? null
    : sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]!;
}

const ORDERED: readonly Type[] = ['long', 'real', 'datetime', 'timespan'];

/** Their result does not depend on the order of rows. */
export const AGGREGATES: readonly Aggregate[] = [
  agg('count()', [], 'long', () => null),
  agg('countif({0})', ['bool'], 'long', (t: Tests) => BigInt(kept(t, t).length)),
  agg('sum({0})', ['long'], 'long', total),
  agg('sum({0})', ['real'], 'real', sum),
  agg('sum({0})', ['timespan'], 'timespan', total),
  agg('sumif({0}, {1})', ['long', 'bool'], 'long', (x: Longs, t: Tests) => total(kept(x, t))),
  agg('avg({0})', ['real'], 'real', mean),
  agg('avg({0})', ['int'], 'real', (x: Longs) =>
    mean(x.map((v) => (v === null ? null : Number(v)))),
  ),
  agg('avgif({0}, {1})', ['real', 'bool'], 'real', (x: Reals, t: Tests) => mean(kept(x, t))),
  ...ORDERED.flatMap((t) => [
    agg('min({0})', [t], t, least),
    agg('max({0})', [t], t, most),
    agg('maxif({0}, {1})', [t, 'bool'], t, (x: Values, tests: Tests) => most(kept(x, tests))),

    agg('isnull(take_any({0}))', [t], 'bool', (x: Values) => present(x).length === 0),
    agg('array_length(make_list({0}))', [t], 'long', (x: Values) => BigInt(present(x).length)),
  ]),
  ...(['long', 'datetime', 'timespan'] as const).map((t) =>
    agg('percentile({0}, 50)', [t], t, (x: Values) => percentile(x, 50)),
  ),
  agg('percentile({0} / 4.0, 90)', ['int'], 'real', (x: Longs) =>
    percentile(
      x.map((v) => (v === null ? null : Number(v) / 4)),
      90,
    ),
  ),
  agg('stdev({0})', ['real'], 'real', (x: Reals) => Math.sqrt(variance(x))),
  agg('variance({0})', ['real'], 'real', variance),
  ...(['long', 'string', 'datetime', 'bool'] as const).flatMap((t) => [
    agg('dcount({0})', [t], 'long', (x: Values) => BigInt(distinct(x).length)),
    agg('count_distinct({0})', [t], 'long', (x: Values) => BigInt(distinct(x).length)),
    agg('dcountif({0}, {1})', [t, 'bool'], 'long', (x: Values, tests: Tests) =>
      BigInt(distinct(kept(x, tests)).length),
    ),
    agg(
      'set_has_element(make_set({0}), take_any({0}))',
      [t],
      'bool',
      (x: Values) => present(x).length > 0,
    ),
  ]),
  agg('array_sort_asc(make_set({0}))', ['string'], 'dynamic', (x: Values) =>
    distinct(x).sort(order),
  ),
  agg('array_sort_asc(make_list({0}))', ['long'], 'dynamic', (x: Longs) => present(x).sort(order)),
  agg(
    'array_sort_desc(make_list_if({0}, {1}))',
    ['string', 'bool'],
    'dynamic',
    (x: Values, t: Tests) => [...kept(x, t)].sort(order).reverse(),
  ),
  agg(
    '1.0 * sum({0}) / count({0})',
    ['int'],
    'real',
    (x: Longs) => Number(present(x).reduce((s, v) => s + v, 0n)) / x.length,
  ),
  agg('tostring(max({0}))', ['long'], 'string', (x: Longs) => String(most(x) ?? '')),
];

/** Their result follows the order of the rows. */
export const ORDERED_AGGREGATES: readonly Aggregate[] = [
  ...(['string', 'long', 'datetime', 'bool'] as const).map((t) =>
    agg('make_list({0})', [t], 'dynamic', (x: Values) => present(x).map((v) => toDynamic(v, t))),
  ),
  agg('make_set({0})', ['string'], 'dynamic', (x: Values) => distinct(x)),
  agg('make_list_with_nulls({0})', ['long'], 'dynamic', (x: Values) => x),
  agg('make_list({0}, 2)', ['long'], 'dynamic', (x: Values) => present(x).slice(0, 2)),
  agg('strcat_array(make_list({0}), ",")', ['string'], 'string', (x: Values) => x.join(',')),
  // Arrays are opened, and nulls inside of dynamic stay.
  agg('make_list({0})', ['dynamic'], 'dynamic', (x: readonly Json[]) =>
    x.flatMap((v) => (isArray(v) ? v : [v])),
  ),
];
