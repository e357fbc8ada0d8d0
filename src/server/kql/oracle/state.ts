import type { Tape } from './tape.ts';
import { type Term, term } from './terms.ts';
import {
  type Column,
  jsonText,
  keyOf,
  order,
  type Row,
  type Table,
  type Type,
  type Value,
} from './values.ts';

/** A pipeline so far: its text, and what comes out of it. */
export interface State extends Table {
  readonly text: string;
  /** `let` statements before it. */
  readonly lets: readonly string[];
  /** The order of rows is known; otherwise they are a bag. */
  readonly isOrdered: boolean;
  /** The second table, for joins and unions. */
  readonly other: Table;
}

/** An operator: takes random numbers and a pipeline, gives a longer one. Where it does not fit, the same one. */
export type Step = (state: State, tape: Tape) => State;

export const GROUPABLE: readonly Type[] = ['string', 'long', 'bool', 'datetime', 'timespan', 'int'];
export const ALL_TYPES: readonly Type[] = [...GROUPABLE, 'real', 'dynamic'];

export const piped = (state: State, text: string, more: Partial<State>): State => ({
  ...state,
  ...more,
  text: `${state.text}\n| ${text}`,
});

export function of(columns: readonly Column[], types: readonly Type[]): Column[] {
  return columns.filter((c) => types.includes(c.type));
}

/** A name that no column begins with. */
export function freeName(columns: readonly Column[], stem = 'n'): string {
  for (let i = 1; ; i++)
    if (!columns.some((c) => c.name.startsWith(`${stem}${i}`))) return `${stem}${i}`;
}

/** A term over the columns, of a random type. */
export function anyTerm(state: State, tape: Tape, types = ALL_TYPES): Term {
  return term(tape.pick(types), state.columns, tape);
}

/** The row with a column set, in place when it is there. */
export function withColumn(columns: readonly Column[], column: Column): Column[] {
  return columns.some((c) => c.name === column.name)
    ? columns.map((c) => (c.name === column.name ? column : c))
    : [...columns, column];
}

export interface SortKey {
  readonly text: string;
  readonly of: (row: Row) => Value;
  readonly sign: 1 | -1;
  readonly areNullsFirst: boolean;
}

/** Nulls stand at an end, NaN beside them, whatever the direction. */
const absence = (v: Value) => (v === null ? 2 : Number.isNaN(v) ? 1 : 0);

export function sorted(rows: readonly Row[], keys: readonly SortKey[]): Row[] {
  return [...rows].sort((a, b) => {
    for (const key of keys) {
      const [x, y] = [key.of(a), key.of(b)];
      const absent = (absence(x) - absence(y)) * (key.areNullsFirst ? -1 : 1);
      const d = absent || absence(x) > 0 ? absent : order(x, y) * key.sign;
      if (d !== 0) return d;
    }
    return 0;
  });
}

const kind = (v: Value) => (Array.isArray(v) ? 'array' : typeof v);

/** Keys that leave no two different rows side by side: some at random, then every column. */
export function totalKeys(state: State, tape: Tape): SortKey[] {
  const plain = of(state.columns, [...GROUPABLE, 'real']);
  const random = plain.length > 0 ? tape.times(0, 2, () => randomKey(tape.pick(plain), tape)) : [];
  const rest = state.columns.flatMap((c) =>
    c.type === 'dynamic' ? dynamicKeys(c) : [plainKey(c, ' asc', '')],
  );
  return [...random, ...rest];
}

export function randomKey(c: Column, tape: Tape): SortKey {
  return plainKey(
    c,
    tape.pick(['', ' asc', ' desc'] as const),
    tape.pick(['', ' nulls first', ' nulls last'] as const),
  );
}

function plainKey(c: Column, direction: string, nulls: string): SortKey {
  const isAscending = direction === ' asc';
  return {
    text: `${c.name}${direction}${nulls}`,
    of: (row) => row[c.name]!,
    sign: isAscending ? 1 : -1,
    areNullsFirst: nulls === '' ? isAscending : nulls === ' nulls first',
  };
}

/** Two dynamic values of one text may still differ in kind. */
function dynamicKeys(c: Column): SortKey[] {
  const names: Readonly<Record<string, string>> = {
    bigint: 'long',
    number: 'double',
    boolean: 'bool',
    string: 'string',
    array: 'array',
  };
  return [
    {
      text: `tostring(${c.name}) asc`,
      of: (row) => text(row[c.name]!),
      sign: 1,
      areNullsFirst: true,
    },
    {
      text: `gettype(${c.name}) asc`,
      of: (row) => (row[c.name] === null ? 'null' : (names[kind(row[c.name]!)] ?? 'dictionary')),
      sign: 1,
      areNullsFirst: true,
    },
  ];
}

const text = (v: Value) =>
  v === null ? '' : typeof v === 'string' ? v : typeof v === 'object' ? jsonText(v) : String(v);

/** Rows in groups of equal keys, in the order of their first row. */
export function groups(rows: readonly Row[], keys: readonly Term[]): Map<string, Row[]> {
  const out = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keys.map((k) => keyOf(k.of(row))).join('\u0001');
    out.set(key, [...(out.get(key) ?? []), row]);
  }
  return out;
}
