import { JOINS } from './joins.ts';
import { SHAPES } from './shapes.ts';
import type { State } from './state.ts';
import { STEPS } from './steps.ts';
import { randomValue, Tape } from './tape.ts';
import { type Column, printed, type Table } from './values.ts';

/** The columns of the two tables of every random query. */
export const TABLES: Readonly<Record<'T' | 'U', readonly Column[]>> = {
  T: [
    { name: 'Id', type: 'long' },
    { name: 'S', type: 'string' },
    { name: 'L', type: 'long' },
    { name: 'R', type: 'real' },
    { name: 'B', type: 'bool' },
    { name: 'At', type: 'datetime' },
    { name: 'D', type: 'dynamic' },
    { name: 'I', type: 'int' },
    { name: 'Span', type: 'timespan' },
  ],
  U: [
    { name: 'L', type: 'long' },
    { name: 'S', type: 'string' },
    { name: 'At', type: 'datetime' },
    { name: 'Note', type: 'string' },
    { name: 'V', type: 'real' },
    { name: 'D', type: 'dynamic' },
  ],
};

export interface Numbers {
  readonly tables: readonly number[];
  /** One list per operator. */
  readonly steps: readonly (readonly number[])[];
}

export interface Case {
  readonly query: string;
  readonly tables: Readonly<Record<'T' | 'U', Table>>;
  /** What comes out. */
  readonly expected: State;
}

function randomTable(columns: readonly Column[], most: number, tape: Tape): Table {
  const rows = tape.times(0, most, (i) =>
    Object.fromEntries(
      columns.map((c) => [c.name, c.name === 'Id' ? BigInt(i) : randomValue(c.type, tape)]),
    ),
  );
  return { columns, rows };
}

const ALL = [...STEPS, ...JOINS, ...SHAPES];

/** A query over two tables, and its answer by the slow evaluator. */
export function makeCase({ tables, steps }: Numbers): Case {
  const tape = new Tape(tables);
  const [T, U] = [randomTable(TABLES.T, 8, tape), randomTable(TABLES.U, 5, tape)];
  let state: State = { ...T, text: 'T', lets: [], isOrdered: false, other: U };
  for (const numbers of steps) {
    const step = new Tape(numbers);
    const next = step.pick(ALL)(state, step);
    // Joins of joins grow fast, and prove no more.
    if (next.rows.length <= 200 && next.columns.length <= 40) state = next;
  }
  return { query: [...state.lets, state.text].join('\n'), tables: { T, U }, expected: state };
}

/** Rows as texts that can be compared; sorted where their order is not known. */
export function comparable(rows: readonly (readonly unknown[])[], isOrdered: boolean): string[] {
  const texts = rows.map((r) => JSON.stringify(r.map(rounded)));
  return isOrdered ? texts : texts.sort();
}

function rounded(cell: unknown): unknown {
  if (typeof cell === 'number') return Number(cell.toPrecision(10)) + 0;
  if (Array.isArray(cell)) return cell.map(rounded);
  if (typeof cell === 'object' && cell !== null)
    return Object.fromEntries(Object.entries(cell).map(([k, v]) => [k, rounded(v)]));
  return cell;
}

/** The answer as an engine is to give it. */
export function expectedAnswer({ expected }: Case): { columns: string[]; rows: string[] } {
  const rows = expected.rows.map((r) => expected.columns.map((c) => printed(r[c.name]!, c.type)));
  return {
    columns: expected.columns.map((c) => `${c.name}:${c.type}`),
    rows: comparable(rows, expected.isOrdered),
  };
}
