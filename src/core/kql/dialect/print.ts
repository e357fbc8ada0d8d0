import type { KqlType } from '../../schema/index.ts';
import type { BoundColumn } from '../bound/expr.ts';
import { AGGREGATES } from '../functions/aggregates.ts';
import { FUNCTIONS } from '../functions/index.ts';
import type { OrderKey, PlanExpr, Rel, SharedRel } from '../plan/plan.ts';
import { keptRelations } from '../plan/shared.ts';
import type { Arg, GroupKey, ScanSql } from './dialect.ts';
import { convert, DUCKDB_TYPES, printLiteral, quoteName, toDynamic } from './duckdb.ts';
import { filters } from './filters.ts';
import {
  add,
  type Context,
  contextOf,
  known,
  type Printed,
  type Printing,
  type PrintOptions,
  physicalNames,
} from './statement.ts';
import { printWalk } from './walk.ts';
import { printWindow } from './windows.ts';

/**
 * Prints a relational tree as one DuckDB statement: a CTE per operator, in order, each easy to read alone. DuckDB folds
 * them together again. Its names ignore case and KQL's do not, so each relation maps its columns to names of its own.
 */

function argOf(expr: PlanExpr, c: Context): Arg {
  const sql = printExpr(expr, c);
  return expr.kind === 'literal'
    ? { sql, type: expr.type, literal: expr }
    : { sql, type: expr.type };
}

/** Whether a function gives another type than the call has: some take the type to give as an argument. */
function isOther(given: KqlType | undefined, wanted: KqlType): given is KqlType {
  const isWhole = (t: KqlType) => t === 'int' || t === 'long';
  return given !== undefined && given !== wanted && !(isWhole(given) && isWhole(wanted));
}

export function printExpr(expr: PlanExpr, c: Context): string {
  switch (expr.kind) {
    case 'literal':
      return printLiteral(expr);
    case 'column':
      return c.column(expr.name);
    case 'call': {
      const row = FUNCTIONS.get(expr.name);
      if (!row) throw new Error(`no such function: ${expr.name}`);
      const sql = row.duckdb(
        expr.args.map((a) => argOf(a, c)),
        { type: expr.type, isWrapping: c.p.options.isCareful ?? false },
      );
      return isOther(row.returns, expr.type) ? convert({ sql, type: row.returns }, expr.type) : sql;
    }
    case 'aggregate': {
      const row = AGGREGATES.get(expr.name);
      if (!row) throw new Error(`no such aggregate: ${expr.name}`);
      const filter = expr.filter ? ` FILTER (WHERE ${printExpr(expr.filter, c)})` : '';
      return row.duckdb(
        expr.args.map((a) => argOf(a, c)),
        {
          type: expr.type,
          filter,
          order: c.aggregateOrder,
          output: expr.output ?? 0,
          isCareful: c.p.options.isCareful ?? false,
        },
      );
    }
    case 'window': {
      const sql = printWindow(
        expr,
        expr.args.map((a) => argOf(a, c)),
        expr.partition.map(c.column),
        printOrder(expr.order, c),
      );
      return expr.name === 'row_number' && c.p.options.isCareful ? `greatest(${sql}, 1)` : sql;
    }
    case 'subquery': {
      const from = printRel(expr.rel, c.p);
      const value = quoteName(from.names.get(expr.column)!);
      if (expr.use === 'scalar')
        return expr.type === 'string'
          ? `coalesce((SELECT ${value} FROM ${from.from}), '')`
          : `(SELECT ${value} FROM ${from.from})`;
      const item = toDynamic({
        sql: value,
        type: expr.rel.columns.find((x) => x.name === expr.column)?.type ?? 'dynamic',
      });
      return `(SELECT '[' || coalesce(string_agg(${item}, ','), '') || ']' FROM ${from.from})`;
    }
    case 'in-query': {
      const from = printRel(expr.rel, c.p);
      const fold = (sql: string) => (expr.isFolded ? `lower(${sql})` : sql);
      return `(${fold(printExpr(expr.value, c))} IN (SELECT ${fold(quoteName(from.names.get(expr.column)!))} FROM ${from.from}))`;
    }
  }
}

function printOrder(order: readonly OrderKey[], c: Pick<Context, 'column'>): string {
  return order.map((k) => printKey(k, c.column(k.column))).join(', ');
}

