import { GROUPABLE, groups, of, piped, type State, type Step } from './state.ts';
import type { Tape } from './tape.ts';
import { column, condition } from './terms.ts';
import { type Column, keyOf, type Row, type Table } from './values.ts';

/** Operators that meet a second table. */

const missing = (columns: readonly Column[]): Row =>
  Object.fromEntries(columns.map((c) => [c.name, c.type === 'string' ? '' : null]));

const only = (row: Row, columns: readonly Column[]): Row =>
  Object.fromEntries(columns.map((c) => [c.name, row[c.name]!]));

/** The second table as a random small query. */
function right(s: State, tape: Tape): Table & { readonly text: string } {
  const kind = tape.below(3);
  if (kind === 0) return { ...s.other, text: 'U' };
  const test = condition(s.other.columns, tape);
  const rows = s.other.rows.filter((r) => test.of(r) === true);
  if (kind === 1) return { ...s.other, rows, text: `(U | where ${test.text})` };
  const columns = s.other.columns.slice(0, 3 + tape.below(3));
  return {
    columns,
    rows: rows.map((r) => only(r, columns)),
    text: `(U | where ${test.text} | project ${columns.map((c) => c.name).join(', ')})`,
  };
}

const KINDS = [
  'inner',
  'leftouter',
  'rightouter',
  'fullouter',
  'leftsemi',
  'leftanti',
  'rightsemi',
  'rightanti',
  'innerunique',
] as const;

/** Left columns, then right ones, a number behind a name that is taken. */
function joinedColumns(
  left: readonly Column[],
  rightColumns: readonly Column[],
  skip: ReadonlySet<string>,
) {
  const columns = [...left];
  const renamed = rightColumns
    .filter((c) => !skip.has(c.name))
    .map((c) => {
      const name = columns.some((o) => o.name === c.name) ? numbered(columns, c.name) : c.name;
      columns.push({ name, type: c.type });
      return { from: c.name, name };
    });
  const join = (l: Row, r: Row): Row => ({
    ...l,
    ...Object.fromEntries(renamed.map((x) => [x.name, r[x.from]!])),
  });
  return { columns, join };
}

function numbered(columns: readonly Column[], name: string): string {
  for (let i = 1; ; i++) if (!columns.some((c) => c.name === `${name}${i}`)) return `${name}${i}`;
}

function keyPairs(s: State, other: Table, tape: Tape): { left: Column; right: Column }[] {
  const pairs = of(s.columns, GROUPABLE).flatMap((l) =>
    of(other.columns, [l.type]).map((r) => ({ left: l, right: r })),
  );
  return tape.times(1, 2, () => tape.pick(pairs)).filter((p, i, all) => p && all.indexOf(p) === i);
}

const onText = (keys: readonly { left: Column; right: Column }[]) =>
  keys
    .map((k) =>
      k.left.name === k.right.name ? k.left.name : `$left.${k.left.name} == $right.${k.right.name}`,
    )
    .join(', ');

