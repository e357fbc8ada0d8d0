import type { BoundColumn } from '../bound/expr.ts';
import type { ScanSql } from './dialect.ts';
import { quoteName } from './duckdb.ts';

/** A statement while it is printed: common table expressions, and what they are called. */

/** A printed relation: the name to select from, and the physical name of each column. */
export interface Printed {
  readonly from: string;
  readonly names: ReadonlyMap<string, string>;
}

export interface PrintOptions {
  /** By name of a scan: SQL that can stand after FROM, or a relation with more to say. */
  readonly scanSql: (scan: string) => string | ScanSql;
  /**
   * Slower SQL that fails nowhere: whole numbers wrap around at 64 bits, and DuckDB does not see that it is asked for the
   * first rows of partitions, which it cannot plan behind some conditions (an INTERNAL error in 1.5).
   */
  readonly isCareful?: boolean;
}

export interface Printing {
  readonly ctes: string[];
  readonly options: PrintOptions;
  readonly shared: Map<string, Printed>;
}

export function physicalNames(columns: readonly BoundColumn[]): Map<string, string> {
  const out = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name } of columns) {
    let physical = name === '' ? '_' : name;
    for (let i = 2; taken.has(physical.toLowerCase()); i++) physical = `${name}·${i}`;
    taken.add(physical.toLowerCase());
    out.set(name, physical);
  }
  return out;
}

export function add(p: Printing, sql: string, names: ReadonlyMap<string, string>): Printed {
  const from = `q${p.ctes.length + 1}`;
  p.ctes.push(`${from} AS (\n  ${sql}\n)`);
  return { from, names };
}

export interface Context {
  readonly p: Printing;
  readonly column: (name: string) => string;
  /** ` ORDER BY …` for aggregates. */
  readonly aggregateOrder: string;
}

export function contextOf(
  p: Printing,
  input: Printed,
  qualifier = '',
  aggregateOrder = '',
): Context {
  return {
    p,
    aggregateOrder,
    column: (name) => `${qualifier}${quoteName(known(input.names, name))}`,
  };
}

export function known(names: ReadonlyMap<string, string>, name: string): string {
  const found = names.get(name);
  if (found === undefined) throw new Error(`the plan names a column that is not there: ${name}`);
  return found;
}