/** DuckDB takes NaN as the largest number; in KQL it stands beside the nulls, on their inner side. */
function printKey({ isDescending, nulls, isReal }: OrderKey, column: string): string {
  const key = `${column} ${isDescending ? 'DESC' : 'ASC'} NULLS ${nulls === 'first' ? 'FIRST' : 'LAST'}`;
  const isNanLargest = isDescending === (nulls === 'first');
  if (!isReal || isNanLargest) return key;
  return `isnan(${column}) ${nulls === 'first' ? 'DESC NULLS FIRST' : 'ASC NULLS LAST'}, ${key}`;
}

function orderBy(order: readonly OrderKey[], c: Pick<Context, 'column'>): string {
  return order.length > 0 ? ` ORDER BY ${printOrder(order, c)}` : '';
}

function item(expr: PlanExpr, name: string, c: Context): string {
  const sql = printExpr(expr, c);
  const as = quoteName(name);
  return sql === as ? sql : `${sql} AS ${as}`;
}

function printSelect(rel: Extract<Rel, { op: 'select' }>, p: Printing): Printed {
  const input = printRel(rel.input, p);
  const names = physicalNames(rel.columns);
  const c = contextOf(p, input);
  const items = rel.items.map((i) => item(i.expr, names.get(i.name)!, c));
  return add(
    p,
    `SELECT ${items.length > 0 ? items.join(',\n    ') : '1 AS "_"'}\n  FROM ${input.from}`,
    names,
  );
}

/** What to group by for an expression, and the expression by that. */
function groupKey(expr: PlanExpr, c: Context): GroupKey {
  const printer = expr.kind === 'call' ? FUNCTIONS.get(expr.name)?.groupKey?.duckdb : undefined;
  const made =
    expr.kind === 'call' &&
    printer?.(
      expr.args.map((a) => argOf(a, c)),
      { type: expr.type },
    );
  if (made) return made;
  const sql = printExpr(expr, c);
  return { key: sql, value: sql };
}

function printAggregate(rel: Extract<Rel, { op: 'aggregate' }>, p: Printing): Printed {
  const input = printRel(rel.input, p);
  const names = physicalNames(rel.columns);
  const c = contextOf(p, input, '', orderBy(rel.order, contextOf(p, input)));
  const by = rel.by.map((i) => ({ ...groupKey(i.expr, c), as: quoteName(names.get(i.name)!) }));
  const keys = by.map((b, i) => (b.key === b.value ? String(i + 1) : b.key));
  const items = [
    ...by.map(({ value, as }) => (value === as ? as : `${value} AS ${as}`)),
    ...rel.aggregates.map((i) => item(i.expr, names.get(i.name)!, c)),
  ];
  const group = keys.length > 0 ? `\n  GROUP BY ${keys.join(', ')}` : '';
  return add(
    p,
    `SELECT ${items.length > 0 ? items.join(',\n    ') : 'DISTINCT 1 AS "_"'}\n  FROM ${input.from}${group}`,
    names,
  );
}

const JOINS = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  semi: 'SEMI JOIN',
  anti: 'ANTI JOIN',
} as const;

function printJoin(rel: Extract<Rel, { op: 'join' }>, p: Printing): Printed {
  const left = printRel(rel.left, p);
  const right = printRel(rel.right, p);
  const names = physicalNames(rel.columns);
  const [l, r] = [contextOf(p, left, 'l.'), contextOf(p, right, 'r.')];
  const items = rel.take.map((c) => {
    const from =
      c.side === 'left'
        ? l.column(c.source)
        : c.side === 'right'
          ? r.column(c.source)
          : `coalesce(${l.column(c.source)}, ${r.column(c.other ?? c.source)})`;
    return `${from} AS ${quoteName(names.get(c.name)!)}`;
  });
  const on = rel.on.map((c) => {
    if (c.op) return `${printExpr(c.left, l)} ${c.op} ${printExpr(c.right, r)}`;
    const same =
      c.left.type === 'string' && c.right.type === 'string' ? '=' : 'IS NOT DISTINCT FROM';
    return `${printExpr(c.left, l)} ${same} ${printExpr(c.right, r)}`;
  });
  return add(
    p,
    `SELECT ${items.join(', ') || '1 AS "_"'}\n  FROM ${left.from} AS l ${JOINS[rel.kind]} ${right.from} AS r ON ${on.length > 0 ? on.join(' AND ') : 'true'}`,
    names,
  );
}

function printUnion(rel: Extract<Rel, { op: 'union' }>, p: Printing): Printed {
  const names = physicalNames(rel.columns);
  const parts = rel.inputs.map((input) => {
    const printed = printRel(input, p);
    const c = contextOf(p, printed);
    return `SELECT ${rel.columns.map((x) => `${c.column(x.name)} AS ${quoteName(names.get(x.name)!)}`).join(', ') || '1 AS "_"'} FROM ${printed.from}`;
  });
  return add(p, parts.join('\n  UNION ALL\n  '), names);
}

