import type { BoundColumn } from '../bound/expr.ts';
import type { PlanExpr, Rel } from '../plan/plan.ts';
import { asFilter, orderBy, printExpr, printOrder } from './expr.ts';
import { nextMention } from './functions/math.ts';
import {
  add,
  hostingOf,
  type Printing,
  physicalNames,
  type Relation,
  type Scope,
  settle,
} from './statement.ts';
import { CLICKHOUSE_TYPES, nullOf, quoteName } from './types.ts';
import { printWalk } from './walk.ts';

/** Prints relational trees: a common table expression per operator, in order, each easy to read alone. */

type Of<Op extends Rel['op']> = Extract<Rel, { op: Op }>;

function scopeOf(p: Printing, input: Relation): Scope {
  return {
    p,
    column: (name) => {
      const physical = input.names.get(name);
      if (physical === undefined)
        throw new Error(`the plan names a column that is not there: ${name}`);
      return quoteName(physical);
    },
    hosting: hostingOf(p),
    uses: new Set(),
    relation: (rel) => printRel(rel, p),
  };
}

function item(sql: string, name: string): string {
  const as = quoteName(name);
  return sql === as ? sql : `${sql} AS ${as}`;
}

const list = (items: readonly string[]): string =>
  items.length > 0 ? items.join(',\n    ') : '1 AS "_"';

/** One row without columns, for expressions that stand on no relation. */
const oneRow = (p: Printing): Relation => add(p, 'SELECT 1 AS "_"', new Map(), []);

function printSelect(rel: Of<'select'>, p: Printing): Relation {
  const input = printRel(rel.input, p);
  const names = physicalNames(rel.columns);
  const s = scopeOf(p, input);
  // A name that comes twice means the first of its columns.
  const own = rel.items.filter((i, n) => rel.items.findIndex((o) => o.name === i.name) === n);
  const items = own.map((i) => item(printExpr(i.expr, s).sql, names.get(i.name)!));
  const from = settle(p, input, s);
  return add(p, `SELECT ${list(items)}\n  FROM ${from.from}`, names, from.uses);
}

function printWhere(rel: Of<'where'>, p: Printing): Relation {
  const input = printRel(rel.input, p);
  const s = scopeOf(p, input);
  const condition = printExpr(asFilter(rel.condition), s).sql;
  const from = settle(p, input, s);
  const items = s.hosting.needs.length > 0 ? [...input.names.values()].map(quoteName) : ['*'];
  return add(
    p,
    `SELECT ${items.join(', ') || '1 AS "_"'}\n  FROM ${from.from}\n  WHERE ${condition}`,
    input.names,
    from.uses,
  );
}

/** Rows numbered in their order, for aggregates that mind it. */
function numbered(rel: Of<'aggregate'>, p: Printing): { input: Relation; order?: string } {
  const input = printRel(rel.input, p);
  if (rel.order.length === 0) return { input };
  const s = scopeOf(p, input);
  const sql = `SELECT *, row_number() OVER (ORDER BY ${printOrder(rel.order, s)}) AS "$ordinal"\n  FROM ${input.from}`;
  return { input: add(p, sql, input.names, input.uses), order: '"$ordinal"' };
}

