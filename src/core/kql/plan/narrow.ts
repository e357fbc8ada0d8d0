import type { BoundColumn } from '../bound/expr.ts';
import { constantMicros } from './constant.ts';
import type { PlanExpr, Rel, Scan, ScanRange, SharedRel } from './plan.ts';

/**
 * Pushes what a query needs down to its scans: the columns it reads and bounds of datetime columns.
 *
 * The tree keeps its shape; only scans get narrower. Bounds are a promise about rows outside them, so they come only
 * from conditions that stand between the scan and anything that could make a filtered row matter. Where one scan is
 * read through a shared relation by several, each reader's condition stands above the relation and does not reach it.
 */
interface Need {
  readonly columns: Set<string>;
  ranges: ScanRange[];
  hasReader: boolean;
}

function columnsIn(expr: PlanExpr, out: Set<string>): void {
  switch (expr.kind) {
    case 'column':
      out.add(expr.name);
      return;
    case 'call':
      for (const a of expr.args) columnsIn(a, out);
      return;
    case 'aggregate':
      for (const a of expr.args) columnsIn(a, out);
      if (expr.filter) columnsIn(expr.filter, out);
      return;
    case 'window':
      for (const a of expr.args) columnsIn(a, out);
      for (const p of expr.partition) out.add(p);
      for (const k of expr.order) out.add(k.column);
      return;
    case 'in-query':
      columnsIn(expr.value, out);
      return;
    default:
  }
}

/** A bound on one column that a condition implies. */
interface Bound extends ScanRange {
  readonly column: string;
}

const FLIPPED: Readonly<Record<string, string>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
};

function boundOf(name: string, column: PlanExpr, value: PlanExpr): Bound | null {
  if (column.kind !== 'column' || column.type !== 'datetime') return null;
  const micros = constantMicros(value);
  if (micros === null) return null;
  if (name === '>' || name === '>=') return { column: column.name, from: micros };
  if (name === '<' || name === '<=') return { column: column.name, to: micros };
  if (name === '==') return { column: column.name, from: micros, to: micros };
  return null;
}

/** The bounds that hold wherever the condition is true. */
export function boundsOf(condition: PlanExpr): Bound[] {
  if (condition.kind !== 'call') return [];
  const [a, b, c] = condition.args;
  if (condition.name === 'and') return condition.args.flatMap(boundsOf);
  if (condition.name === 'between' && a && b && c) {
    const bounds = [
      boundOf('>=', a, b),
      boundOf(
        '<=',
        a,
        c.type === 'timespan'
          ? { kind: 'call', name: '+', args: [b, c], type: 'datetime', at: condition.at }
          : c,
      ),
    ];
    return bounds.filter((x) => x !== null);
  }
  if (condition.name === 'or' && a && b) {
    const [left, right] = [boundsOf(a), boundsOf(b)];
    if (isNeverTrue(a)) return right;
    if (isNeverTrue(b)) return left;
    return left.flatMap((x) => right.filter((y) => y.column === x.column).map((y) => widen(x, y)));
  }
  if (!a || !b) return [];
  const flipped = FLIPPED[condition.name];
  const bound = boundOf(condition.name, a, b) ?? (flipped ? boundOf(flipped, b, a) : null);
  return bound ? [bound] : [];
}

/** `isnull(datetime(2024-01-01))`, as inlined parameters leave it. */
function isNeverTrue(expr: PlanExpr): boolean {
  return (
    expr.kind === 'call' &&
    expr.name === 'isnull' &&
    expr.args[0]?.kind === 'literal' &&
    expr.args[0].value !== null
  );
}

function widen(a: Bound, b: Bound): Bound {
  return {
    column: a.column,
    ...(a.from !== undefined && b.from !== undefined ? { from: Math.min(a.from, b.from) } : {}),
    ...(a.to !== undefined && b.to !== undefined ? { to: Math.max(a.to, b.to) } : {}),
  };
}

function intersect(ranges: readonly Bound[]): ScanRange[] {
  const byColumn = new Map<string, ScanRange>();
  for (const r of ranges) {
    const known = byColumn.get(r.column);
    const from =
      known?.from !== undefined && r.from !== undefined
        ? Math.max(known.from, r.from)
        : (known?.from ?? r.from);
    const to =
      known?.to !== undefined && r.to !== undefined
        ? Math.min(known.to, r.to)
        : (known?.to ?? r.to);
    byColumn.set(r.column, {
      column: r.column,
      ...(from !== undefined ? { from } : {}),
      ...(to !== undefined ? { to } : {}),
    });
  }
  return [...byColumn.values()].filter((r) => r.from !== undefined || r.to !== undefined);
}

