import { AGGREGATES, ORDERED_AGGREGATES } from './aggregates.ts';
import {
  ALL_TYPES,
  anyTerm,
  freeName,
  GROUPABLE,
  groups,
  of,
  piped,
  randomKey,
  type State,
  type Step,
  sorted,
  totalKeys,
  withColumn,
} from './state.ts';
import type { Tape } from './tape.ts';
import { column, condition, type Term, term } from './terms.ts';
import type { Column, Row, Value } from './values.ts';

/** Operators that look at one table. */

const where: Step = (s, tape) => {
  const test = condition(s.columns, tape);
  return piped(s, `where ${test.text}`, { rows: s.rows.filter((r) => test.of(r) === true) });
};

/** All new values are computed from the row as it was. */
const extend: Step = (s, tape) => {
  const made = tape
    .times(1, 2, (i) => {
      const value = anyTerm(s, tape);
      const own = s.columns[tape.below(s.columns.length * 3)];
      return { name: own?.name ?? `${freeName(s.columns)}_${i}`, value };
    })
    .filter((m, i, all) => all.findIndex((o) => o.name === m.name) === i);
  return piped(s, `extend ${made.map((m) => `${m.name} = ${m.value.text}`).join(', ')}`, {
    columns: made.reduce<Column[]>(
      (c, m) => withColumn(c, { name: m.name, type: m.value.type }),
      [...s.columns],
    ),
    rows: s.rows.map((r) => ({
      ...r,
      ...Object.fromEntries(made.map((m) => [m.name, m.value.of(r)])),
    })),
  });
};

function onlyThese(s: State, text: string, columns: readonly Column[]): State {
  return piped(s, text, {
    columns,
    rows: s.rows.map((r) => Object.fromEntries(columns.map((c) => [c.name, r[c.name]!]))),
  });
}

const some = (columns: readonly Column[], tape: Tape) => columns.filter(() => !tape.once(3));

const project: Step = (s, tape) => {
  const kept = some(s.columns, tape);
  const value = anyTerm(s, tape);
  const name = freeName(s.columns);
  const items = [
    ...kept.map((c) => ({ ...c, value: column(c) })),
    { name, type: value.type, value },
  ];
  return piped(s, `project ${[...kept.map((c) => c.name), `${name} = ${value.text}`].join(', ')}`, {
    columns: items.map(({ name: n, type }) => ({ name: n, type })),
    rows: s.rows.map((r) => Object.fromEntries(items.map((i) => [i.name, i.value.of(r)]))),
  });
};

const projectAway: Step = (s, tape) => {
  const gone = tape.pick(s.columns);
  if (s.columns.length < 2) return s;
  return onlyThese(
    s,
    `project-away ${gone.name}`,
    s.columns.filter((c) => c !== gone),
  );
};

const projectKeep: Step = (s, tape) => {
  const kept = some(s.columns, tape);
  if (kept.length === 0) return s;
  return onlyThese(
    s,
    `project-keep ${[...kept]
      .reverse()
      .map((c) => c.name)
      .join(', ')}`,
    kept,
  );
};

const projectReorder: Step = (s, tape) => {
  const first = tape.pick(s.columns);
  return onlyThese(s, `project-reorder ${first.name}`, [
    first,
    ...s.columns.filter((c) => c !== first),
  ]);
};

const projectRename: Step = (s, tape) => {
  const [from, to] = [tape.pick(s.columns), freeName(s.columns, 'r')];
  return piped(s, `project-rename ${to} = ${from.name}`, {
    columns: s.columns.map((c) => (c === from ? { ...c, name: to } : c)),
    rows: s.rows.map((r) => {
      const { [from.name]: value, ...rest } = r;
      return { ...rest, [to]: value! };
    }),
  });
};

function byTerms(s: State, tape: Tape): { name: string; value: Term; text: string }[] {
  const keys = of(s.columns, GROUPABLE);
  const plain = tape
    .times(0, 2, () => tape.pick(keys))
    .filter((c, i, all) => c && all.indexOf(c) === i);
  const made = plain.map((c) => ({ name: c.name, value: column(c), text: c.name }));
  if (!tape.once(3)) return made;
  const value = anyTerm(s, tape, GROUPABLE);
  const name = freeName(s.columns, 'k');
  return [...made, { name, value, text: `${name} = ${value.text}` }];
}

