import {
  type Bag,
  isArray,
  isBag,
  type Json,
  jsonText,
  keyOf,
  order,
  toDynamic,
  type Value,
} from '../values.ts';
import { equals } from './logic.ts';
import { loose, type Scalar, strict } from './scalar.ts';
import { mod } from './whole.ts';

const field = (d: Json, name: string): Json =>
  isBag(d) && Object.hasOwn(d, name) ? d[name]! : null;
const item = (d: Json, i: number): Json => (isArray(d) ? (d.at(i) ?? null) : null);
const list = (d: Json): readonly Json[] => (isArray(d) ? d : []);
const textOf = (d: Json): string =>
  d === null
    ? ''
    : typeof d === 'string'
      ? d
      : isArray(d) || isBag(d)
        ? jsonText(d)
        : typeof d === 'number'
          ? String(d)
          : String(d);
const unique = (items: readonly Json[]): Json[] => [
  ...new Map(items.map((i) => [keyOf(i), i])).values(),
];
const whenArray = (a: Json, make: (items: readonly Json[]) => Json): Json =>
  isArray(a) ? make(a) : null;

export const dynamics: readonly Scalar[] = [
  loose('{0}.a', ['dynamic'], 'dynamic', (d: Json) => field(d, 'a')),
  loose('{0}["c"][1].d', ['dynamic'], 'dynamic', (d: Json) => field(item(field(d, 'c'), 1), 'd')),
  loose('{0}[0]', ['dynamic'], 'dynamic', (d: Json) => item(d, 0)),
  loose('{0}[-1]', ['dynamic'], 'dynamic', (d: Json) => item(d, -1)),
  loose('tolong({0}.a)', ['dynamic'], 'long', (d: Json) => {
    const v = field(d, 'a');
    return typeof v === 'bigint' ? v : null;
  }),
  loose('tostring({0})', ['dynamic'], 'string', textOf),
  loose('tostring({0}.b)', ['dynamic'], 'string', (d: Json) => textOf(field(d, 'b'))),
  loose('array_length({0})', ['dynamic'], 'long', (d: Json) =>
    whenArray(d, (x) => BigInt(x.length)),
  ),
  loose('bag_keys({0})', ['dynamic'], 'dynamic', (d: Json) => (isBag(d) ? Object.keys(d) : null)),
  loose(
    'bag_has_key({0}, "a")',
    ['dynamic'],
    'bool',
    (d: Json) => isBag(d) && Object.hasOwn(d, 'a'),
  ),
  loose('pack_array({0}, {1})', ['long', 'string'], 'dynamic', (a: Value, b: Value) => [a, b]),
  loose('pack_array({0}, {1})', ['datetime', 'timespan'], 'dynamic', (a: Value, b: Value) => [
    toDynamic(a, 'datetime'),
    toDynamic(b, 'timespan'),
  ]),
  loose(
    'bag_pack("k", {0}, "v", {1})',
    ['string', 'dynamic'],
    'dynamic',
    (a: Value, b: Json): Bag => ({ k: a, v: b }),
  ),
  loose('array_concat({0}, {1})', ['dynamic', 'dynamic'], 'dynamic', (a: Json, b: Json) => [
    ...list(a),
    ...list(b),
  ]),
  loose('array_slice({0}, 1, 2)', ['dynamic'], 'dynamic', (a: Json) =>
    whenArray(a, (x) => x.slice(1, 3)),
  ),
  loose('array_reverse({0})', ['dynamic'], 'dynamic', (a: Json) =>
    whenArray(a, (x) => [...x].reverse()),
  ),
  loose('array_index_of({0}, "b")', ['dynamic'], 'long', (a: Json) =>
    whenArray(a, (x) => BigInt(x.indexOf('b'))),
  ),
  loose('set_has_element({0}, "b")', ['dynamic'], 'bool', (a: Json) =>
    whenArray(a, (x) => x.includes('b')),
  ),
  loose(
    'array_sort_asc(set_union(pack_array({0}), pack_array({1}, "a")))',
    ['string', 'string'],
    'dynamic',
    (a: string, b: string) => unique([a, b, 'a']).sort(order),
  ),
  loose('set_difference({0}, dynamic(["b"]))', ['dynamic'], 'dynamic', (a: Json) =>
    whenArray(a, (x) => unique(x).filter((i) => i !== 'b')),
  ),
  loose('strcat_array({0}, "-")', ['dynamic'], 'string', (a: Json) =>
    list(a).map(textOf).join('-'),
  ),
  loose('parse_json({0}).a', ['string'], 'dynamic', (s: string) => (s === '{"a":1}' ? 1n : null)),
  loose('gettype({0})', ['dynamic'], 'string', (d: Json) =>
    d === null
      ? 'null'
      : isArray(d)
        ? 'array'
        : isBag(d)
          ? 'dictionary'
          : typeof d === 'bigint'
            ? 'long'
            : typeof d === 'number'
              ? 'double'
              : typeof d === 'boolean'
                ? 'bool'
                : 'string',
  ),
  strict('range({0} % 5, {0} % 5 + 4, 2)', ['long'], 'dynamic', (a: bigint) => {
    const from = mod(a, 5n);
    return [from, from + 2n, from + 4n];
  }),
  loose('isempty({0})', ['dynamic'], 'bool', (d: Json) => d === null || d === ''),
  loose('({0}.a == {1})', ['dynamic', 'long'], 'bool', (d: Json, n: Value) => {
    const v = field(d, 'a');
    return equals(typeof v === 'bigint' ? v : null, n);
  }),
  loose(
    '({0}.b == {1})',
    ['dynamic', 'string'],
    'bool',
    (d: Json, s: string) => textOf(field(d, 'b')) === s,
  ),
];