interface Walk {
  readonly scans: Map<string, Need>;
  readonly shared: Map<string, Set<string>>;
}

/** Bounds on output columns of a select, said of its input's columns. */
function throughSelect(
  bounds: readonly Bound[],
  items: Extract<Rel, { op: 'select' }>['items'],
): Bound[] {
  return bounds.flatMap((b) => {
    const item = items.find((i) => i.name === b.column);
    if (item?.expr.kind === 'column') return [{ ...b, column: item.expr.name }];
    if (item?.expr.kind === 'call' && item.expr.name === 'bin') return binBounds(b, item.expr.args);
    return [];
  });
}

/** bin() only moves values down, so a lower bound on the bin holds for the value. */
function binBounds(b: Bound, args: readonly PlanExpr[]): Bound[] {
  const [value] = args;
  return value?.kind === 'column' && b.from !== undefined
    ? [{ column: value.name, from: b.from }]
    : [];
}

/** Narrows the queries inside an expression. */
function visitExpr(expr: PlanExpr, walk: Walk): PlanExpr {
  switch (expr.kind) {
    case 'subquery':
      return { ...expr, rel: visit(expr.rel, new Set([expr.column]), [], walk) };
    case 'in-query':
      return {
        ...expr,
        value: visitExpr(expr.value, walk),
        rel: visit(expr.rel, new Set([expr.column]), [], walk),
      };
    case 'call':
    case 'window':
      return hasQuery(expr.args)
        ? { ...expr, args: expr.args.map((a) => visitExpr(a, walk)) }
        : expr;
    case 'aggregate':
      return {
        ...expr,
        args: expr.args.map((a) => visitExpr(a, walk)),
        ...(expr.filter ? { filter: visitExpr(expr.filter, walk) } : {}),
      };
    default:
      return expr;
  }
}

function hasQuery(exprs: readonly PlanExpr[]): boolean {
  return exprs.some(
    (e) =>
      e.kind === 'subquery' ||
      e.kind === 'in-query' ||
      e.kind === 'aggregate' ||
      ((e.kind === 'call' || e.kind === 'window') && hasQuery(e.args)),
  );
}

function plus(needed: ReadonlySet<string>, exprs: readonly PlanExpr[]): Set<string> {
  const out = new Set(needed);
  for (const e of exprs) columnsIn(e, out);
  return out;
}

/** The names of order keys, which count as needed. */
function keysOf(order: readonly { readonly column: string }[]): string[] {
  return order.map((k) => k.column);
}

