import type { KqlType } from '../../schema/index.ts';
import type { Span } from '../bound/expr.ts';
import type { HostRow } from '../functions/host.ts';
import { FUNCTIONS } from '../functions/index.ts';
import type { OrderKey, PlanExpr } from '../plan/plan.ts';
import { refuse } from '../refusal.ts';
import { AGGREGATE_PRINTERS } from './aggregates.ts';
import { as, convert, toDynamic } from './convert.ts';
import { PRINTERS } from './functions/index.ts';
import { hostCall } from './scope.ts';
import { NOWHERE, type Scope } from './statement.ts';
import { literalValue, nullOf, quoteName } from './types.ts';
import type { Call, Value } from './value.ts';
import { printWindow } from './windows.ts';

type CallExpr = Extract<PlanExpr, { kind: 'call' }>;
type AggregateExpr = Extract<PlanExpr, { kind: 'aggregate' }>;

/** Prints an expression over the rows of a scope. */
export function printExpr(expr: PlanExpr, s: Scope): Value {
  switch (expr.kind) {
    case 'literal':
      return literalValue(expr);
    case 'column':
      return { sql: s.column(expr.name), type: expr.type };
    case 'call':
      return printCall(expr, s);
    case 'aggregate':
      return printAggregate(expr, s);
    case 'window': {
      const args = expr.args.map((a) => printExpr(a, s));
      const partition = expr.partition.map((name) => s.column(name));
      const made = printWindow(expr, args, partition, printOrder(expr.order, s), callOf(expr, s));
      return typeof made === 'string' ? { sql: made, type: expr.type } : made;
    }
    case 'subquery':
      return { sql: printSubquery(expr, s), type: expr.type };
    case 'in-query': {
      const inner = s.relation(expr.rel);
      for (const use of inner.uses) s.uses.add(use);
      const fold = (sql: string) => (expr.isFolded ? `lowerUTF8(${sql})` : sql);
      const column = quoteName(inner.names.get(expr.column)!);
      const value = fold(printExpr(expr.value, s).sql);
      return { sql: `(${value} IN (SELECT ${fold(column)} FROM ${inner.from}))`, type: 'bool' };
    }
  }
}

function callOf(expr: { readonly type: KqlType; readonly at?: Span }, s: Scope): Call {
  const at = expr.at ?? NOWHERE;
  return {
    type: expr.type,
    at,
    host: (name, args, gives) => hostCall(s.hosting, name, args, gives, at),
  };
}

function isHostRow(row: object): row is HostRow {
  return 'spec' in row;
}

const isWhole = (type: KqlType) => type === 'int' || type === 'long';

/** Whether a function gives another type than the call has: some take the type to give as an argument. */
function isOther(given: KqlType, wanted: KqlType): boolean {
  return given !== wanted && !(isWhole(given) && isWhole(wanted));
}

function printCall(expr: CallExpr, s: Scope): Value {
  const row = FUNCTIONS.get(expr.name);
  if (!row) throw new Error(`no such function: ${expr.name}`);
  const args = expr.args.map((a) => printExpr(a, s));
  const call = callOf(expr, s);
  const isFixed = args.length > 0 && args.every((a) => a.literal !== undefined);
  const native = isFixed && isHostRow(row) ? null : PRINTERS.get(expr.name)?.(args, call);
  const made = native ?? throughHost(expr, row, args, call);
  const value: Value =
    typeof made === 'string' ? { sql: made, type: row.returns ?? expr.type } : made;
  return isOther(value.type, expr.type) ? convert(value, expr.type, call) : value;
}

/** A function of JavaScript: arguments that the query leaves out arrive as null. */
function throughHost(expr: CallExpr, row: object, args: readonly Value[], call: Call): Value {
  if (!isHostRow(row))
    return refuse(
      /^\w+$/.test(expr.name) ? `the function ${expr.name}()` : `the operator ${expr.name}`,
      expr.at,
      'cannot run on ClickHouse',
    );
  const { spec, fn } = row;
  const fixed = spec.takes.map((type, i) =>
    args[i]
      ? convert(args[i], type, call)
      : literalValue({ kind: 'literal', type, value: null, at: expr.at }),
  );
  const rest = spec.rest ? args.slice(fixed.length).map((a) => convert(a, spec.rest!, call)) : [];
  return call.host(fn, [...fixed, ...rest], spec.gives);
}

function printAggregate(expr: AggregateExpr, s: Scope): Value {
  const printer = AGGREGATE_PRINTERS[expr.name];
  const scope = s.aggregates;
  if (!scope) throw new Error(`the aggregate ${expr.name} stands where none can`);
  if (!printer) return refuse(`the aggregate ${expr.name}()`, expr.at, 'cannot run on ClickHouse');
  const args = expr.args.map((a) => printExpr(a, scope.rows));
  const filter = expr.filter ? printExpr(expr.filter, scope.rows).sql : undefined;
  const context = {
    filter: filter === undefined ? undefined : `ifNull(${filter}, false)`,
    order: scope.order,
    output: expr.output ?? 0,
  };
  const raw = printer.raw(args, { ...callOf(expr, scope.rows), ...context });
  const kept = scope.keep(raw);
  const after = { ...callOf(expr, s), ...context };
  const made = printer.finish?.(kept, args, after) ?? kept;
  return typeof made === 'string'
    ? { sql: made, type: expr.type }
    : convert(made, expr.type, after);
}

function printSubquery(expr: Extract<PlanExpr, { kind: 'subquery' }>, s: Scope): string {
  const inner = s.relation(expr.rel);
  for (const use of inner.uses) s.uses.add(use);
  const column = quoteName(inner.names.get(expr.column)!);
  const type = expr.rel.columns.find((x) => x.name === expr.column)?.type ?? 'dynamic';
  if (expr.use === 'scalar') {
    const one = `(SELECT ${column} FROM ${inner.from} LIMIT 1)`;
    return expr.type === 'string' ? `ifNull(${one}, '')` : `CAST(${one} AS ${typeNameOf(type)})`;
  }
  const item = toDynamic({ sql: column, type }, callOf(expr, s));
  return `(SELECT concat('[', arrayStringConcat(groupArray(ifNull(${item}, 'null')), ','), ']') FROM ${inner.from})`;
}

const typeNameOf = (type: KqlType) => nullOf(type).replace(/^NULL::/, '');

export function printOrder(order: readonly OrderKey[], s: Pick<Scope, 'column'>): string {
  return order
    .map(
      (k) =>
        `${s.column(k.column)} ${k.isDescending ? 'DESC' : 'ASC'} NULLS ${k.nulls === 'first' ? 'FIRST' : 'LAST'}`,
    )
    .join(', ');
}

export function orderBy(order: readonly OrderKey[], s: Pick<Scope, 'column'>): string {
  return order.length > 0 ? ` ORDER BY ${printOrder(order, s)}` : '';
}

/** A condition where null is as good as false: equality can be plain, which engines push down. */
export function asFilter(expr: PlanExpr): PlanExpr {
  if (expr.kind !== 'call') return expr;
  if (expr.name === '==') return { ...expr, name: '$eq' };
  return expr.name === 'and' || expr.name === 'or'
    ? { ...expr, args: expr.args.map(asFilter) }
    : expr;
}

/** An expression as exactly the type that its column has. */
export const typed = (value: Value, type: KqlType, s: Scope): string =>
  as(value, type, callOf({ type }, s));
