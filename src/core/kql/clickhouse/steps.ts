import type { HostFunction, HostType, HostValue } from '../dialect/dialect.ts';
import type { HostNeed } from './scope.ts';
import { hostValue } from './scope.ts';
import { CLICKHOUSE_TYPES, quoteName } from './types.ts';

/** What a printed stage does, in order: statements that leave a temporary table, and calls of JavaScript in between. */
export type Step =
  | { readonly kind: 'sql'; readonly sql: string; readonly into: string }
  | {
      readonly kind: 'host';
      readonly fn: HostFunction;
      /** Gives the key of each distinct tuple of arguments, and those arguments that are no constants. */
      readonly ask: string;
      readonly args: readonly HostArgument[];
      /** A table of two columns that takes the keys and values; `create` makes it. */
      readonly into: string;
      readonly create: string;
    };

export type HostArgument =
  | { readonly constant: HostValue }
  | { readonly column: number; readonly type: HostType };

/** The columns that a host stage reads for a need: its key, then each argument that is no constant. */
export interface NeedColumns {
  /** `key AS …, argument AS …`, for the table that the stage reads. */
  readonly items: readonly string[];
  readonly key: string;
  readonly value: string;
  readonly step: Extract<Step, { kind: 'host' }>;
}

/** How the rows of `table` get the column of a need. */
export function needColumns(need: HostNeed, table: string, into: string): NeedColumns {
  const typeOf = (i: number) => need.fn.args[i] ?? need.fn.rest ?? 'text';
  const varying = need.args.flatMap((a, i) => (a.literal ? [] : [i]));
  const key = quoteName(`${need.column}key`);
  const names = varying.map((i) => quoteName(`${need.column}arg${i}`));
  const [only] = varying;
  const isText = varying.length === 1 && need.args[only!]!.type === 'string';
  // The text of a tuple tells null from the text NULL, since texts stand in quotes there.
  const keySql = isText
    ? need.args[only!]!.sql
    : `toString(tuple(${varying.map((i) => need.args[i]!.sql).join(', ')}))`;
  const read = isText ? [key] : [key, ...names];
  const args = need.args.map((a, i): HostArgument => {
    if (a.literal) return { constant: hostValue(a.literal, typeOf(i)) };
    return { column: isText ? 0 : varying.indexOf(i) + 1, type: typeOf(i) };
  });
  const value = quoteName(need.column);
  const type = need.gives === 'string' ? 'Nullable(String)' : CLICKHOUSE_TYPES[need.gives];
  return {
    items: [
      `${keySql} AS ${key}`,
      ...(isText ? [] : varying.map((i, n) => `${need.args[i]!.sql} AS ${names[n]}`)),
    ],
    key,
    value,
    step: {
      kind: 'host',
      fn: need.fn,
      ask: `SELECT DISTINCT ${read.join(', ')} FROM ${quoteName(table)}`,
      args,
      into,
      create: `CREATE TEMPORARY TABLE ${quoteName(into)} (${key} String, ${value} ${type})`,
    },
  };
}