const summarize: Step = (s, tape) => {
  const [by, stem] = [byTerms(s, tape), freeName(s.columns, 'g')];
  const list = s.isOrdered && tape.once(2) ? ORDERED_AGGREGATES : AGGREGATES;
  const aggregates = tape.times(1, 3, (i) => {
    const a = tape.pick(list);
    const args = a.takes.map((t) => term(t, s.columns, tape, 1));
    const text = a.text.replace(/\{(\d)\}/g, (_, n: string) => args[Number(n)]!.text);
    const value = (rows: readonly Row[]): Value =>
      a.text === 'count()'
        ? BigInt(rows.length)
        : a.means(...(args.map((x) => rows.map(x.of)) as never[]));
    const name = `${stem}_${i}`;
    return { name, type: a.gives, text: `${name} = ${text}`, value };
  });
  const all =
    by.length > 0
      ? [
          ...groups(
            s.rows,
            by.map((b) => b.value),
          ).values(),
        ]
      : [[...s.rows]];
  const rows = all.map(
    (g): Row => ({
      ...Object.fromEntries(by.map((b) => [b.name, b.value.of(g[0]!)])),
      ...Object.fromEntries(aggregates.map((a) => [a.name, a.value(g)])),
    }),
  );
  const text = `summarize ${aggregates.map((a) => a.text).join(', ')}${by.length > 0 ? ` by ${by.map((b) => b.text).join(', ')}` : ''}`;
  const columns = [
    ...by.map((b) => ({ name: b.name, type: b.value.type })),
    ...aggregates.map(({ name, type }) => ({ name, type })),
  ];
  return piped(s, text, { columns, rows, isOrdered: false });
};

/** Where the values of a column are all different, the rows of the largest and the smallest are certain. */
const argMax: Step = (s, tape) => {
  const key = tape.pick(of(s.columns, ['long']));
  if (!key) return s;
  const values = s.rows.map((r) => r[key.name]);
  if (new Set(values).size < values.length || values.includes(null)) return s;
  const by = of(s.columns, GROUPABLE).filter((c) => c !== key);
  const group = tape.pick(by);
  const isMax = tape.below(2) === 0;
  const hasStar = tape.below(2) === 0;
  const others = s.columns.filter((c) => c !== key && c !== group);
  const taken = hasStar ? others : others.slice(0, 2);
  const rows = [...groups(s.rows, group ? [column(group)] : []).values()].map((g) =>
    g.reduce((m, r) => ((r[key.name] as bigint) > (m[key.name] as bigint) === isMax ? r : m)),
  );
  const columns = [...(group ? [group] : []), key, ...taken];
  const args = [key.name, ...(hasStar ? ['*'] : taken.map((c) => c.name))].join(', ');
  return onlyThese(
    {
      ...piped(s, '', {}),
      text: s.text,
      rows:
        rows.length > 0 || group
          ? rows
          : [Object.fromEntries(s.columns.map((c) => [c.name, c.type === 'string' ? '' : null]))],
      isOrdered: false,
    },
    `summarize arg_${isMax ? 'max' : 'min'}(${args})${group ? ` by ${group.name}` : ''}`,
    columns,
  );
};

const distinct: Step = (s, tape) => {
  const keys = tape
    .times(1, 3, () => tape.pick(of(s.columns, GROUPABLE)))
    .filter((c, i, all) => c && all.indexOf(c) === i);
  if (keys.length === 0) return s;
  const rows = [...groups(s.rows, keys.map(column)).values()].map((g) => g[0]!);
  return {
    ...onlyThese({ ...s, rows }, `distinct ${keys.map((k) => k.name).join(', ')}`, keys),
    isOrdered: false,
  };
};

const count: Step = (s) =>
  piped(s, 'count', {
    columns: [{ name: 'Count', type: 'long' }],
    rows: [{ Count: BigInt(s.rows.length) }],
    isOrdered: false,
  });

const sort: Step = (s, tape) => {
  const keys = totalKeys(s, tape);
  return piped(s, `${tape.pick(['sort', 'order'])} by ${keys.map((k) => k.text).join(', ')}`, {
    rows: sorted(s.rows, keys),
    isOrdered: true,
  });
};

/** By one column, where no two rows have the same value of it. */
const top: Step = (s, tape) => {
  const keys = of(s.columns, [...GROUPABLE, 'real']).filter(
    (c) => new Set(s.rows.map((r) => r[c.name])).size === s.rows.length,
  );
  if (keys.length === 0) return s;
  const key = randomKey(tape.pick(keys), tape);
  const n = 1 + tape.below(4);
  return piped(s, `top ${n} by ${key.text}`, {
    rows: sorted(s.rows, [key]).slice(0, n),
    isOrdered: true,
  });
};

const take: Step = (start, tape) => {
  const n = tape.below(4);
  const s = start.isOrdered ? start : sort(start, tape);
  return piped(s, `${tape.pick(['take', 'limit'])} ${n}`, { rows: s.rows.slice(0, n) });
};

