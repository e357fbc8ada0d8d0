import type { KqlType } from '../../schema/index.ts';
import type { PlanExpr, Rel } from '../plan/plan.ts';
import { DUCKDB_TYPES, quoteName } from './duckdb.ts';
import {
  add,
  type Context,
  contextOf,
  type Printed,
  type Printing,
  physicalNames,
} from './statement.ts';

/** Relations that step from row to row. */

type PrintExpr = (expr: PlanExpr, c: Context) => string;

/** A recursive CTE that steps from row to row: exact, and slow for many thousands of rows. */
export function printFold(
  rel: Extract<Rel, { op: 'fold' }>,
  input: Printed,
  p: Printing,
  printExpr: PrintExpr,
): Printed {
  p.isRecursive = true;
  const names = physicalNames(rel.columns);
  const states = physicalNames(rel.next);
  const i = contextOf(p, input, 'i.');
  const c: Context = {
    ...i,
    column: (name) => (states.has(name) ? `p.${quoteName(states.get(name)!)}` : i.column(name)),
  };
  const test = `coalesce(${printExpr(rel.condition, c)}, false)`;
  const first = rel.initial.map(
    (s) =>
      `(${printExpr(s.expr, c)})::${DUCKDB_TYPES[s.type]} AS ${quoteName(states.get(s.name)!)}`,
  );
  const then = rel.next.map(
    (s) => `CASE WHEN ${test} THEN ${printExpr(s.expr, c)} ELSE ${c.column(s.name)} END`,
  );
  const row = i.column(rel.row);
  const folded = add(
    p,
    `SELECT 0::BIGINT AS "$at", false AS "$hit", ${first.join(', ')}\n  UNION ALL\n  SELECT ${row}, ${test}, ${then.join(', ')}\n  FROM q${p.ctes.length + 1} AS p JOIN ${input.from} AS i ON ${row} = p."$at" + 1`,
    states,
  );
  const own = rel.input.columns.map(
    (x) => `${i.column(x.name)} AS ${quoteName(names.get(x.name)!)}`,
  );
  const made = rel.outputs.map(
    (o) => `p.${quoteName(states.get(o.state)!)} AS ${quoteName(names.get(o.name)!)}`,
  );
  return add(
    p,
    `SELECT ${[...own, ...made].join(', ')}\n  FROM ${folded.from} AS p JOIN ${input.from} AS i ON ${row} = p."$at"\n  WHERE p."$hit"`,
    names,
  );
}

/** As `printFold`, with partitions side by side and the next state computed level by level. */
export function printWalk(
  rel: Extract<Rel, { op: 'walk' }>,
  input: Printed,
  p: Printing,
  printExpr: PrintExpr,
): Printed {
  p.isRecursive = true;
  const names = physicalNames([...rel.columns, ...rel.levels.slice(0, -1).flat()]);
  const quoted = (name: string) => quoteName(names.get(name)!);
  const c: Context = { p, aggregateOrder: '', column: quoted };
  const from = contextOf(p, input, 'i.');
  const keys = rel.partition.map((name) => `i_${name}`);
  const key = (i: number) => quoteName(keys[i]!);
  const typed = (s: { readonly expr: PlanExpr; readonly type: KqlType }) =>
    `(${printExpr(s.expr, c)})::${DUCKDB_TYPES[s.type]}`;
  const own = rel.partition.map((name, i) => `${from.column(name)} AS ${key(i)}`);
  const first = rel.initial.map((s) => `${typed(s)} AS ${quoted(s.name)}`);
  const sameKeys = rel.partition.map(
    (name, i) => ` AND ${from.column(name)} IS NOT DISTINCT FROM p.${key(i)}`,
  );
  const row = from.column(rel.row);
  const states = rel.initial.map((s) => `p.${quoted(s.name)}`);
  const columns = rel.input.columns.map((x) => `${from.column(x.name)} AS ${quoted(x.name)}`);
  const self = `q${p.ctes.length + 1}`;
  const start = `SELECT ${[...columns, ...states, ...keys.map((_, i) => `p.${key(i)}`)].join(', ')} FROM ${self} AS p JOIN ${input.from} AS i ON ${row} = p."$at" + 1${sameKeys.join('')}`;
  const stepped = rel.levels.slice(0, -1).reduce((sql, level) => {
    if (level.length === 0) return sql;
    const items = level.map((s) => `${typed(s)} AS ${quoted(s.name)}`);
    return `SELECT *, ${items.join(', ')} FROM (${sql})`;
  }, start);
  const next = (rel.levels.at(-1) ?? []).map((s) => `${typed(s)} AS ${quoted(s.name)}`);
  const atKeys = keys.map((_, i) => key(i));
  const distinct =
    own.length > 0 ? ` FROM (SELECT DISTINCT ${own.join(', ')} FROM ${input.from} AS i)` : '';
  const walked = add(
    p,
    `SELECT ${['0::BIGINT AS "$at"', ...atKeys, ...first].join(', ')}${distinct}\n  UNION ALL\n  SELECT ${[quoted(rel.row), ...atKeys, ...next].join(', ')}\n  FROM (${stepped})`,
    names,
  );
  const all = rel.columns.map((x) =>
    rel.input.columns.some((y) => y.name === x.name)
      ? `${from.column(x.name)} AS ${quoted(x.name)}`
      : `p.${quoted(x.name)}`,
  );
  return add(
    p,
    `SELECT ${all.join(', ')}\n  FROM ${walked.from} AS p JOIN ${input.from} AS i ON ${row} = p."$at"${sameKeys.join('')}`,
    names,
  );
}