function printValues(rel: Extract<Rel, { op: 'values' }>, p: Printing): Printed {
  const names = physicalNames(rel.columns);
  const nowhere: Context = {
    p,
    column: (name) => {
      throw new Error(`a constant names the column ${name}`);
    },
    aggregateOrder: '',
  };
  if (rel.columns.length === 0)
    return add(p, `SELECT 1 AS "_"${rel.rows.length === 0 ? ' WHERE false' : ''}`, names);
  const typed = (sql: string, c: BoundColumn) => `${sql}::${DUCKDB_TYPES[c.type]}`;
  if (rel.rows.length === 0) {
    const empty = rel.columns.map((c) => `${typed('NULL', c)} AS ${quoteName(names.get(c.name)!)}`);
    return add(p, `SELECT ${empty.join(', ')} WHERE false`, names);
  }
  const rows = rel.rows.map(
    (row, n) =>
      `(${row.map((cell, i) => (n === 0 ? typed(printExpr(cell, nowhere), rel.columns[i]!) : printExpr(cell, nowhere))).join(', ')})`,
  );
  return add(
    p,
    `SELECT * FROM (VALUES ${rows.join(',\n    ')}) AS v(${rel.columns.map((c) => quoteName(names.get(c.name)!)).join(', ')})`,
    names,
  );
}

function printSequence(rel: Extract<Rel, { op: 'sequence' }>, p: Printing): Printed {
  const names = physicalNames(rel.columns);
  const nowhere: Context = {
    p,
    column: () => {
      throw new Error('a range names a column');
    },
    aggregateOrder: '',
  };
  const first = rel.columns[0]!;
  const [from, to, step] = [rel.from, rel.to, rel.step].map((e) => printExpr(e, nowhere));
  const name = quoteName(names.get(first.name)!);
  const index = rel.index ? `, i AS ${quoteName(names.get(rel.index)!)}` : '';
  if (first.type === 'datetime') {
    const [a, b, s] = [`epoch_us(${from})`, `epoch_us(${to})`, `((${step}) // 10)`];
    return add(
      p,
      `SELECT make_timestamp(${a} + i * ${s}) AS ${name}${index}\n  FROM range((greatest(-1, floor((${b} - ${a})::DOUBLE / ${s})) + 1)::BIGINT) AS g(i)`,
      names,
    );
  }
  const value = first.type === 'real' ? `${from} + i * ${step}` : `(${from}) + i * (${step})`;
  return add(
    p,
    `SELECT (${value})::${DUCKDB_TYPES[first.type]} AS ${name}${index}\n  FROM range((greatest(-1, floor(((${to}) - (${from}))::DOUBLE / (${step}) + 1e-9)) + 1)::BIGINT) AS g(i)`,
    names,
  );
}

function printUnnest(rel: Extract<Rel, { op: 'unnest' }>, p: Printing): Printed {
  const input = printRel(rel.input, p);
  const names = physicalNames(rel.columns);
  const c = contextOf(p, input);
  const kept = rel.input.columns.map(
    (x) => `${c.column(x.name)} AS ${quoteName(names.get(x.name)!)}`,
  );
  const lists = rel.arrays.map((a, i) => `weir_list(${printExpr(a.expr, c)}) AS "$list${i}"`);
  const opened = add(p, `SELECT ${[...kept, ...lists].join(', ')}\n  FROM ${input.from}`, names);
  const longest = rel.arrays.map((_, i) => `coalesce(len("$list${i}"), 0)`);
  const count = longest.length > 1 ? `greatest(${longest.join(', ')})` : longest[0]!;
  const isNull = rel.arrays.map((_, i) => `"$list${i}" IS NULL`).join(' AND ');
  const atLeast = rel.keepsNull ? `CASE WHEN ${isNull} THEN 1 ELSE ${count} END` : count;
  const limited = rel.limit ? `least(${atLeast}, ${printExpr(rel.limit, c)})` : atLeast;
  const index = quoteName(names.get(rel.index)!);
  const numbered = add(
    p,
    `SELECT *, unnest(range(${limited})) AS ${index}\n  FROM ${opened.from}`,
    names,
  );
  const own = rel.input.columns.map((x) => quoteName(names.get(x.name)!));
  const picked = rel.arrays.map(
    (a, i) => `nullif("$list${i}"[${index} + 1], 'null') AS ${quoteName(names.get(a.name)!)}`,
  );
  return add(p, `SELECT ${[...own, ...picked, index].join(', ')}\n  FROM ${numbered.from}`, names);
}

