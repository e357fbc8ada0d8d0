import type { KqlType } from '../../schema/index.ts';
import type { PlanExpr, Rel } from '../plan/plan.ts';
import { DUCKDB_TYPES, ofTicks, quoteName, quoteText, ticksOf } from './duckdb.ts';
import {
  add,
  type Context,
  contextOf,
  type Printed,
  type Printing,
  physicalNames,
} from './statement.ts';

type Walk = Extract<Rel, { op: 'walk' }>;

/** A value as the text that a machine reads. */
function asText(sql: string, type: KqlType): string {
  return type === 'datetime' ? `(${ticksOf(sql)})::VARCHAR` : `(${sql})::VARCHAR`;
}

/** A text that a machine has left, as a value. */
function fromText(sql: string, type: KqlType): string {
  if (type === 'string') return `coalesce(${sql}, '')`;
  return type === 'datetime' ? ofTicks(`(${sql})::BIGINT`) : `(${sql})::${DUCKDB_TYPES[type]}`;
}

/**
 * The rows of each partition, in order, as one list; what the machine takes in of them as one JSON text; and what it gives
 * back beside them.
 */
export function printWalk(
  rel: Walk,
  input: Printed,
  p: Printing,
  printExpr: (expr: PlanExpr, c: Context) => string,
): Printed {
  const c = contextOf(p, input);
  const taken = rel.inputs.map((e) => asText(printExpr(e, c), e.type));
  const fields = [
    `'t': to_json([${taken.join(', ')}]::VARCHAR[])::VARCHAR`,
    ...rel.input.columns.map((x, i) => `'c${i}': ${c.column(x.name)}`),
  ];
  const keys = rel.partition.map(c.column);
  const per = keys.length > 0 ? `\n  GROUP BY ${keys.join(', ')}` : '';
  const lists = add(
    p,
    `SELECT list({${fields.join(', ')}} ORDER BY ${c.column(rel.row)}) AS l\n  FROM ${input.from}${per}`,
    new Map(),
  );
  const texts = `'[' || array_to_string(list_transform(l, lambda x: x.t), ',') || ']'`;
  const walked = add(
    p,
    `SELECT l, from_json(weir_walk(${quoteText(JSON.stringify(rel.machine))}, ${texts}), '[["VARCHAR"]]') AS s\n  FROM ${lists.from}`,
    new Map(),
  );
  const rows = add(p, `SELECT unnest(l) AS i, unnest(s) AS s\n  FROM ${walked.from}`, new Map());
  const names = physicalNames(rel.columns);
  const items = rel.columns.map(({ name, type }) => {
    const at = rel.input.columns.findIndex((x) => x.name === name);
    const out = rel.machine.outputs.indexOf(name);
    const value = at >= 0 ? `i.c${at}` : fromText(`s[${out + 1}]`, type);
    return `${value} AS ${quoteName(names.get(name)!)}`;
  });
  return add(p, `SELECT ${items.join(', ')}\n  FROM ${rows.from}`, names);
}
