import type { KqlType } from '../../schema/index.ts';
import type { Rel } from '../plan/plan.ts';
import { printExpr } from './expr.ts';
import { hostCall } from './scope.ts';
import {
  add,
  NOWHERE,
  type Printing,
  physicalNames,
  type Relation,
  type Scope,
  settle,
} from './statement.ts';
import { CLICKHOUSE_TYPES, literalValue, quoteName } from './types.ts';

type Walk = Extract<Rel, { op: 'walk' }>;

/** A value as the text that a machine reads. */
function asText(sql: string, type: KqlType): string {
  const value = type === 'bool' ? `CAST(${sql} AS Nullable(Bool))` : sql;
  return `CAST(toString(${value}) AS Nullable(String))`;
}

/** A text that a machine has left, as a value. */
function fromText(sql: string, type: KqlType): string {
  if (type === 'string') return `ifNull(${sql}, '')`;
  if (type === 'bool') return `CAST(${sql} = 'true' AS Nullable(Bool))`;
  return `CAST(${sql} AS ${CLICKHOUSE_TYPES[type]})`;
}

/**
 * The rows of each partition, in order, as one array; what the machine takes in of them as one JSON text; and what it
 * gives back beside them.
 */
export function printWalk(
  rel: Walk,
  input: Relation,
  scopeOf: (p: Printing, input: Relation) => Scope,
  p: Printing,
): Relation {
  const s = scopeOf(p, input);
  const taken = rel.inputs.map((e) => asText(printExpr(e, s).sql, e.type));
  const ready = settle(p, input, s);
  const columns = rel.input.columns.map((x) => s.column(x.name));
  const text = `toJSONString([${taken.join(', ')}])`;
  const fields = [s.column(rel.row), taken.length > 0 ? text : `'[]'`, ...columns];
  const per = rel.partition.map(s.column);
  const lists = add(
    p,
    `SELECT arraySort(x -> x.1, groupArray(tuple(${fields.join(', ')}))) AS l\n  FROM ${ready.from}${per.length > 0 ? `\n  GROUP BY ${per.join(', ')}` : ''}`,
    new Map(),
    ready.uses,
  );
  const call = scopeOf(p, lists);
  const machine = JSON.stringify(rel.machine);
  const walked = hostCall(
    call.hosting,
    'weir_walk',
    [
      literalValue({ kind: 'literal', type: 'string', value: machine, at: NOWHERE }),
      { sql: `concat('[', arrayStringConcat(arrayMap(x -> x.2, l), ','), ']')`, type: 'string' },
    ],
    'dynamic',
    NOWHERE,
  );
  const done = settle(p, lists, call);
  const rows = add(
    p,
    `SELECT arrayJoin(arrayZip(l, JSONExtract(ifNull(${walked.sql}, '[]'), 'Array(Array(Nullable(String)))'))) AS z\n  FROM ${done.from}`,
    new Map(),
    done.uses,
  );
  const names = physicalNames(rel.columns);
  const items = rel.columns.map(({ name, type }) => {
    const at = rel.input.columns.findIndex((x) => x.name === name);
    const out = rel.machine.outputs.indexOf(name);
    const value =
      at >= 0
        ? `tupleElement(tupleElement(z, 1), ${at + 3})`
        : fromText(`tupleElement(z, 2)[${out + 1}]`, type);
    return `${value} AS ${quoteName(names.get(name)!)}`;
  });
  return add(p, `SELECT ${items.join(', ')}\n  FROM ${rows.from}`, names, rows.uses);
}