function printTake(rel: Extract<Rel, { op: 'take' }>, p: Printing): Printed {
  const input = printRel(rel.input, p);
  const c = contextOf(p, input);
  const order = rel.isRandom ? ' ORDER BY random()' : orderBy(rel.order, c);
  return add(
    p,
    `SELECT *\n  FROM ${input.from}${order} LIMIT greatest(0, ${printExpr(rel.count, c)})`,
    input.names,
  );
}

/**
 * Conditions on a scan stand beside the files themselves, with no relation in between: the engine then tests them while
 * it reads.
 */
function printScan(
  rel: Extract<Rel, { op: 'scan' }>,
  conditions: readonly PlanExpr[],
  p: Printing,
): Printed {
  const given = p.options.scanSql(rel.scan);
  const {
    from,
    where = [],
    computed,
  }: ScanSql = typeof given === 'string' ? { from: given } : given;
  const names = physicalNames(rel.columns);
  const values = new Map(
    rel.columns.map(({ name, type }) => {
      const source = computed?.get(name) ?? quoteName(name);
      return [name, type === 'dynamic' || type === 'guid' ? `nullif(${source}, '')` : source];
    }),
  );
  const items = rel.columns.map(({ name }) => {
    const [value, as] = [values.get(name)!, quoteName(names.get(name)!)];
    return value === as ? value : `${value} AS ${as}`;
  });
  const c: Context = { p, aggregateOrder: '', column: (name) => known(values, name) };
  const tests = [...where, ...filters(conditions).map((test) => printExpr(test, c))];
  return add(
    p,
    `SELECT ${items.join(', ')}\n  FROM ${from}${tests.length > 0 ? `\n  WHERE ${tests.join('\n    AND ')}` : ''}`,
    names,
  );
}

function printWhere(rel: Extract<Rel, { op: 'where' }>, p: Printing): Printed {
  const conditions = [rel.condition];
  let under = rel.input;
  for (; under.op === 'where'; under = under.input) conditions.unshift(under.condition);
  if (under.op === 'scan') return printScan(under, conditions, p);
  const input = printRel(rel.input, p);
  const c = contextOf(p, input);
  const tests = filters([rel.condition]).map((test) => printExpr(test, c));
  return add(p, `SELECT *\n  FROM ${input.from}\n  WHERE ${tests.join('\n    AND ')}`, input.names);
}

function printRel(rel: Rel, p: Printing): Printed {
  switch (rel.op) {
    case 'scan':
      return printScan(rel, [], p);
    case 'temp':
      return { from: quoteName(rel.name), names: physicalNames(rel.columns) };
    case 'shared': {
      const known = p.shared.get(rel.id);
      if (!known) throw new Error(`the plan reads ${rel.id} before it is made`);
      return known;
    }
    case 'walk':
      return printWalk(rel, printRel(rel.input, p), p, printExpr);
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

/** One statement for a stage. `visible` are the columns of the result, by position; `into` makes a temporary table. */
export function printStage(
  stage: {
    readonly rel: Rel;
    readonly shared: readonly SharedRel[];
    readonly order?: readonly OrderKey[];
    readonly into?: string;
  },
  visible: readonly BoundColumn[],
  options: PrintOptions,
): string {
  const p: Printing = { ctes: [], options, shared: new Map() };
  const kept = keptRelations(stage.shared, stage.rel);
  for (const { id, rel } of stage.shared) {
    const made = printRel(rel, p);
    p.shared.set(id, made);
    const own = `${made.from} AS (`;
    const cte = p.ctes.at(-1);
    if (kept.has(id) && cte?.startsWith(own))
      p.ctes[p.ctes.length - 1] = `${made.from} AS MATERIALIZED (${cte.slice(own.length)}`;
  }
  const last = printRel(stage.rel, p);
  const c = contextOf(p, last);
  const outNames = physicalNames(visible);
  const items = visible.map((x) => {
    const [from, as] = [c.column(x.name), quoteName(outNames.get(x.name)!)];
    return from === as ? from : `${from} AS ${as}`;
  });
  const select = `SELECT ${items.length > 0 ? items.join(', ') : '1 AS "_"'} FROM ${last.from}${orderBy(stage.order ?? [], c)}`;
  const body = p.ctes.length > 0 ? `WITH ${p.ctes.join(',\n')}\n${select}` : select;
  return stage.into ? `CREATE TEMP TABLE ${quoteName(stage.into)} AS\n${body}` : body;
}