function printAggregate(rel: Of<'aggregate'>, p: Printing): Relation {
  const { input, order } = numbered(rel, p);
  const names = physicalNames(rel.columns);
  const rows = scopeOf(p, input);
  const by = rel.by.map((i) => {
    return `${printExpr(i.expr, rows).sql} AS ${quoteName(names.get(i.name)!)}`;
  });
  if (rel.aggregates.length === 0) {
    const from = settle(p, input, rows);
    return add(p, `SELECT DISTINCT ${list(by)}\n  FROM ${from.from}`, names, from.uses);
  }
  const kept: string[] = [];
  const grouped = physicalNames(rel.by);
  const after: Scope = {
    ...scopeOf(p, { from: '', names: grouped, uses: [] }),
    aggregates: {
      rows,
      order,
      keep: (raw) => {
        const known = kept.indexOf(raw);
        return `"$agg${known >= 0 ? known + 1 : kept.push(raw)}"`;
      },
    },
  };
  const made = rel.aggregates.map((i) => printExpr(i.expr, after).sql);
  const from = settle(p, input, rows);
  // A constant is no key to ClickHouse, which then has a group even of no rows.
  const group =
    rel.by.length > 0
      ? `\n  GROUP BY ${rel.by.map((_, i) => i + 1).join(', ')} HAVING count() > 0`
      : '';
  const isPlain = made.every((sql) => /^"\$agg\d+"$/.test(sql));
  if (isPlain && after.hosting.needs.length === 0) {
    const items = made.map((sql, i) => {
      const raw = kept[Number(/\d+/.exec(sql)![0]) - 1]!;
      return `${raw} AS ${quoteName(names.get(rel.aggregates[i]!.name)!)}`;
    });
    return add(
      p,
      `SELECT ${list([...by, ...items])}\n  FROM ${from.from}${group}`,
      names,
      from.uses,
    );
  }
  const raws = kept.map((raw, i) => `${raw} AS "$agg${i + 1}"`);
  const inner = add(
    p,
    `SELECT ${list([...by, ...raws])}\n  FROM ${from.from}${group}`,
    new Map(rel.by.map((i) => [i.name, names.get(i.name)!])),
    from.uses,
  );
  const done = settle(p, inner, after);
  const items = [
    ...rel.by.map((i) => quoteName(names.get(i.name)!)),
    ...made.map((sql, i) => `${sql} AS ${quoteName(names.get(rel.aggregates[i]!.name)!)}`),
  ];
  return add(p, `SELECT ${list(items)}\n  FROM ${done.from}`, names, done.uses);
}

const JOINS = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  semi: 'LEFT SEMI JOIN',
  anti: 'LEFT ANTI JOIN',
} as const;

/** A side of a join with its keys as columns: conditions between columns are what ClickHouse joins by. */
function keyed(
  input: Relation,
  keys: readonly PlanExpr[],
  p: Printing,
): { relation: Relation; columns: readonly string[] } {
  const s = scopeOf(p, input);
  const values = keys.map((k) => printExpr(k, s));
  if (values.every((v, i) => keys[i]!.kind === 'column' && !v.literal))
    return { relation: input, columns: values.map((v) => v.sql) };
  const from = settle(p, input, s);
  const columns = values.map((_, i) => `"$key${i + 1}"`);
  const items = values.map((v, i) => `${v.sql} AS ${columns[i]}`);
  const own = [...input.names.values()].map(quoteName);
  const sql = `SELECT ${list([...own, ...items])}\n  FROM ${from.from}`;
  return { relation: add(p, sql, input.names, from.uses), columns };
}

function printJoin(rel: Of<'join'>, p: Printing): Relation {
  const equal = rel.on.filter((c) => !c.op);
  const tests = [...equal, ...rel.on.filter((c) => c.op)];
  const left = keyed(
    printRel(rel.left, p),
    tests.map((t) => t.left),
    p,
  );
  const right = keyed(
    printRel(rel.right, p),
    tests.map((t) => t.right),
    p,
  );
  const names = physicalNames(rel.columns);
  const of = (side: 'l' | 'r', name: string) => {
    const relation = side === 'l' ? left.relation : right.relation;
    return `${side}.${quoteName(relation.names.get(name)!)}`;
  };
  const items = rel.take.map((c) => {
    const from =
      c.side === 'left'
        ? of('l', c.source)
        : c.side === 'right'
          ? of('r', c.source)
          : `coalesce(${of('l', c.source)}, ${of('r', c.other ?? c.source)})`;
    return `${from} AS ${quoteName(names.get(c.name)!)}`;
  });
  const on = tests.map((t, i) => {
    const isText = t.left.type === 'string' && t.right.type === 'string';
    return `l.${left.columns[i]} ${t.op ?? (isText ? '=' : '<=>')} r.${right.columns[i]}`;
  });
  const sql = `SELECT ${list(items)}\n  FROM ${left.relation.from} AS l ${JOINS[rel.kind]} ${right.relation.from} AS r ON ${on.join(' AND ') || '1 = 1'}`;
  return add(p, sql, names, [...left.relation.uses, ...right.relation.uses]);
}

