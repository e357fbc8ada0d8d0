import type { KqlType } from '../../../schema/index.ts';
import type { BoundColumn, Expr, Operator } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import { addHidden, call, column, type Flow, flowOf, long, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import { summarize } from '../operators/aggregate.ts';
import { where } from '../operators/basic.ts';
import type { JoinColumn, JoinTest, OrderKey, PlanExpr, Rel, SelectItem } from '../plan.ts';

/** The relational steps that plug-ins are made of. */

export type Evaluate = Extract<Operator, { op: 'evaluate' }>;
export type Plugin = (flow: Flow, o: Evaluate, t: Translation) => Flow;

/** The scalar arguments, in order. */
export function scalars(o: Evaluate, from = 0): Expr[] {
  return o.args.slice(from).flatMap((a) => (a.kind === 'table' ? [] : [a]));
}

/** The argument at a place; refuses when it is not there. */
export function argument(o: Evaluate, index: number): Expr {
  return scalars(o)[index] ?? refuse(`${o.plugin}() with so few arguments`, o.at);
}

/** What a query says that no row is needed for. */
export function constant(expr: Expr, t: Translation): PlanExpr {
  return lower(expr, { flow: flowOf({ op: 'values', rows: [[]], columns: [] }), t });
}

export const item = (name: string, expr: PlanExpr): SelectItem => ({
  name,
  type: expr.type,
  expr,
});

export const bool = (name: 'and' | '>=' | '<=' | '<' | '>' | '==', ...args: PlanExpr[]): PlanExpr =>
  call(name, 'bool', ...args);

export function aggregate(name: string, type: KqlType, ...args: PlanExpr[]): PlanExpr {
  return { kind: 'aggregate', name, args, type, at: { start: 0, length: 0 } };
}

/** Rows by keys; the columns that come out are the keys and the aggregates, and nothing hidden. */
export function grouped(
  flow: Flow,
  by: readonly SelectItem[],
  aggregates: readonly SelectItem[],
): Flow {
  const made = summarize({ ...flow, order: [], per: [] }, by, aggregates);
  return flowOf(made.rel);
}

/** The rows once, as several places read them; `isKept` as a plan's shared relations have it. */
export function shared(
  flow: Flow,
  name: string,
  t: Translation,
  kept: { readonly isKept?: true } = {},
): Flow {
  const id = `${name}#${++t.counter}`;
  t.shared.push({ id, rel: flow.rel, ...kept });
  return { ...flow, rel: { op: 'shared', id, columns: flow.rel.columns } };
}

/** A column of a join's result. */
export function from(side: 'left' | 'right', c: BoundColumn, name = c.name): JoinColumn {
  return { name, type: c.type, side, source: c.name };
}

export function joined(
  kind: 'inner' | 'left' | 'semi' | 'anti',
  left: Flow,
  right: Flow,
  on: readonly JoinTest[],
  take: readonly JoinColumn[],
): Flow {
  const columns = take.map(({ name, type }) => ({ name, type }));
  return flowOf({ op: 'join', kind, left: left.rel, right: right.rel, on, take, columns });
}

/** Tests that columns of the same names are equal. */
export function same(columns: readonly BoundColumn[]): JoinTest[] {
  return columns.map((c) => ({ left: column(c.name, c.type), right: column(c.name, c.type) }));
}

/** Columns by name, with their types. */
export function columnsOf(flow: Flow, names: readonly string[]): BoundColumn[] {
  return names.map((n) => {
    const found = flow.rel.columns.find((c) => c.name === n);
    if (!found) throw new Error(`the flow has no column ${n}`);
    return found;
  });
}

export function withColumns(flow: Flow, items: readonly SelectItem[]): Flow {
  return addHidden(flow, items);
}

export function filtered(flow: Flow, ...tests: PlanExpr[]): Flow {
  return tests.length === 0
    ? flow
    : where(flow, tests.length === 1 ? tests[0]! : bool('and', ...tests));
}

/** The result of a plug-in, under the names that the binder gives. */
export function resultOf(
  flow: Flow,
  o: Evaluate,
  values: readonly PlanExpr[],
  order: readonly OrderKey[],
): Flow {
  const items = values.map((expr, i): SelectItem => {
    const name = o.columns[i]?.name ?? `Column${i + 1}`;
    return { name, type: expr.type, expr };
  });
  const kept = order
    .filter((k) => !items.some((i) => i.name === k.column))
    .map((k): SelectItem => {
      const [found] = columnsOf(flow, [k.column]);
      return item(k.column, column(k.column, found!.type));
    });
  const all = [...items, ...kept];
  const rel: Rel = {
    op: 'select',
    input: flow.rel,
    items: all,
    columns: all.map(({ name, type }) => ({ name, type })),
  };
  return {
    ...flowOf(
      rel,
      items.map(({ name, type }) => ({ name, type })),
    ),
    order,
  };
}

export const ascending = (...names: string[]): OrderKey[] =>
  names.map((name) => ({ column: name, isDescending: false, nulls: 'first' }));

/** The place of a value on a grid: 0 for `start` up to a step behind it. */
export function placeOf(value: PlanExpr, start: PlanExpr, step: PlanExpr): PlanExpr {
  return call('$place', 'long', value, start, step);
}

/** The value at a place of a grid. */
export function valueAt(place: PlanExpr, start: PlanExpr, step: PlanExpr): PlanExpr {
  const way = start.type === 'datetime' ? 'timespan' : start.type;
  return call('+', start.type, start, call('*', way, step, place));
}

/** A number per row: 0, 1, … up to the last place that `end` reaches. */
export function places(name: string, start: PlanExpr, end: PlanExpr, step: PlanExpr): Flow {
  const rel: Rel = {
    op: 'sequence',
    from: long(0),
    to: placeOf(end, start, step),
    step: long(1),
    columns: [{ name, type: 'long' }],
  };
  return flowOf(rel);
}

/** A running total within partitions. */
export function runningSum(
  of: PlanExpr,
  partition: readonly string[],
  order: readonly OrderKey[],
): PlanExpr {
  return {
    kind: 'window',
    name: 'row_cumsum',
    args: [of],
    partition,
    order,
    type: 'long',
    at: { start: 0, length: 0 },
  };
}
