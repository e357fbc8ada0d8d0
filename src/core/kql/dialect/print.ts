import type { KqlType } from '../../schema/index.ts';
import type { BoundColumn } from '../bound/expr.ts';
import { AGGREGATES } from '../functions/aggregates.ts';
import { FUNCTIONS } from '../functions/index.ts';
import type { OrderKey, PlanExpr, Rel, SharedRel } from '../plan/plan.ts';
import type { Arg, GroupKey, ScanSql } from './dialect.ts';
import { convert, DUCKDB_TYPES, printLiteral, quoteName, toDynamic } from './duckdb.ts';
import { printWindow } from './windows.ts';

/**
 * Prints a relational tree as one DuckDB statement: a CTE per operator, in order, each easy to read alone. DuckDB folds
 * them together again. Its names ignore case and KQL's do not, so each relation maps its columns to names of its own.
 */

/** A printed relation: the name to select from, and the physical name of each column. */
interface Printed {
  readonly from: string;
  readonly names: ReadonlyMap<string, string>;
}

export interface PrintOptions {
  /** By name of a scan: SQL that can stand after FROM, or a relation with more to say. */
  readonly scanSql: (scan: string) => string | ScanSql;
  /** See `PrintedCall`. */
  readonly isWrapping?: boolean;
}

interface Printing {
  readonly ctes: string[];
  readonly options: PrintOptions;
  readonly shared: Map<string, Printed>;
  isRecursive: boolean;
}

function physicalNames(columns: readonly BoundColumn[]): Map<string, string> {
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

function add(p: Printing, sql: string, names: ReadonlyMap<string, string>): Printed {
  const from = `q${p.ctes.length + 1}`;
  p.ctes.push(`${from} AS (\n  ${sql}\n)`);
  return { from, names };
}

interface Context {
  readonly p: Printing;
  readonly column: (name: string) => string;
  /** ` ORDER BY …` for aggregates. */
  readonly aggregateOrder: string;
}

function contextOf(p: Printing, input: Printed, qualifier = '', aggregateOrder = ''): Context {
  return {
    p,
    aggregateOrder,
    column: (name) => `${qualifier}${quoteName(known(input.names, name))}`,
  };
}

function known(names: ReadonlyMap<string, string>, name: string): string {
  const found = names.get(name);
  if (found === undefined) throw new Error(`the plan names a column that is not there: ${name}`);
  return found;
}

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
        { type: expr.type, isWrapping: c.p.options.isWrapping ?? false },
      );
      return isOther(row.returns, expr.type) ? convert({ sql, type: row.returns }, expr.type) : sql;
    }
    case 'aggregate': {
      const row = AGGREGATES.get(expr.name);
      if (!row) throw new Error(`no such aggregate: ${expr.name}`);
      const filter = expr.filter ? ` FILTER (WHERE ${printExpr(expr.filter, c)})` : '';
      return row.duckdb(
        expr.args.map((a) => argOf(a, c)),
        { type: expr.type, filter, order: c.aggregateOrder, output: expr.output ?? 0 },
      );
    }
    case 'window':
      return printWindow(
        expr,
        expr.args.map((a) => argOf(a, c)),
        expr.partition.map(c.column),
        printOrder(expr.order, c),
      );
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

/** A recursive CTE that steps from row to row: exact, and slow for many thousands of rows. */
function printFold(rel: Extract<Rel, { op: 'fold' }>, p: Printing): Printed {
  p.isRecursive = true;
  const input = printRel(rel.input, p);
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
function printWalk(rel: Extract<Rel, { op: 'walk' }>, p: Printing): Printed {
  p.isRecursive = true;
  const input = printRel(rel.input, p);
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
  const tests = [...where, ...conditions.map((test) => printExpr(asFilter(test), c))];
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
  const condition = printExpr(asFilter(rel.condition), contextOf(p, input));
  return add(p, `SELECT *\n  FROM ${input.from}\n  WHERE ${condition}`, input.names);
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
    case 'fold':
      return printFold(rel, p);
    case 'walk':
      return printWalk(rel, p);
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

/** A condition where null is as good as false: equality can be plain, which engines push down. */
function asFilter(expr: PlanExpr): PlanExpr {
  if (expr.kind !== 'call') return expr;
  if (expr.name === '==') return { ...expr, name: '$eq' };
  return expr.name === 'and' || expr.name === 'or'
    ? { ...expr, args: expr.args.map(asFilter) }
    : expr;
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
  const p: Printing = { ctes: [], options, shared: new Map(), isRecursive: false };
  for (const { id, rel } of stage.shared) p.shared.set(id, printRel(rel, p));
  const last = printRel(stage.rel, p);
  const c = contextOf(p, last);
  const outNames = physicalNames(visible);
  const items = visible.map((x) => {
    const [from, as] = [c.column(x.name), quoteName(outNames.get(x.name)!)];
    return from === as ? from : `${from} AS ${as}`;
  });
  const select = `SELECT ${items.length > 0 ? items.join(', ') : '1 AS "_"'} FROM ${last.from}${orderBy(stage.order ?? [], c)}`;
  const body =
    p.ctes.length > 0
      ? `WITH ${p.isRecursive ? 'RECURSIVE ' : ''}${p.ctes.join(',\n')}\n${select}`
      : select;
  return stage.into ? `CREATE TEMP TABLE ${quoteName(stage.into)} AS\n${body}` : body;
}
