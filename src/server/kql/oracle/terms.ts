import { SCALARS, type Scalar, wantsColumn } from './scalars/index.ts';
import { randomValue, type Tape } from './tape.ts';
import { type Column, literal, type Row, type Type, type Value } from './values.ts';

/** An expression: its text, its type, and its value in a row. */
export interface Term {
  readonly text: string;
  readonly type: Type;
  readonly of: (row: Row) => Value;
}

export const column = ({ name, type }: Column): Term => ({
  text: name,
  type,
  of: (row) => row[name]!,
});

export function constant(type: Type, tape: Tape): Term {
  const value = randomValue(type, tape);
  return { text: literal(value, type), type, of: () => value };
}

/** A function's value: null where it wants present arguments and one is not. */
function call(scalar: Scalar, args: readonly Term[]): Term {
  return {
    text: scalar.text.replace(/\{(\d)\}/g, (_, i: string) => args[Number(i)]!.text),
    type: scalar.gives,
    of: (row) => {
      const values = args.map((a) => a.of(row));
      if (!scalar.seesNull && values.some((v) => v === null)) return null;
      return scalar.means(...(values as never[]));
    },
  };
}

/** A function of random arguments. */
function random(scalar: Scalar, columns: readonly Column[], tape: Tape, depth: number): Term {
  const first = wantsColumn(scalar) ? columns.filter(isDynamic).map(column) : [];
  const args = scalar.takes.map((t, i) =>
    i === 0 && first.length > 0 ? tape.pick(first) : term(t, columns, tape, depth),
  );
  return call(scalar, args);
}

const isDynamic = (c: Column) => c.type === 'dynamic';

function functionsOf(type: Type, columns: readonly Column[]): Scalar[] {
  const hasDynamic = columns.some(isDynamic);
  return SCALARS.filter((s) => s.gives === type && (hasDynamic || !wantsColumn(s)));
}

/** An expression of a type over the columns: a column where there is one, a call, or a constant. */
export function term(type: Type, columns: readonly Column[], tape: Tape, depth = 2): Term {
  const own = columns.filter((c) => c.type === type);
  const functions = depth > 0 ? functionsOf(type, columns) : [];
  const kind = tape.below(8);
  if (own.length > 0 && kind < 3) return column(tape.pick(own));
  if (functions.length > 0 && kind < 7)
    return random(tape.pick(functions), columns, tape, depth - 1);
  return constant(type, tape);
}

/** A condition: never a bare constant. */
export function condition(columns: readonly Column[], tape: Tape): Term {
  return random(tape.pick(functionsOf('bool', columns)), columns, tape, 1);
}