const join: Step = (start, tape) => {
  const other = right(start, tape);
  const keys = keyPairs(start, other, tape);
  if (keys.length === 0) return start;
  const kind = tape.pick(KINDS);
  // innerunique takes any one row of the left per key: here there is one.
  const s =
    kind === 'innerunique'
      ? oneRowPerKey(
          start,
          keys.map((k) => k.left),
        )
      : start;
  const leftKey = (r: Row) => keys.map((k) => keyOf(r[k.left.name]!)).join('\u0001');
  const rightKey = (r: Row) => keys.map((k) => keyOf(r[k.right.name]!)).join('\u0001');
  const matches = (l: Row, r: Row) => leftKey(l) === rightKey(r);
  const { columns, join: both } = joinedColumns(s.columns, other.columns, new Set());
  const inner = s.rows.flatMap((l) =>
    other.rows.filter((r) => matches(l, r)).map((r) => both(l, r)),
  );
  const lonelyLeft = s.rows.filter((l) => !other.rows.some((r) => matches(l, r)));
  const lonelyRight = other.rows.filter((r) => !s.rows.some((l) => matches(l, r)));
  const leftOuter = lonelyLeft.map((l) => both(l, missing(other.columns)));
  const rightOuter = lonelyRight.map((r) => both(missing(s.columns), r));
  const text = `join ${kind === 'innerunique' ? tape.pick(['', 'kind=innerunique ']) : `kind=${kind} `}${other.text} on ${onText(keys)}`;
  const result = (rows: readonly Row[], cols: readonly Column[] = columns) =>
    piped(s, text, { rows, columns: cols, isOrdered: false });
  switch (kind) {
    case 'inner':
    case 'innerunique':
      return result(inner);
    case 'leftouter':
      return result([...inner, ...leftOuter]);
    case 'rightouter':
      return result([...inner, ...rightOuter]);
    case 'fullouter':
      return result([...inner, ...leftOuter, ...rightOuter]);
    case 'leftsemi':
      return result(
        s.rows.filter((l) => !lonelyLeft.includes(l)),
        s.columns,
      );
    case 'leftanti':
      return result(lonelyLeft, s.columns);
    case 'rightsemi':
      return result(
        other.rows.filter((r) => !lonelyRight.includes(r)),
        other.columns,
      );
    case 'rightanti':
      return result(lonelyRight, other.columns);
  }
};

function oneRowPerKey(s: State, keys: readonly Column[]): State {
  const columns = keys.filter((k, i) => keys.indexOf(k) === i);
  const rows = [...groups(s.rows, columns.map(column)).values()].map((g) =>
    Object.fromEntries(columns.map((c) => [c.name, g[0]![c.name]!])),
  );
  return piped(s, `distinct ${columns.map((c) => c.name).join(', ')}`, {
    columns,
    rows,
    isOrdered: false,
  });
}

const lookup: Step = (s, tape) => {
  const other = right(s, tape);
  const keys = keyPairs(s, other, tape).slice(0, 1);
  const [key] = keys;
  if (!key) return s;
  const isInner = tape.once(2);
  const rest = other.columns.filter((c) => c !== key.right);
  const { columns, join: both } = joinedColumns(s.columns, rest, new Set());
  const rows = s.rows.flatMap((l) => {
    const found = other.rows.filter((r) => keyOf(l[key.left.name]!) === keyOf(r[key.right.name]!));
    return found.length > 0 || isInner ? found.map((r) => both(l, r)) : [both(l, missing(rest))];
  });
  return piped(s, `lookup ${isInner ? 'kind=inner ' : ''}${other.text} on ${onText(keys)}`, {
    columns,
    rows,
    isOrdered: false,
  });
};

const union: Step = (s, tape) => {
  const other = right(s, tape);
  // Columns of one name and two types would be split: the second table is given without them.
  const clash = other.columns.filter((c) =>
    s.columns.some((l) => l.name === c.name && l.type !== c.type),
  );
  const columns = other.columns.filter((c) => !clash.includes(c));
  if (columns.length === 0) return s;
  const source =
    clash.length > 0
      ? `(${other.text} | project-away ${clash.map((c) => c.name).join(', ')})`
      : other.text;
  const isInner = tape.once(3);
  const out = isInner
    ? s.columns.filter((c) => columns.some((r) => r.name === c.name))
    : [...s.columns, ...columns.filter((c) => !s.columns.some((l) => l.name === c.name))];
  if (out.length === 0) return s;
  const fill = (r: Row): Row =>
    Object.fromEntries(out.map((c) => [c.name, r[c.name] ?? (c.type === 'string' ? '' : null)]));
  return piped(s, `union ${isInner ? 'kind=inner ' : ''}${source}`, {
    columns: out,
    rows: [...s.rows.map(fill), ...other.rows.map((r) => fill(only(r, columns)))],
    isOrdered: false,
  });
};

export const JOINS: readonly Step[] = [join, lookup, union];