/** Narrows a relation to what is needed of it; scans and shared relations get their columns later, in `finish`. */
function visit(rel: Rel, needed: ReadonlySet<string>, bounds: readonly Bound[], walk: Walk): Rel {
  switch (rel.op) {
    case 'scan': {
      const need = walk.scans.get(rel.scan) ?? {
        columns: new Set<string>(),
        ranges: [],
        hasReader: false,
      };
      for (const name of needed) need.columns.add(name);
      need.ranges = need.hasReader ? [] : intersect(bounds);
      need.hasReader = true;
      walk.scans.set(rel.scan, need);
      return rel;
    }
    case 'shared': {
      const names = walk.shared.get(rel.id) ?? new Set<string>();
      for (const name of needed) names.add(name);
      walk.shared.set(rel.id, names);
      return rel;
    }
    case 'where': {
      const condition = visitExpr(rel.condition, walk);
      return {
        ...rel,
        condition,
        input: visit(
          rel.input,
          plus(needed, [rel.condition]),
          [...bounds, ...boundsOf(rel.condition)],
          walk,
        ),
      };
    }
    case 'select': {
      const hasWindow = rel.items.some((i) => i.expr.kind === 'window');
      const used = rel.items.filter((i) => needed.has(i.name));
      const items = used.map((i) => ({ ...i, expr: visitExpr(i.expr, walk) }));
      const input = visit(
        rel.input,
        plus(
          new Set(),
          used.map((i) => i.expr),
        ),
        hasWindow ? [] : throughSelect(bounds, rel.items),
        walk,
      );
      return { ...rel, items, input, columns: items.map(({ name, type }) => ({ name, type })) };
    }
    case 'aggregate': {
      const used = rel.aggregates.filter((a) => needed.has(a.name));
      const exprs = [...rel.by, ...used].map((i) => i.expr);
      const by = rel.by.map((i) => ({ ...i, expr: visitExpr(i.expr, walk) }));
      const aggregates = (used.length > 0 ? used : rel.aggregates.slice(0, 1)).map((i) => ({
        ...i,
        expr: visitExpr(i.expr, walk),
      }));
      const kept = [...by, ...aggregates];
      const input = visit(
        rel.input,
        plus(new Set(keysOf(rel.order)), [...exprs, ...aggregates.map((i) => i.expr)]),
        throughSelect(bounds, rel.by),
        walk,
      );
      return {
        ...rel,
        by,
        aggregates,
        input,
        columns: kept.map(({ name, type }) => ({ name, type })),
      };
    }
    case 'take':
      return {
        ...rel,
        count: visitExpr(rel.count, walk),
        input: visit(rel.input, new Set([...needed, ...keysOf(rel.order)]), [], walk),
      };
    case 'join':
      return visitJoin(rel, needed, bounds, walk);
    case 'union':
      return {
        ...rel,
        inputs: rel.inputs.map((input) => visit(input, needed, bounds, walk)),
        columns: rel.columns.filter((c) => needed.has(c.name)),
      };
    case 'unnest': {
      const names = new Set([...needed].filter((n) => rel.input.columns.some((c) => c.name === n)));
      const exprs = [...rel.arrays.map((a) => a.expr), ...(rel.limit ? [rel.limit] : [])];
      const arrays = rel.arrays.map((a) => ({ ...a, expr: visitExpr(a.expr, walk) }));
      return {
        ...rel,
        arrays,
        input: visit(
          rel.input,
          plus(names, exprs),
          bounds.filter((b) => names.has(b.column)),
          walk,
        ),
      };
    }
    case 'walk': {
      const own = new Set([...needed, rel.row, ...rel.partition]);
      const inputs = rel.inputs.map((e) => visitExpr(e, walk));
      return { ...rel, inputs, input: visit(rel.input, plus(own, rel.inputs), [], walk) };
    }
    case 'values':
      return {
        ...rel,
        rows: rel.rows.map((row) => (hasQuery(row) ? row.map((e) => visitExpr(e, walk)) : row)),
      };
    case 'sequence':
      return {
        ...rel,
        from: visitExpr(rel.from, walk),
        to: visitExpr(rel.to, walk),
        step: visitExpr(rel.step, walk),
      };
    default:
      return rel;
  }
}

function visitJoin(
  rel: Extract<Rel, { op: 'join' }>,
  needed: ReadonlySet<string>,
  bounds: readonly Bound[],
  walk: Walk,
): Rel {
  const take = rel.take.filter((c) => needed.has(c.name));
  const side = (which: 'left' | 'right') => {
    const names = new Set<string>();
    for (const c of take)
      if (c.side === which || c.side === 'either')
        names.add(which === 'right' && c.other ? c.other : c.source);
    for (const c of rel.on) columnsIn(c[which], names);
    return names;
  };
  const isOuter = (which: 'left' | 'right') =>
    which === 'left' ? rel.kind === 'right' || rel.kind === 'full' : rel.kind !== 'inner';
  const boundsFor = (which: 'left' | 'right') =>
    isOuter(which)
      ? []
      : bounds.flatMap((b) => {
          const from = rel.take.find((c) => c.name === b.column && c.side === which);
          return from ? [{ ...b, column: from.source }] : [];
        });
  return {
    ...rel,
    take,
    columns: take.map(({ name, type }) => ({ name, type })),
    left: visit(rel.left, side('left'), boundsFor('left'), walk),
    right: visit(rel.right, side('right'), boundsFor('right'), walk),
  };
}

function narrowed(
  columns: readonly BoundColumn[],
  need: ReadonlySet<string>,
): readonly BoundColumn[] {
  const kept = columns.filter((c) => need.has(c.name));
  return kept.length > 0 ? kept : columns.slice(0, 1);
}

interface Finished {
  readonly scans: ReadonlyMap<string, Scan>;
  readonly shared: Map<string, readonly BoundColumn[]>;
}

