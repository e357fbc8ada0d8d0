import type { KqlType } from '../../schema/index.ts';
import type { CallExpr, Expr, Span } from '../bound/expr.ts';
import { AGGREGATES } from '../functions/aggregates.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { refuse } from '../refusal.ts';
import { checkAggregate, checkCall } from './checks.ts';
import type { Flow, Translation } from './flow.ts';
import { foldTime } from './fold.ts';
import { type PreparedWindows, placeWindow, WINDOW_FUNCTIONS } from './place-window.ts';
import type { PlanExpr } from './plan.ts';
import { REASONS } from './reasons.ts';
import { IF_AGGREGATES, RENAMED } from './spellings.ts';

/** A function's name today. */
export const currentName = (name: string): string => RENAMED[name] ?? name;

export interface Lowering {
  readonly flow: Flow;
  readonly t: Translation;
  /** Where columns with a side come from, in join conditions. */
  readonly sides?: { readonly left: Flow; readonly right: Flow };
  readonly allowsAggregates?: boolean;
  /** Hidden columns prepared for functions that look at other rows. */
  readonly windows?: PreparedWindows;
}

/** Asks an open table for a column: each in turn, since one may not be where the name is looked for. */
export function askOpen(flow: Flow, name: string, t: Translation): boolean {
  if (flow.open.length === 0) return false;
  if (t.askedNow.has(name)) return true;
  const table = flow.open.find((o) => !t.openColumns.get(o)?.has(name));
  if (table === undefined) return false;
  const asked = t.openColumns.get(table) ?? new Set<string>();
  asked.add(name);
  t.openColumns.set(table, asked);
  t.askedNow.add(name);
  t.isIncomplete = true;
  return true;
}

function lowerColumn(expr: Extract<Expr, { kind: 'column' }>, l: Lowering): PlanExpr {
  const flow = l.sides && expr.side ? l.sides[expr.side] : l.flow;
  const found =
    flow.visible.find((c) => c.name === expr.name) ??
    flow.rel.columns.find((c) => c.name === expr.name && !c.name.startsWith('$'));
  if (found) return { kind: 'column', name: found.name, type: found.type };
  if (askOpen(flow, expr.name, l.t))
    return { kind: 'literal', type: 'dynamic', value: null, at: expr.at };
  return refuse(`the column '${expr.name.replace(/^\$/, '')}'`, expr.at, 'does not exist here');
}

const NUMERIC: readonly KqlType[] = ['int', 'long', 'real', 'decimal'];

function wider(a: KqlType, b: KqlType): KqlType {
  return NUMERIC.indexOf(a) >= NUMERIC.indexOf(b) ? a : b;
}

/** The type of a call where the binder could not tell, from the types of its arguments. */
function inferType(name: string, args: readonly PlanExpr[]): KqlType {
  const types = args.map((a) => a.type);
  const [a, b] = types;
  if (name === '+' || name === '-' || name === '*' || name === '/' || name === '%') {
    if (a === 'datetime' && b === 'datetime') return 'timespan';
    if (a === 'datetime' || b === 'datetime') return 'datetime';
    if (a === 'timespan' || b === 'timespan') return name === '/' && a === b ? 'real' : 'timespan';
    if (a && b && NUMERIC.includes(a) && NUMERIC.includes(b))
      return a === 'int' && b === 'int' ? 'long' : wider(a, b);
    if (a === 'dynamic' && b && NUMERIC.includes(b)) return b === 'real' ? 'real' : 'real';
    return 'real';
  }
  if (name === 'iff') return b === 'dynamic' ? (types[2] ?? 'dynamic') : (b ?? 'dynamic');
  if (name === 'case')
    return (
      types.find((type, i) => (i % 2 === 1 || i === types.length - 1) && type !== 'dynamic') ??
      'dynamic'
    );
  if (name === 'coalesce' || name === 'min_of' || name === 'max_of')
    return types.find((type) => type !== 'dynamic') ?? 'dynamic';
  if (
    name === 'bin' ||
    name === 'bin_at' ||
    name === 'negate' ||
    name === 'abs' ||
    name === 'column_ifexists'
  )
    return a === 'dynamic' ? (b ?? 'real') : (a ?? 'dynamic');
  return (
    FUNCTIONS.get(name)?.returns ??
    AGGREGATES.get(name)?.returns ??
    (AGGREGATES.has(name) ? (a ?? 'dynamic') : 'dynamic')
  );
}

function ticks(value: bigint, type: 'datetime' | 'timespan', at: Span): PlanExpr {
  return { kind: 'literal', type, value: String(value), at };
}

