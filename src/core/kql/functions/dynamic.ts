import type { Arg, FunctionGroup, HostValue } from '../dialect/dialect.ts';
import {
  convert,
  isColumn,
  pathOf,
  quoteText,
  ticksOf,
  toDynamic,
  toTimespan,
} from '../dialect/duckdb.ts';
import { compareJson, sameJson } from '../runtime/compare.ts';
import { printDatetimeTicks, printTimespan } from '../runtime/datetime.ts';
import {
  asNumber,
  asText,
  isBag,
  type Json,
  jsonText,
  numberOf,
  parseJson,
  printJson,
  textOf,
} from '../runtime/value.ts';
import { type HostSpec, hosts } from './host.ts';

function element(value: Json, key: string | number): Json {
  if (Array.isArray(value)) {
    const index = Number(key);
    return Number.isInteger(index)
      ? (value[index < 0 ? value.length + index : index] ?? null)
      : null;
  }
  return isBag(value) && Object.hasOwn(value, String(key)) ? (value[String(key)] ?? null) : null;
}

/** A constant key as a JSON path that DuckDB reads itself; null for keys that its paths cannot spell. */
function constantPath(key: Arg): string | null {
  const value = key.literal?.value;
  if (typeof value !== 'string') return null;
  if (key.type === 'string') return /["\\*?\0]/.test(value) ? null : `$."${value}"`;
  return (key.type === 'long' || key.type === 'int') && /^\d{1,9}$/.test(value)
    ? `$[${value}]`
    : null;
}

/**
 * The engine reads paths into columns itself, several steps at once. The macro names its argument twice, so anything
 * larger than a column goes through a function instead: nested macros would double with every step.
 */
function columnPath(object: Arg, key: Arg): string | null {
  const path = constantPath(key);
  if (path === null || object.type !== 'dynamic') return null;
  if (isColumn(object.sql)) return `weir_at(${object.sql}, ${quoteText(path)})`;
  const inner = pathOf(object.sql);
  return inner ? `weir_at(${inner.column}, ${quoteText(`${inner.path}${path.slice(1)}`)})` : null;
}

function pathStep(object: Arg, key: Arg): string {
  const direct = columnPath(object, key);
  if (direct !== null) return direct;
  const value = object.type === 'string' ? `weir_parse_json(${object.sql})` : toDynamic(object);
  if (key.type === 'string') return `weir_member(${value}, ${key.sql})`;
  const index = key.type === 'dynamic' ? `weir_dynamic_text(${key.sql})` : `(${key.sql})::VARCHAR`;
  return `weir_member(${value}, ${index})`;
}

const open = (v: HostValue | undefined): Json => parseJson(v ?? null);
const list = (v: HostValue | undefined): Json[] | null => {
  const value = open(v);
  return Array.isArray(value) ? value : null;
};

function unary(name: string, gives: HostSpec['gives'], call: (value: Json) => HostValue): HostSpec {
  return { name, takes: ['dynamic'], gives, call: (v) => call(open(v)) };
}

function onArray(
  name: string,
  gives: HostSpec['gives'],
  call: (value: Json[]) => HostValue,
): HostSpec {
  return unary(name, gives, (v) => (Array.isArray(v) ? call(v) : null));
}

function unique(values: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return values.filter((v) => {
    const key = v === null ? 'null' : jsonText(v);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const keyOf = (v: Json) => (v === null ? 'null' : jsonText(v));

function sets(name: string, call: (arrays: Json[][]) => Json[]): HostSpec {
  return {
    name,
    takes: [],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (...args) => {
      const arrays = args.map(list);
      return arrays.some((a) => a === null)
        ? null
        : jsonText(unique(call(arrays.filter((a) => a !== null))));
    },
  };
}

function rotate(values: readonly Json[], by: number): Json[] {
  const n = values.length;
  return n === 0 ? [] : values.map((_, i) => values[(((i + by) % n) + n) % n]!);
}

function shift(values: readonly Json[], by: number, fill: Json): Json[] {
  return values.map((_, i) => (i + by >= 0 && i + by < values.length ? values[i + by]! : fill));
}

function slice(values: readonly Json[], start: number, end: number): Json[] {
  const n = values.length;
  const from = start < 0 ? Math.max(0, n + start) : start;
  const to = end < 0 ? n + end : end;
  return values.slice(from, to + 1);
}

function sorted(name: string, isDescending: boolean): HostSpec {
  return {
    name,
    takes: [],
    rest: 'dynamic',
    gives: 'dynamic',
    call: (...args) => {
      const last = args.length > 1 ? open(args.at(-1)) : null;
      const nullsLast = typeof last === 'boolean' ? last : true;
      const arrays = (typeof last === 'boolean' ? args.slice(0, -1) : args).map(list);
      const first = arrays[0];
      if (!first) return null;
      const order = first
        .map((_, i) => i)
        .sort((a, b) => {
          const [x, y] = [first[a]!, first[b]!];
          if (x === null || y === null)
            return x === y ? a - b : (x === null) === nullsLast ? 1 : -1;
          const compared = compareJson(x, y);
          return (isDescending ? -compared : compared) || a - b;
        });
      const out = arrays.map(
        (values): Json =>
          values && values.length === first.length ? order.map((i) => values[i]!) : null,
      );
      return jsonText(
        args.length === 1 || (args.length === 2 && typeof last === 'boolean') ? out[0]! : out,
      );
    },
  };
}

function range(args: readonly HostValue[]): Json {
  const [from, to] = [numberOf(open(args[0])), numberOf(open(args[1]))];
  const step = args.length > 2 ? numberOf(open(args[2])) : 1;
  if (from === null || to === null || step === null || step === 0) return null;
  const out: Json[] = [];
  const count = Math.floor((to - from) / step + 1e-9);
  for (let i = 0; i <= count && i < 1_048_576; i++) out.push(from + i * step);
  return out;
}

function rangeOfTicks(args: readonly HostValue[]): string | null {
  const [from, to, step] = args
    .slice(0, 3)
    .map((a) => (a === null || a === undefined ? null : BigInt(String(a))));
  if (
    from === null ||
    to === null ||
    step === null ||
    from === undefined ||
    to === undefined ||
    !step
  )
    return null;
  const print = args[3] === 'datetime' ? printDatetimeTicks : printTimespan;
  const out: string[] = [];
  for (let at = from; (step > 0n ? at <= to : at >= to) && out.length < 1_048_576; at += step)
    out.push(`"${print(at)}"`);
  return `[${out.join(',')}]`;
}

function zip(arrays: readonly Json[]): Json {
  const lists = arrays.map((a) => (Array.isArray(a) ? a : [a]));
  const length = Math.max(0, ...lists.map((l) => l.length));
  return Array.from({ length }, (_, i) => lists.map((l) => l[i] ?? null));
}

export const dynamicFunctions: FunctionGroup = {
  '[]': { returns: 'dynamic', duckdb: ([object, key]) => pathStep(object!, key!) },
  $elements: { returns: 'dynamic', duckdb: ([a]) => `weir_elements(${toDynamic(a!)})` },
  $pairs: { returns: 'dynamic', duckdb: ([a]) => `weir_pairs(${toDynamic(a!)})` },
  range: {
    returns: 'dynamic',
    duckdb: ([from, to, step]) => {
      if (from!.type === 'datetime')
        return `weir_range_ticks(${ticksOf(from!.sql)}, ${ticksOf(convert(to!, 'datetime'))}, ${step ? toTimespan(step) : '36000000000'}, 'datetime')`;
      if (from!.type === 'timespan')
        return `weir_range_ticks(${from!.sql}, ${to!.sql}, ${step ? toTimespan(step) : '36000000000'}, 'timespan')`;
      return `weir_range_numbers(${[from, to, ...(step ? [step] : [])].map((a) => toDynamic(a!)).join(', ')})`;
    },
  },
  ...hosts([
    {
      name: 'range_ticks',
      takes: ['long', 'long', 'long', 'string'],
      gives: 'dynamic',
      call: (...args) => rangeOfTicks(args),
    },
    {
      name: 'member',
      takes: ['dynamic', 'string'],
      gives: 'dynamic',
      call: (object, key) => printJson(element(open(object), asText(key))),
    },
    {
      name: 'range_numbers',
      takes: [],
      rest: 'dynamic',
      gives: 'dynamic',
      call: (...args) => printJson(range(args)),
    },
    {
      name: 'pack_array',
      takes: [],
      rest: 'dynamic',
      gives: 'dynamic',
      call: (...items) => `[${items.map((i) => i ?? 'null').join(',')}]`,
    },
    {
      name: 'array_length',
      takes: ['dynamic'],
      gives: 'long',
      call: (a) => list(a)?.length ?? null,
    },
    {
      name: 'array_concat',
      takes: [],
      rest: 'dynamic',
      gives: 'dynamic',
      call: (...args) =>
        jsonText(
          args.flatMap((a) => {
            const v = open(a);
            return Array.isArray(v) ? v : [];
          }),
        ),
    },
    {
      name: 'array_slice',
      takes: ['dynamic', 'long', 'long'],
      gives: 'dynamic',
      call: (a, s, e) => {
        const v = list(a);
        return v ? jsonText(slice(v, asNumber(s) ?? 0, asNumber(e) ?? -1)) : null;
      },
    },
    {
      name: 'array_split',
      takes: ['dynamic', 'dynamic'],
      gives: 'dynamic',
      call: (a, at) => {
        const values = list(a);
        if (!values) return null;
        const given = open(at);
        const cuts = (Array.isArray(given) ? given : [given]).map((c) => {
          const n = Number(c);
          return Math.max(0, Math.min(values.length, n < 0 ? values.length + n : n));
        });
        const edges = [0, ...cuts, values.length];
        return jsonText(edges.slice(1).map((end, i) => values.slice(edges[i], end)));
      },
    },
    {
      name: 'array_index_of',
      takes: ['dynamic', 'dynamic', 'long', 'long', 'long'],
      gives: 'long',
      call: (a, sought, start, length, occurrence) => {
        const values = list(a);
        if (!values) return null;
        const from = asNumber(start) ?? 0;
        const n = asNumber(length) ?? -1;
        const begin = from < 0 ? Math.max(0, values.length + from) : from;
        const end = n < 0 ? values.length : begin + n;
        let left = asNumber(occurrence) ?? 1;
        for (let i = begin; i < Math.min(end, values.length); i++)
          if (sameJson(values[i]!, open(sought)) && --left === 0) return i;
        return -1;
      },
    },
    onArray('array_reverse', 'dynamic', (v) => jsonText(v.toReversed())),
    {
      name: 'array_rotate_left',
      takes: ['dynamic', 'long'],
      gives: 'dynamic',
      call: (a, by) => {
        const v = list(a);
        return v ? jsonText(rotate(v, asNumber(by) ?? 0)) : null;
      },
    },
    {
      name: 'array_rotate_right',
      takes: ['dynamic', 'long'],
      gives: 'dynamic',
      call: (a, by) => {
        const v = list(a);
        return v ? jsonText(rotate(v, -(asNumber(by) ?? 0))) : null;
      },
    },
    {
      name: 'array_shift_left',
      takes: ['dynamic', 'long', 'dynamic'],
      gives: 'dynamic',
      call: (a, by, fill) => {
        const v = list(a);
        return v ? jsonText(shift(v, asNumber(by) ?? 0, open(fill))) : null;
      },
    },
    {
      name: 'array_shift_right',
      takes: ['dynamic', 'long', 'dynamic'],
      gives: 'dynamic',
      call: (a, by, fill) => {
        const v = list(a);
        return v ? jsonText(shift(v, -(asNumber(by) ?? 0), open(fill))) : null;
      },
    },
    {
      name: 'array_iff',
      takes: ['dynamic', 'dynamic', 'dynamic'],
      gives: 'dynamic',
      call: (test, a, b) => {
        const [tests, x, y] = [list(test), open(a), open(b)];
        if (!tests) return null;
        const at = (v: Json, i: number): Json => (Array.isArray(v) ? (v[i] ?? null) : v);
        return jsonText(
          tests.map((t, i) =>
            t === null
              ? null
              : (typeof t === 'string' ? t.toLowerCase() === 'true' : Boolean(t))
                ? at(x, i)
                : at(y, i),
          ),
        );
      },
    },
    onArray('array_sum', 'real', (v) =>
      v.reduce<number | null>((s, x) => {
        const n = x === null ? 0 : typeof x === 'string' ? null : numberOf(x);
        return s === null || n === null ? null : s + n;
      }, 0),
    ),
    {
      name: 'strcat_array',
      takes: ['dynamic', 'string'],
      gives: 'string',
      call: (a, d) => (list(a) ?? []).map(textOf).join(asText(d)),
    },
    sorted('array_sort_asc', false),
    sorted('array_sort_desc', true),
    sets('set_union', (arrays) => arrays.flat()),
    sets('set_intersect', ([first, ...rest]) =>
      (first ?? []).filter((v) => rest.every((r) => r.some((x) => keyOf(x) === keyOf(v)))),
    ),
    sets('set_difference', ([first, ...rest]) =>
      (first ?? []).filter((v) => !rest.some((r) => r.some((x) => keyOf(x) === keyOf(v)))),
    ),
    {
      name: 'set_has_element',
      takes: ['dynamic', 'dynamic'],
      gives: 'bool',
      call: (a, v) => {
        const values = list(a);
        return values ? values.some((x) => sameJson(x, open(v))) : null;
      },
    },
    {
      name: 'set_equals',
      takes: ['dynamic', 'dynamic'],
      gives: 'bool',
      call: (a, b) => {
        const [x, y] = [list(a), list(b)];
        return x && y
          ? unique(x).map(keyOf).sort().join() === unique(y).map(keyOf).sort().join()
          : null;
      },
    },
    {
      name: 'jaccard_index',
      takes: ['dynamic', 'dynamic'],
      gives: 'real',
      call: (a, b) => {
        const [x, y] = [list(a), list(b)];
        if (!x || !y) return null;
        const all = unique([...x, ...y]).length;
        const both = unique(x).filter((v) => y.some((w) => keyOf(w) === keyOf(v))).length;
        return all === 0 ? Number.NaN : both / all;
      },
    },
    {
      name: 'zip',
      takes: [],
      rest: 'dynamic',
      gives: 'dynamic',
      call: (...args) => printJson(zip(args.map(open))),
    },
  ]),
};