function finishExpr(expr: PlanExpr, done: Finished): PlanExpr {
  switch (expr.kind) {
    case 'subquery':
      return { ...expr, rel: finish(expr.rel, done) };
    case 'in-query':
      return { ...expr, value: finishExpr(expr.value, done), rel: finish(expr.rel, done) };
    case 'call':
    case 'window':
      return hasQuery(expr.args)
        ? { ...expr, args: expr.args.map((a) => finishExpr(a, done)) }
        : expr;
    case 'aggregate':
      return {
        ...expr,
        args: expr.args.map((a) => finishExpr(a, done)),
        ...(expr.filter ? { filter: finishExpr(expr.filter, done) } : {}),
      };
    default:
      return expr;
  }
}

/** Gives scans and shared relations, and what passes their columns on, the columns they have in the end. */
function finish(rel: Rel, done: Finished): Rel {
  const items = <T extends { readonly expr: PlanExpr }>(list: readonly T[]): T[] =>
    list.map((i) => ({ ...i, expr: finishExpr(i.expr, done) }));
  switch (rel.op) {
    case 'scan':
      return { ...rel, columns: done.scans.get(rel.scan)?.columns ?? rel.columns };
    case 'shared':
      return { ...rel, columns: done.shared.get(rel.id) ?? rel.columns };
    case 'where': {
      const input = finish(rel.input, done);
      return { ...rel, input, condition: finishExpr(rel.condition, done), columns: input.columns };
    }
    case 'take': {
      const input = finish(rel.input, done);
      return { ...rel, input, count: finishExpr(rel.count, done), columns: input.columns };
    }
    case 'unnest': {
      const input = finish(rel.input, done);
      const own = rel.columns.slice(rel.columns.length - rel.arrays.length - 1);
      return { ...rel, input, arrays: items(rel.arrays), columns: [...input.columns, ...own] };
    }
    case 'select':
      return { ...rel, input: finish(rel.input, done), items: items(rel.items) };
    case 'aggregate':
      return {
        ...rel,
        input: finish(rel.input, done),
        by: items(rel.by),
        aggregates: items(rel.aggregates),
      };
    case 'walk': {
      const input = finish(rel.input, done);
      const own = rel.columns.filter((c) => rel.machine.outputs.includes(c.name));
      const inputs = rel.inputs.map((e) => finishExpr(e, done));
      return { ...rel, input, inputs, columns: [...input.columns, ...own] };
    }
    case 'join':
      return { ...rel, left: finish(rel.left, done), right: finish(rel.right, done) };
    case 'union':
      return { ...rel, inputs: rel.inputs.map((i) => finish(i, done)) };
    case 'values':
      return {
        ...rel,
        rows: rel.rows.map((row) => (hasQuery(row) ? row.map((e) => finishExpr(e, done)) : row)),
      };
    case 'sequence':
      return {
        ...rel,
        from: finishExpr(rel.from, done),
        to: finishExpr(rel.to, done),
        step: finishExpr(rel.step, done),
      };
    default:
      return rel;
  }
}

export interface Narrowed {
  readonly scans: readonly Scan[];
  readonly rel: Rel;
  readonly shared: readonly SharedRel[];
}

/** See the top of the file. `shared` come in the order they were made, so that each reads only earlier ones. */
export function narrow(
  scans: readonly Scan[],
  rel: Rel,
  shared: readonly SharedRel[],
  visible: ReadonlySet<string>,
): Narrowed {
  const walk: Walk = { scans: new Map(), shared: new Map() };
  const main = visit(rel, visible, [], walk);
  const visited: SharedRel[] = [];
  for (const s of shared.toReversed()) {
    const needed = walk.shared.get(s.id);
    if (needed) visited.unshift({ ...s, rel: visit(s.rel, needed, [], walk) });
  }
  const made = scans.flatMap((s): Scan[] => {
    const need = walk.scans.get(s.name);
    if (!need) return [];
    return [
      {
        ...s,
        columns: narrowed(s.columns, need.columns),
        ranges: need.ranges.filter((r) => s.columns.some((c) => c.name === r.column)),
      },
    ];
  });
  const done: Finished = { scans: new Map(made.map((s) => [s.name, s])), shared: new Map() };
  const finished = visited.map((s): SharedRel => {
    const result = finish(s.rel, done);
    done.shared.set(s.id, result.columns);
    return { ...s, rel: result };
  });
  return { scans: made, rel: finish(main, done), shared: finished };
}