/** Calls that are answered while planning. */
function foldCall(
  expr: CallExpr,
  name: string,
  args: readonly PlanExpr[],
  t: Translation,
): PlanExpr | null {
  const first = args[0];
  const tick = (e: PlanExpr | undefined) =>
    e?.kind === 'literal' && e.type === 'timespan' && typeof e.value === 'string'
      ? BigInt(e.value)
      : null;
  if (name === 'now') {
    const offset = first ? tick(first) : 0n;
    return offset === null
      ? {
          kind: 'call',
          name: '+',
          args: [ticks(t.now, 'datetime', expr.at), first!],
          type: 'datetime',
          at: expr.at,
        }
      : ticks(t.now + offset, 'datetime', expr.at);
  }
  if (name === 'ago' && first) {
    const offset = tick(first);
    return offset === null
      ? {
          kind: 'call',
          name: '-',
          args: [ticks(t.now, 'datetime', expr.at), first],
          type: 'datetime',
          at: expr.at,
        }
      : ticks(t.now - offset, 'datetime', expr.at);
  }
  if (name === 'negate' && first?.kind === 'literal' && first.value !== null) {
    if (first.type === 'real' || first.type === 'decimal')
      return {
        ...first,
        value:
          typeof first.value === 'number'
            ? -first.value
            : first.value === 'inf'
              ? '-inf'
              : first.value === '-inf'
                ? 'inf'
                : 'nan',
      };
    if (typeof first.value === 'string') return { ...first, value: String(-BigInt(first.value)) };
  }
  return foldTime(name, args, expr.type, expr.at);
}

function lowerIn(expr: CallExpr, name: string, l: Lowering): PlanExpr | null {
  const list = expr.args[1];
  if (list?.kind !== 'query' || list.use !== 'list' || expr.args.length !== 2) return null;
  if (name !== 'in' && name !== '!in' && name !== 'in~' && name !== '!in~') return null;
  const value = lower(expr.args[0]!, l);
  const { rel, column, type } = l.t.translators.queryExpr(list, l.t, value.type);
  const isFolded = name.endsWith('~');
  const found: PlanExpr = {
    kind: 'in-query',
    value: sameType(value, type),
    rel,
    column,
    isFolded,
    type: 'bool',
  };
  return name.startsWith('!')
    ? { kind: 'call', name: 'not', args: [found], type: 'bool', at: expr.at }
    : found;
}

function sameType(value: PlanExpr, type: KqlType): PlanExpr {
  if (value.type === type || value.type !== 'dynamic') return value;
  const name = type === 'string' ? 'tostring' : type === 'long' ? 'tolong' : null;
  return name ? { kind: 'call', name, args: [value], type, at: { start: 0, length: 0 } } : value;
}

function columnExists(expr: CallExpr, l: Lowering): PlanExpr {
  const [name] = expr.args;
  if (name?.kind !== 'literal') return refuse('iscolumnexists with a computed name', expr.at);
  const value = l.flow.visible.some((c) => c.name === name.value);
  return { kind: 'literal', type: 'bool', value, at: expr.at };
}

function lowerColumnIfExists(expr: CallExpr, l: Lowering): PlanExpr {
  const [name, fallback] = expr.args;
  if (name?.kind !== 'literal' || typeof name.value !== 'string' || !fallback)
    return refuse('column_ifexists with a computed name', expr.at);
  const found = l.flow.visible.find((c) => c.name === name.value);
  return found ? { kind: 'column', name: found.name, type: found.type } : lower(fallback, l);
}

/** A bag of columns by their names: those given, or all; `pack_all(true)` leaves empty ones out. */
function packColumns(expr: CallExpr, name: string, l: Lowering): PlanExpr {
  const named =
    name === 'bag_pack_columns'
      ? expr.args.flatMap((a) => (a.kind === 'column' ? [a.name] : []))
      : l.flow.visible.map((c) => c.name);
  const args = named.flatMap((n): PlanExpr[] => {
    const found = l.flow.visible.find((c) => c.name === n);
    return found
      ? [
          { kind: 'literal', type: 'string', value: n, at: expr.at },
          { kind: 'column', name: n, type: found.type },
        ]
      : [];
  });
  const packed: PlanExpr = { kind: 'call', name: 'bag_pack', args, type: 'dynamic', at: expr.at };
  const first = expr.args[0];
  const dropsEmpty = name === 'pack_all' && first?.kind === 'literal' && first.value === true;
  return dropsEmpty
    ? { kind: 'call', name: '$drop_empty', args: [packed], type: 'dynamic', at: expr.at }
    : packed;
}

/** `pack_array(*)`: every column, in order. */
function packAll(expr: CallExpr, l: Lowering): PlanExpr {
  const args = l.flow.visible.map(({ name, type }): PlanExpr => ({ kind: 'column', name, type }));
  return { kind: 'call', name: 'pack_array', args, type: 'dynamic', at: expr.at };
}

/** When Weir stored the row, where the table says so. */
function ingestionTime(expr: CallExpr, l: Lowering): PlanExpr {
  const found = l.flow.visible.find((c) => c.name === 'IngestionTime' && c.type === 'datetime');
  return found
    ? { kind: 'column', name: found.name, type: found.type }
    : { kind: 'literal', type: 'datetime', value: null, at: expr.at };
}

/** An expression with columns resolved against a flow, every type known, and calls checked against the tables of functions. */
export function lower(expr: Expr, l: Lowering): PlanExpr {
  switch (expr.kind) {
    case 'literal':
      return expr;
    case 'column':
      return lowerColumn(expr, l);
    case 'star':
      return refuse('*', expr.at, 'cannot stand here');
    case 'query': {
      const { rel, column, type } = l.t.translators.queryExpr(expr, l.t);
      return {
        kind: 'subquery',
        use: expr.use,
        rel,
        column,
        type: expr.use === 'list' ? 'dynamic' : type,
      };
    }
    case 'call':
      return lowerCall(expr, l);
  }
}