const serialize: Step = (start, tape) => {
  const s = start.isOrdered ? start : sort(start, tape);
  const c = tape.pick(of(s.columns, GROUPABLE));
  const n = tape.pick(of(s.columns, ['long', 'real']));
  const missing = (x: Column): Value => (x.type === 'string' ? '' : null);
  const made: { text: string; type: Column['type']; value: (i: number) => Value }[] = [
    { text: 'row_number()', type: 'long', value: (i) => BigInt(i + 1) },
    { text: 'row_number(5)', type: 'long', value: (i) => BigInt(i + 5) },
  ];
  if (c) {
    const at = (i: number): Value => (s.rows[i] ? s.rows[i][c.name]! : missing(c));
    made.push(
      { text: `prev(${c.name})`, type: c.type, value: (i) => at(i - 1) },
      { text: `next(${c.name}, 2)`, type: c.type, value: (i) => at(i + 2) },
      { text: `isnull(prev(${c.name}))`, type: 'bool', value: (i) => at(i - 1) === null },
    );
    const change = (i: number) => i > 0 && String(at(i)) !== String(at(i - 1));
    if (c.type === 'string') {
      const last = (i: number): number => (i === 0 || change(i) ? i : last(i - 1));
      made.push({
        text: `row_number(1, ${c.name} != prev(${c.name}))`,
        type: 'long',
        value: (i) => BigInt(i - last(i) + 1),
      });
    }
  }
  if (n?.type === 'real')
    made.push({
      text: `row_cumsum(coalesce(${n.name}, 0.0))`,
      type: 'real',
      value: (i) => s.rows.slice(0, i + 1).reduce((t, r) => t + Number(r[n.name] ?? 0), 0),
    });
  if (n?.type === 'long')
    made.push({
      text: `row_cumsum(coalesce(${n.name}, 0))`,
      type: 'long',
      value: (i) =>
        BigInt.asIntN(
          64,
          s.rows.slice(0, i + 1).reduce((t, r) => t + ((r[n.name] ?? 0n) as bigint), 0n),
        ),
    });
  const { text, type, value } = tape.pick(made);
  const name = freeName(s.columns, 'w');
  return piped(s, `${tape.pick(['serialize', 'extend'])} ${name} = ${text}`, {
    columns: [...s.columns, { name, type }],
    rows: s.rows.map((r, i) => ({ ...r, [name]: value(i) })),
  });
};

/** The pipeline so far gets a name. */
const materialize: Step = (s, tape) => {
  const name = `m${s.lets.length}`;
  const body = tape.below(2) === 0 ? s.text : `materialize(${s.text})`;
  return { ...s, lets: [...s.lets, `let ${name} = ${body};`], text: name, isOrdered: false };
};

const toscalar: Step = (s, tape) => {
  const c = tape.pick(of(s.other.columns, ['long', 'datetime', 'real']));
  if (!c) return s;
  const values = s.other.rows.map((r) => r[c.name]!).filter((v) => v !== null);
  const value = values.reduce<Value>(
    (m, v) => (m === null || (v as bigint) > (m as bigint) ? v : m),
    null,
  );
  const name = freeName(s.columns, 't');
  return piped(s, `extend ${name} = toscalar(U | summarize max(${c.name}))`, {
    columns: [...s.columns, { name, type: c.type }],
    rows: s.rows.map((r) => ({ ...r, [name]: value })),
  });
};

/** A function of the query's own. */
const lambda: Step = (s, tape) => {
  const parameter: Column = {
    name: 'p',
    type: tape.pick(ALL_TYPES.filter((t) => t !== 'dynamic')),
  };
  const body = term(tape.pick(ALL_TYPES), [parameter], tape);
  const argument = term(parameter.type, s.columns, tape, 1);
  const [fn, name] = [`f${s.lets.length}`, freeName(s.columns, 'f')];
  return {
    ...piped(s, `extend ${name} = ${fn}(${argument.text})`, {
      columns: [...s.columns, { name, type: body.type }],
      rows: s.rows.map((r) => ({ ...r, [name]: body.of({ p: argument.of(r) }) })),
    }),
    lets: [...s.lets, `let ${fn} = (p:${parameter.type}) { ${body.text} };`],
  };
};

export const STEPS: readonly Step[] = [
  where,
  extend,
  summarize,
  project,
  sort,
  distinct,
  top,
  take,
  count,
  projectAway,
  projectKeep,
  projectRename,
  projectReorder,
  argMax,
  serialize,
  materialize,
  toscalar,
  lambda,
];