function printUnion(rel: Of<'union'>, p: Printing): Relation {
  const names = physicalNames(rel.columns);
  const inputs = rel.inputs.map((input) => printRel(input, p));
  const parts = inputs.map((input) => {
    const s = scopeOf(p, input);
    const items = rel.columns.map((x) => {
      const value = x.type === 'string' ? `ifNull(${s.column(x.name)}, '')` : s.column(x.name);
      return `CAST(${value} AS ${CLICKHOUSE_TYPES[x.type]}) AS ${quoteName(names.get(x.name)!)}`;
    });
    return `SELECT ${items.join(', ') || '1 AS "_"'} FROM ${input.from}`;
  });
  return add(
    p,
    parts.join('\n  UNION ALL\n  '),
    names,
    inputs.flatMap((i) => i.uses),
  );
}

function printValues(rel: Of<'values'>, p: Printing): Relation {
  const names = physicalNames(rel.columns);
  if (rel.columns.length === 0)
    return add(p, `SELECT 1 AS "_"${rel.rows.length === 0 ? ' WHERE false' : ''}`, names, []);
  if (rel.rows.length === 0) {
    const empty = rel.columns.map((c) => `${nullOf(c.type)} AS ${quoteName(names.get(c.name)!)}`);
    return add(p, `SELECT ${empty.join(', ')} WHERE false`, names, []);
  }
  const nowhere = oneRow(p);
  const s = scopeOf(p, nowhere);
  const rows = rel.rows.map(
    (row) => `tuple(${row.map((cell) => printExpr(cell, s).sql).join(', ')})`,
  );
  const from = settle(p, nowhere, s);
  const types = rel.columns.map((c) => CLICKHOUSE_TYPES[c.type]).join(', ');
  const items = rel.columns.map((c, i) => `v.${i + 1} AS ${quoteName(names.get(c.name)!)}`);
  const array = `CAST([${rows.join(',\n    ')}] AS Array(Tuple(${types})))`;
  return add(
    p,
    `SELECT ${items.join(', ')} FROM (SELECT arrayJoin(${array}) AS v FROM ${from.from})`,
    names,
    from.uses,
  );
}

function printSequence(rel: Of<'sequence'>, p: Printing): Relation {
  const names = physicalNames(rel.columns);
  const nowhere = oneRow(p);
  const s = scopeOf(p, nowhere);
  const [from, to, step] = [rel.from, rel.to, rel.step].map((e) => printExpr(e, s).sql);
  const base = settle(p, nowhere, s);
  const first = rel.columns[0]!;
  const index = rel.index ? `, i AS ${quoteName(names.get(rel.index)!)}` : '';
  const count = `toUInt64(greatest(-1, ifNull(floor((${to} - ${from}) / ${step} + 1e-9), -1)) + 1)`;
  const value = `CAST(${from} + i * ${step} AS ${CLICKHOUSE_TYPES[first.type]})`;
  return add(
    p,
    `SELECT ${value} AS ${quoteName(names.get(first.name)!)}${index}\n  FROM (SELECT toInt64(arrayJoin(range(${count}))) AS i FROM ${base.from})`,
    names,
    base.uses,
  );
}

