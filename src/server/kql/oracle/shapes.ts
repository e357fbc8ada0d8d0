import { freeName, groups, of, piped, type Step } from './state.ts';
import { column, term } from './terms.ts';
import {
  type Column,
  isArray,
  isBag,
  type Json,
  type Row,
  type Type,
  type Value,
} from './values.ts';

/** Operators that open arrays, take texts apart, or make series. */

const missing = (columns: readonly Column[]): Row =>
  Object.fromEntries(columns.map((c) => [c.name, c.type === 'string' ? '' : null]));

/** What a dynamic value opens into: an array's items, a bag's properties, else itself. */
function opened(value: Json): readonly Json[] {
  if (isArray(value)) return value;
  return isBag(value) ? Object.entries(value).map(([k, v]) => ({ [k]: v })) : [value];
}

function converted(value: Json, type: Type): Value {
  if (type === 'string')
    return value === null ? '' : typeof value === 'object' ? null : String(value);
  if (type !== 'long') return value;
  if (typeof value === 'number') return BigInt(Math.trunc(value));
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? BigInt(value) : null;
  return typeof value === 'bigint' ? value : null;
}

const mvExpand: Step = (s, tape) => {
  const c = tape.pick(of(s.columns, ['dynamic']));
  if (!c) return s;
  const toLong = tape.once(2);
  const index = tape.once(3) ? freeName(s.columns, 'i') : '';
  const name = tape.once(2) ? freeName(s.columns, 'e') : c.name;
  const type: Type = toLong ? 'long' : 'dynamic';
  const columns = [
    ...(name === c.name
      ? s.columns.map((o) => (o === c ? { name, type } : o))
      : [...s.columns, { name, type }]),
    ...(index ? [{ name: index, type: 'long' as const }] : []),
  ];
  const rows = s.rows.flatMap((r) =>
    opened(r[c.name]!).map(
      (v, i): Row => ({
        ...r,
        [name]: converted(v, type),
        ...(index ? { [index]: BigInt(i) } : {}),
      }),
    ),
  );
  return piped(
    s,
    `mv-expand ${index ? `with_itemindex=${index} ` : ''}${name === c.name ? '' : `${name} = `}${c.name}${toLong ? ' to typeof(long)' : ''}`,
    { columns, rows },
  );
};

const BODIES: readonly {
  text: string;
  type?: Type;
  run: (items: readonly (bigint | null)[]) => Value[];
}[] = [
  {
    text: 'summarize e = sum(e)',
    run: (x) => [
      BigInt.asIntN(
        64,
        x.reduce<bigint>((t, v) => t + (v ?? 0n), 0n),
      ),
    ],
  },
  { text: 'summarize e = count()', run: (x) => [BigInt(x.length)] },
  { text: 'where e > 1', run: (x) => x.filter((v) => v !== null && v > 1n) },
  {
    text: 'extend e = e + 1',
    run: (x) => x.map((v) => (v === null ? null : BigInt.asIntN(64, v + 1n))),
  },
  {
    text: 'order by e asc | take 1',
    run: (x) =>
      [...x].sort((a, b) => (a === null ? -1 : b === null ? 1 : a < b ? -1 : 1)).slice(0, 1),
  },
  {
    text: 'top 2 by e desc',
    run: (x) =>
      [...x].sort((a, b) => (a === null ? 1 : b === null ? -1 : a > b ? -1 : 1)).slice(0, 2),
  },
];

/** Over arrays that hold something: what the others give is written nowhere. */
const mvApply: Step = (s, tape) => {
  const c = tape.pick(of(s.columns, ['dynamic']));
  if (!c || s.columns.some((o) => o.name === 'e')) return s;
  const full = piped(s, `where array_length(${c.name}) > 0`, {
    rows: s.rows.filter((r) => isArray(r[c.name]) && (r[c.name] as readonly Json[]).length > 0),
  });
  const body = tape.pick(BODIES);
  const rows = full.rows.flatMap((r) => {
    const items = opened(r[c.name]!).map((v) => converted(v, 'long') as bigint | null);
    return body.run(items).map((e): Row => ({ ...r, e }));
  });
  return piped(full, `mv-apply e = ${c.name} to typeof(long) on (${body.text})`, {
    columns: [...s.columns, { name: 'e', type: 'long' }],
    rows,
    isOrdered: false,
  });
};

