import type { Rel } from '../plan/plan.ts';
import { printExpr } from './expr.ts';
import {
  add,
  addRecursive,
  hostingOf,
  type Printing,
  physicalNames,
  type Relation,
  type Scope,
} from './statement.ts';
import { CLICKHOUSE_TYPES, quoteName } from './types.ts';

type Fold = Extract<Rel, { op: 'fold' }>;

/** A recursive query that steps from row to row: exact, and slow for many thousands of rows. */
export function printFold(
  rel: Fold,
  input: Relation,
  scopeOf: (p: Printing, input: Relation) => Scope,
  p: Printing,
): Relation {
  const names = physicalNames(rel.columns);
  const states = physicalNames(rel.next);
  const base = scopeOf(p, input);
  const row = (name: string) => `i.${base.column(name)}`;
  const s: Scope = {
    ...base,
    hosting: hostingOf(p, 'scan'),
    column: (name) => (states.has(name) ? `p.${quoteName(states.get(name)!)}` : row(name)),
  };
  const test = `ifNull(${printExpr(rel.condition, s).sql}, false)`;
  const first = rel.initial.map((state) => {
    const { sql } = printExpr(state.expr, s);
    return `CAST(${sql} AS ${CLICKHOUSE_TYPES[state.type]}) AS ${quoteName(states.get(state.name)!)}`;
  });
  const then = rel.next.map((state) => {
    const { sql } = printExpr(state.expr, s);
    return `CAST(if(${test}, ${sql}, ${s.column(state.name)}) AS ${CLICKHOUSE_TYPES[state.type]})`;
  });
  const at = row(rel.row);
  const folded = addRecursive(
    p,
    (self) =>
      `SELECT toInt64(0) AS "$at", false AS "$hit", ${first.join(', ')}\n  UNION ALL\n  SELECT toInt64(${at}), CAST(${test} AS Bool), ${then.join(', ')}\n  FROM ${self} AS p JOIN ${input.from} AS i ON toInt64(${at}) = p."$at" + 1`,
    states,
    [...input.uses, ...s.uses],
  );
  const own = rel.input.columns.map((x) => `${row(x.name)} AS ${quoteName(names.get(x.name)!)}`);
  const made = rel.outputs.map(
    (o) => `p.${quoteName(states.get(o.state)!)} AS ${quoteName(names.get(o.name)!)}`,
  );
  return add(
    p,
    `SELECT ${[...own, ...made].join(', ')}\n  FROM ${folded.from} AS p JOIN ${input.from} AS i ON toInt64(${at}) = p."$at"\n  WHERE p."$hit"`,
    names,
    [...folded.uses, ...input.uses],
  );
}

type Walk = Extract<Rel, { op: 'walk' }>;

/** As `printFold`, with partitions side by side and the next state computed level by level. */
export function printWalk(
  rel: Walk,
  input: Relation,
  scopeOf: (p: Printing, input: Relation) => Scope,
  p: Printing,
): Relation {
  const names = physicalNames([...rel.columns, ...rel.levels.slice(0, -1).flat()]);
  const quoted = (name: string) => quoteName(names.get(name)!);
  const base = scopeOf(p, input);
  const s: Scope = { ...base, hosting: hostingOf(p, 'scan'), column: quoted };
  const of = (name: string) => `i.${base.column(name)}`;
  const typed = (state: Walk['initial'][number]): string =>
    `CAST(${printExpr(state.expr, s).sql} AS ${CLICKHOUSE_TYPES[state.type]}) AS ${quoted(state.name)}`;
  const keys = rel.partition.map((_, i) => quoteName(`$key${i}`));
  const own = rel.partition.map((name, i) => `${of(name)} AS ${keys[i]}`);
  const same = rel.partition.map((name, i) => ` AND ${of(name)} IS NOT DISTINCT FROM p.${keys[i]}`);
  const row = `toInt64(${of(rel.row)})`;
  const columns = [
    ...rel.input.columns.map((x) => `${of(x.name)} AS ${quoted(x.name)}`),
    ...rel.initial.map((x) => `p.${quoted(x.name)} AS ${quoted(x.name)}`),
    ...keys.map((k) => `p.${k} AS ${k}`),
  ].join(', ');
  const first = ['toInt64(0) AS "$at"', ...keys, ...rel.initial.map(typed)];
  const begins =
    own.length > 0 ? ` FROM (SELECT DISTINCT ${own.join(', ')} FROM ${input.from} AS i)` : '';
  const next = [
    `toInt64(${quoted(rel.row)}) AS "$at"`,
    ...keys,
    ...(rel.levels.at(-1) ?? []).map(typed),
  ];
  const walked = addRecursive(
    p,
    (self) => {
      const start = `SELECT ${columns} FROM ${self} AS p JOIN ${input.from} AS i ON ${row} = p."$at" + 1${same.join('')}`;
      const stepped = rel.levels
        .slice(0, -1)
        .filter((level) => level.length > 0)
        .reduce((sql, level) => `SELECT *, ${level.map(typed).join(', ')} FROM (${sql})`, start);
      return `SELECT ${first.join(', ')}${begins}\n  UNION ALL\n  SELECT ${next.join(', ')}\n  FROM (${stepped})`;
    },
    names,
    [...input.uses, ...s.uses],
  );
  return add(
    p,
    `SELECT ${columns}\n  FROM ${walked.from} AS p JOIN ${input.from} AS i ON ${row} = p."$at"${same.join('')}`,
    names,
    [...walked.uses, ...input.uses],
  );
}