function printUnnest(rel: Of<'unnest'>, p: Printing): Relation {
  const input = printRel(rel.input, p);
  const names = physicalNames(rel.columns);
  const s = scopeOf(p, input);
  const own = rel.input.columns.map((x) => quoteName(names.get(x.name)!));
  const kept = rel.input.columns.map((x, i) => `${s.column(x.name)} AS ${own[i]}`);
  const lists = rel.arrays.map((a, i) => {
    const { sql } = printExpr(a.expr, s);
    return `JSONExtractArrayRaw(ifNull(${sql}, '')) AS "$list${i}", isNull(${sql}) AS "$none${i}"`;
  });
  const limit = rel.limit ? printExpr(rel.limit, s).sql : undefined;
  const from = settle(p, input, s);
  const opened = add(
    p,
    `SELECT ${list([...kept, ...lists])}\n  FROM ${from.from}`,
    names,
    from.uses,
  );
  const lengths = rel.arrays.map((_, i) => `length("$list${i}")`);
  const count = lengths.length > 1 ? `greatest(${lengths.join(', ')})` : lengths[0]!;
  const isNull = rel.arrays.map((_, i) => `"$none${i}"`).join(' AND ');
  const atLeast = rel.keepsNull ? `if(${isNull}, 1, ${count})` : count;
  const limited = limit === undefined ? atLeast : `least(${atLeast}, ${limit})`;
  const index = quoteName(names.get(rel.index)!);
  const spread = add(
    p,
    `SELECT *, toInt64(arrayJoin(range(toUInt64(${limited})))) AS ${index}\n  FROM ${opened.from}`,
    names,
    opened.uses,
  );
  const picked = rel.arrays.map(
    (a, i) =>
      `nullIf(nullIf("$list${i}"[${index} + 1], 'null'), '') AS ${quoteName(names.get(a.name)!)}`,
  );
  return add(
    p,
    `SELECT ${[...own, ...picked, index].join(', ')}\n  FROM ${spread.from}`,
    names,
    spread.uses,
  );
}

function printTake(rel: Of<'take'>, p: Printing): Relation {
  const input = printRel(rel.input, p);
  const s = scopeOf(p, input);
  const order = rel.isRandom ? ` ORDER BY randCanonical(${nextMention()})` : orderBy(rel.order, s);
  const { sql, literal } = printExpr(rel.count, s);
  const count = literal ? String(Math.max(0, Number(literal.value))) : `greatest(0, ${sql})`;
  return add(p, `SELECT *\n  FROM ${input.from}${order} LIMIT ${count}`, input.names, [
    ...input.uses,
    ...s.uses,
  ]);
}

/** Stored values as KQL has them: an empty text where a dynamic or a guid is missing is null. */
function printScan(rel: Of<'scan'>, p: Printing): Relation {
  const names = physicalNames(rel.columns);
  const items = rel.columns.map((c) => item(scanned(c), names.get(c.name)!));
  return add(p, `SELECT ${list(items)}\n  FROM ${p.options.scanSql(rel.scan)}`, names, []);
}

function scanned({ name, type }: BoundColumn): string {
  const source = quoteName(name);
  if (type === 'dynamic' || type === 'guid') return `nullIf(${source}, '')`;
  return type === 'datetime'
    ? `(toUnixTimestamp64Micro(${source}) * 10 + 621355968000000000)`
    : source;
}

export function printRel(rel: Rel, p: Printing): Relation {
  switch (rel.op) {
    case 'scan':
      return printScan(rel, p);
    case 'temp':
      return { from: quoteName(rel.name), names: physicalNames(rel.columns), uses: [] };
    case 'shared': {
      const known = p.shared.get(rel.id);
      if (!known) throw new Error(`the plan reads ${rel.id} before it is made`);
      return known;
    }
    case 'walk':
      return printWalk(rel, printRel(rel.input, p), scopeOf, p);
    case 'values':
      return printValues(rel, p);
    case 'sequence':
      return printSequence(rel, p);
    case 'where':
      return printWhere(rel, p);
    case 'select':
      return printSelect(rel, p);
    case 'aggregate':
      return printAggregate(rel, p);
    case 'take':
      return printTake(rel, p);
    case 'join':
      return printJoin(rel, p);
    case 'union':
      return printUnion(rel, p);
    case 'unnest':
      return printUnnest(rel, p);
  }
}