const PATTERNS: readonly {
  text: string;
  columns: readonly Type[];
  find: (s: string) => Value[] | null;
}[] = [
  {
    text: '{0} "," {1}',
    columns: ['string', 'string'],
    find: (s) => {
      const i = s.indexOf(',');
      return i < 0 ? null : [s.slice(0, i), s.slice(i + 1)];
    },
  },
  {
    text: '* "b" {0}',
    columns: ['string'],
    find: (s) => {
      const i = s.indexOf('b');
      return i < 0 ? null : [s.slice(i + 1)];
    },
  },
  {
    text: '"k=" {0}:long ", " *',
    columns: ['long'],
    find: (s) => {
      const m = /^k=(-?\d+), /.exec(s);
      return m ? [BigInt(m[1]!)] : null;
    },
  },
  {
    text: '{0} "-" *',
    columns: ['string'],
    find: (s) => {
      const i = s.indexOf('-');
      return i < 0 ? null : [s.slice(0, i)];
    },
  },
];

const parse: Step = (s, tape) => {
  const c = tape.pick(of(s.columns, ['string']));
  if (!c) return s;
  const pattern = tape.pick(PATTERNS);
  const isFilter = tape.once(2);
  const made = pattern.columns.map(
    (type, i): Column => ({ name: `${freeName(s.columns, 'p')}_${i}`, type }),
  );
  const rows = s.rows.flatMap((r) => {
    const found = pattern.find(r[c.name] as string);
    if (!found && isFilter) return [];
    return [
      {
        ...r,
        ...(found ? Object.fromEntries(made.map((m, i) => [m.name, found[i]!])) : missing(made)),
      },
    ];
  });
  const text = pattern.text.replace(/\{(\d)\}/g, (_, i: string) => made[Number(i)]!.name);
  return piped(s, `${isFilter ? 'parse-where' : 'parse'} ${c.name} with ${text}`, {
    columns: [...s.columns, ...made],
    rows,
  });
};

const START = BigInt(Date.UTC(2024, 1, 28)) * 1000n;
const HALF_DAY = 43_200_000_000n;
const SERIES: readonly { text: string; takes: Type; means: (x: readonly Value[]) => Json }[] = [
  { text: 'count()', takes: 'long', means: (x) => BigInt(x.length) },
  {
    text: 'sum({0})',
    takes: 'long',
    means: (x) =>
      BigInt.asIntN(
        64,
        x.reduce<bigint>((t, v) => t + ((v ?? 0n) as bigint), 0n),
      ),
  },
  {
    text: 'sum(coalesce({0}, 0.0))',
    takes: 'real',
    means: (x) => x.reduce<number>((t, v) => t + Number(v ?? 0), 0),
  },
];

/** Ten half days; rows elsewhere in time are left out. */
const makeSeries: Step = (s, tape) => {
  const axis = tape.pick(of(s.columns, ['datetime']));
  if (!axis) return s;
  const [a, series] = [tape.pick(SERIES), freeName(s.columns, 'y')];
  const value = term(a.takes, s.columns, tape, 0);
  const by = tape.once(2) ? tape.pick(of(s.columns, ['string'])) : undefined;
  const inside = s.rows.filter((r) => {
    const t = r[axis.name] as bigint | null;
    return t !== null && t >= START && t < START + 10n * HALF_DAY;
  });
  const all = [...groups(inside, by ? [column(by)] : []).values()];
  const rows = all.map((g): Row => {
    const points = Array.from({ length: 10 }, (_, i) => {
      const here = g.filter((r) => ((r[axis.name] as bigint) - START) / HALF_DAY === BigInt(i));
      return here.length > 0 ? a.means(here.map(value.of)) : a.takes === 'real' ? 0 : 0n;
    });
    const places = points.map((_, i) =>
      new Date(Number((START + BigInt(i) * HALF_DAY) / 1000n)).toISOString().replace('Z', '0000Z'),
    );
    return { ...(by ? { [by.name]: g[0]![by.name]! } : {}), [series]: points, [axis.name]: places };
  });
  const text = `make-series ${series} = ${a.text.replace('{0}', value.text)} on ${axis.name} from datetime(2024-02-28) to datetime(2024-03-04) step 12h${by ? ` by ${by.name}` : ''}`;
  return piped(s, text, {
    columns: [
      ...(by ? [by] : []),
      { name: series, type: 'dynamic' },
      { name: axis.name, type: 'dynamic' },
    ],
    rows,
    isOrdered: false,
  });
};

export const SHAPES: readonly Step[] = [mvExpand, mvApply, parse, makeSeries];
