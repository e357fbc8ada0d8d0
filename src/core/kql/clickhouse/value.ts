import type { KqlType } from '../../schema/index.ts';
import type { Span } from '../bound/expr.ts';
import type { Arg } from '../dialect/dialect.ts';

/** An expression as ClickHouse's SQL, with what is known of it. */
export interface Value extends Arg {
  /** Set where it is a path into a JSON text: further steps prolong the path. */
  readonly path?: { readonly source: string; readonly steps: readonly string[] };
}

/** Where a call stands. */
export interface Call {
  /** What the call gives. */
  readonly type: KqlType;
  readonly at: Span;
  /**
   * The value of a function that runs in JavaScript: computed now where its arguments are constants, else a column that
   * a host stage will have made by then. Arguments have the function's own types already.
   */
  readonly host: (name: string, args: readonly Value[], gives: KqlType) => Value;
}

/**
 * Prints one call; text alone is a value of the type that the function gives. Null where ClickHouse has no exact equal
 * for these arguments, and the function of the same name in JavaScript is asked.
 */
export type Printer = (args: readonly Value[], call: Call) => string | Value | null;

/** A printer that always has an answer, as SQL. */
export type SqlPrinter = (args: readonly Value[], call: Call) => string;

/** Printers by name of a function of KQL, or of the planner's own (`$…`). */
export type PrinterGroup = Readonly<Record<string, Printer>>;