function lowerCall(expr: CallExpr, l: Lowering): PlanExpr {
  const name =
    expr.name === 'floor' && expr.args.length === 2 ? 'bin' : (RENAMED[expr.name] ?? expr.name);
  if (name === 'iscolumnexists') return columnExists(expr, l);
  if (name === 'column_ifexists') return lowerColumnIfExists(expr, l);
  if (name === 'pack_all' || name === 'bag_pack_columns') return packColumns(expr, name, l);
  if (name === 'ingestion_time') return ingestionTime(expr, l);
  const query = lowerIn(expr, name, l);
  if (query) return query;
  // Merges of sketches are functions of several, and aggregates of one.
  if (l.allowsAggregates && (!FUNCTIONS.has(name) || expr.args.length === 1)) {
    const aggregate = lowerAggregate(expr, name, l);
    if (aggregate) return aggregate;
  }
  if (WINDOW_FUNCTIONS.has(name)) return lowerWindow(expr, name, l);
  if (name === 'pack_array' && expr.args[0]?.kind === 'star') return packAll(expr, l);
  // The old spelling has the text last: replace(regex, rewrite, text).
  const given = expr.name === 'replace' ? [2, 0, 1].flatMap((i) => expr.args[i] ?? []) : expr.args;
  const args = given.map((a) => lower(a, l));
  checkCall(name, expr.at, args);
  const folded = foldCall(expr, name, args, l.t);
  if (folded) return folded;
  const type =
    expr.type === 'unknown' || args.some((a, i) => a.type !== argType(given[i]!))
      ? retype(expr, name, args)
      : expr.type;
  if (!FUNCTIONS.has(name))
    return refuse(
      /^\w+$/.test(name) ? `the function ${name}()` : `the operator ${name}`,
      expr.at,
      REASONS[name],
    );
  return { kind: 'call', name, args, type, at: expr.at };
}

function lowerWindow(expr: CallExpr, name: string, l: Lowering): PlanExpr {
  if (l.flow.order.length === 0 || !l.flow.isSerialized)
    return refuse(
      `${name}()`,
      expr.at,
      'needs rows in order: put serialize, sort or top before it',
    );
  const prepared = l.windows?.get(expr);
  const args = expr.args.map((a, i): PlanExpr => {
    const isPrepared =
      prepared?.args.has(i) || (prepared?.group !== undefined && a === expr.args.at(-1));
    if (isPrepared) return { kind: 'literal', type: 'bool', value: false, at: expr.at };
    const value = lower(a, l);
    return name === 'row_cumsum' && i === 0 && value.type === 'dynamic'
      ? { kind: 'call', name: 'toreal', args: [value], type: 'real', at: expr.at }
      : value;
  });
  const type = expr.type === 'unknown' ? (args[0]?.type ?? 'long') : expr.type;
  return placeWindow({ ...expr, name }, args, l.flow, prepared, type);
}

function argType(expr: Expr): KqlType | 'unknown' | null {
  return expr.kind === 'star' ? null : expr.type;
}

/** Where arguments turned out to be of other types than the binder thought (open tables, columns found late). */
function retype(expr: CallExpr, name: string, args: readonly PlanExpr[]): KqlType {
  const inferred = inferType(name, args);
  return expr.type === 'unknown'
    ? inferred
    : FUNCTIONS.get(name)?.returns === undefined && !['[]'].includes(name) && expr.type !== 'bool'
      ? expr.type === 'dynamic'
        ? inferred
        : expr.type
      : expr.type;
}

function lowerAggregate(expr: CallExpr, name: string, l: Lowering): PlanExpr | null {
  const plain = IF_AGGREGATES[name];
  const row = AGGREGATES.get(plain ?? name);
  if (!row) return null;
  const inner: Lowering = { ...l, allowsAggregates: false };
  const given = plain ? filterLast(expr) : { args: expr.args, filter: null };
  const args = given.args.filter((a) => a.kind !== 'star').map((a) => lower(a, inner));
  checkAggregate(plain ?? name, expr.at, args);
  const type = expr.type === 'unknown' ? inferType(plain ?? name, args) : expr.type;
  const filter = given.filter ? lower(given.filter, inner) : undefined;
  return {
    kind: 'aggregate',
    name: plain ?? name,
    args: (plain ?? name) === 'count' ? [] : args,
    ...(filter ? { filter } : {}),
    type,
    at: expr.at,
  };
}

/** The predicate is the last argument, or the second where a size or accuracy follows it. */
function filterLast(expr: CallExpr): { args: readonly Expr[]; filter: Expr | null } {
  const at = expr.args.findLastIndex((a) => a.kind !== 'star' && a.type === 'bool');
  const index = at >= 0 ? at : expr.args.length - 1;
  return { args: expr.args.filter((_, i) => i !== index), filter: expr.args[index] ?? null };
}
