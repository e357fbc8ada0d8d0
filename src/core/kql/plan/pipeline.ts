import type { BoundColumn, Expr, Operator, Pipe, QueryExpr, Source } from '../bound/expr.ts';
import { refuse } from '../refusal.ts';
import {
  column,
  type Flow,
  flowOf,
  fresh,
  keep,
  long,
  nothing,
  select,
  type Translation,
  tupleField,
} from './flow.ts';
import { translateGraph } from './graph/index.ts';
import { lower } from './lower.ts';
import { named } from './names.ts';
import { expand } from './operators/expand.ts';
import { needsOrder, OPERATORS } from './operators/index.ts';
import { translateUnion } from './operators/union.ts';
import type { KnownRelation, PlanExpr, Rel, SelectItem } from './plan.ts';

/** A scalar expression that refers to no row. */
function constant(expr: Expr, t: Translation): PlanExpr {
  return lower(expr, { flow: flowOf({ op: 'values', rows: [[]], columns: [] }), t });
}

function tableFlow(source: Extract<Source, { kind: 'table' }>, t: Translation): Flow {
  const asked = source.isOpen ? [...(t.openColumns.get(source.name) ?? [])] : [];
  const extra = asked
    .filter((name) => !source.columns.some((c) => c.name === name))
    .map((name): BoundColumn => ({ name, type: 'dynamic' }));
  const columns = [...source.columns, ...extra];
  const name = `${t.scanPrefix}${t.scans.length + 1}`;
  t.scans.push({ name, table: source.name, columns, ranges: [] });
  return {
    ...flowOf({ op: 'scan', scan: name, columns }),
    open: source.isOpen ? [source.name] : [],
  };
}

function knownFlow(id: string, known: KnownRelation, t: Translation): Flow {
  const flow = flowOf({ op: 'temp', name: known.name, columns: known.columns });
  if (!known.isOpen) return flow;
  const asked = [...(t.openColumns.get(id) ?? [])].filter(
    (name) => !known.columns.some((c) => c.name === name),
  );
  const items = asked.map(
    (name): SelectItem => ({ name, type: 'dynamic', expr: nothing('dynamic') }),
  );
  return { ...select(flow, [...flow.visible.map(keep), ...items]), open: [id] };
}

function letFlow(id: string, t: Translation): Flow {
  const known = t.known.get(id);
  if (known) return knownFlow(id, known, t);
  const made = t.letFlows.get(id);
  if (made) return made;
  const declared = t.query.lets.find((l) => l.id === id);
  if (!declared) throw new Error(`no let ${id}`);
  const flow = translatePipe(declared.pipe, t, true);
  t.shared.push({ id, rel: flow.rel });
  const shared: Flow = { ...flow, rel: { op: 'shared', id, columns: flow.rel.columns } };
  t.letFlows.set(id, shared);
  return shared;
}

/** Rows in the order they are written; numbered when somebody downstream cares. */
function valuesFlow(
  columns: readonly BoundColumn[],
  rows: readonly (readonly PlanExpr[])[],
  isOrdered: boolean,
  t: Translation,
): Flow {
  if (!isOrdered || rows.length < 2) return flowOf({ op: 'values', rows, columns });
  const row = fresh(t, 'row');
  const rel: Rel = {
    op: 'values',
    rows: rows.map((r, i) => [...r, long(i)]),
    columns: [...columns, { name: row, type: 'long' }],
  };
  return { ...flowOf(rel, columns), order: [{ column: row, isDescending: false, nulls: 'last' }] };
}

function sourceFlow(source: Source, t: Translation, isOrdered: boolean): Flow {
  switch (source.kind) {
    case 'table':
      return tableFlow(source, t);
    case 'let':
      return letFlow(source.id, t);
    case 'pipe':
      return translatePipe(source.pipe, t, isOrdered);
    case 'datatable': {
      const width = source.columns.length;
      const cells = source.values.map((v, i) =>
        convertTo(constant(v, t), source.columns[i % width]!),
      );
      const rows = Array.from({ length: Math.floor(cells.length / Math.max(1, width)) }, (_, i) =>
        cells.slice(i * width, (i + 1) * width),
      );
      return valuesFlow(source.columns, rows, isOrdered, t);
    }
    case 'print': {
      const flow = flowOf({ op: 'values', rows: [[]], columns: [] });
      const items = source.items.flatMap((item, i) => {
        const expr = lower(item.expr, { flow, t });
        const outputs = item.expr.kind === 'call' ? item.expr.outputs : undefined;
        if (outputs)
          return outputs.map((o, k) => ({
            name: item.names[k] ?? o.name,
            type: o.type,
            expr: tupleField(expr, o, k),
          }));
        return [{ name: item.names[0] ?? (item.autoName || `print_${i}`), type: expr.type, expr }];
      });
      return select(flow, named(items, source.names));
    }
    case 'range': {
      const [from, to, step] = [source.from, source.to, source.step].map((e) =>
        convertTo(constant(e, t), source, e),
      );
      const rel: Rel = {
        op: 'sequence',
        from: from!,
        to: to!,
        step: step!,
        columns: [{ name: source.name, type: source.type }],
      };
      if (!isOrdered) return flowOf(rel);
      const index = fresh(t, 'row');
      const ordered: Rel = {
        ...rel,
        index,
        columns: [...rel.columns, { name: index, type: 'long' }],
      };
      return {
        ...flowOf(ordered, rel.columns),
        order: [{ column: index, isDescending: false, nulls: 'last' }],
        isSerialized: true,
      };
    }
    case 'union':
      return translateUnion(
        source.inputs.map((i) => ({ name: i.name, flow: translatePipe(i.pipe, t, false) })),
        source.mode,
        source.withSource ?? null,
      );
    case 'graph':
      return translateGraph(source.graph, source.find, source.at, t);
    case 'empty':
      return flowOf({ op: 'values', rows: [], columns: [] });
  }
}

function convertTo(
  expr: PlanExpr,
  wanted: { readonly type: BoundColumn['type'] },
  source?: Expr,
): PlanExpr {
  const type = wanted.type;
  if (expr.type === type || (source && source.kind !== 'star' && source.type === 'timespan'))
    return expr;
  if (expr.kind === 'literal' && expr.value === null)
    return { ...expr, type, value: type === 'string' ? '' : null };
  const isNumber = (x: string) => x === 'int' || x === 'long' || x === 'real' || x === 'decimal';
  const name = {
    real: 'toreal',
    decimal: 'todecimal',
    long: 'tolong',
    int: 'toint',
    bool: 'tobool',
    string: 'tostring',
    datetime: 'todatetime',
    timespan: 'totimespan',
    guid: 'toguid',
    dynamic: 'todynamic_value',
  }[type];
  if (isNumber(expr.type) && isNumber(type) && expr.kind === 'literal') {
    const whole = type === 'long' || type === 'int';
    const value =
      typeof expr.value === 'string' && !whole && /^-?\d+$/.test(expr.value)
        ? Number(expr.value)
        : expr.value;
    if (!whole || typeof expr.value === 'string') return { ...expr, type, value };
  }
  return { kind: 'call', name, args: [expr], type, at: { start: 0, length: 0 } };
}

/** Applies operators to a flow. `isOrdered`: whether the order of the last one's rows matters to anybody. */
export function applyOperators(
  start: Flow,
  operators: readonly Operator[],
  t: Translation,
  isOrdered: boolean,
): Flow {
  const wants = orderWanted(operators, isOrdered);
  let flow = start;
  operators.forEach((operator, i) => {
    const apply = OPERATORS[operator.op];
    if (!apply) refuse(operator.op, operator.at);
    flow = apply(flow, operator, t, wants[i + 1] ?? isOrdered);
  });
  return flow;
}

/** For each operator and the end: does the order of rows before it matter? */
function orderWanted(operators: readonly Operator[], atEnd: boolean): boolean[] {
  const wants = Array.from({ length: operators.length + 1 }, () => atEnd);
  for (let i = operators.length - 1; i >= 0; i--)
    wants[i] = needsOrder(operators[i]!, wants[i + 1]!);
  return wants;
}

export function translatePipe(pipe: Pipe, t: Translation, isOrdered: boolean): Flow {
  const wants = orderWanted(pipe.operators, isOrdered)[0]!;
  return applyOperators(sourceFlow(pipe.source, t, wants), pipe.operators, t, isOrdered);
}

/** The first column of a query, for toscalar() and for `in (query)`. */
export function translateQueryExpr(
  expr: QueryExpr,
  t: Translation,
  comparedWith: BoundColumn['type'] = 'dynamic',
): { rel: Rel; column: string; type: BoundColumn['type'] } {
  const flow = translatePipe(expr.query, t, true);
  const first = flow.visible[0];
  if (!first) return refuse('a query without columns', expr.at, 'has no value');
  if (expr.use === 'list' && first.type === 'dynamic') {
    const { name, type } = first;
    const toType = comparedWith === 'dynamic' ? 'string' : comparedWith;
    const item = {
      expr: { kind: 'column', name, type, at: expr.at },
      names: [name],
      autoName: name,
      toType,
    } as const;
    const flat = expand(
      { ...flow, order: [] },
      { items: [item], kind: 'array', keepsNull: false },
      t,
    );
    const only = select(flat, [keep({ name, type: toType })]);
    return { rel: only.rel, column: name, type: toType };
  }
  if (expr.use === 'list') {
    const only = select({ ...flow, order: [] }, [keep(first)]);
    return { rel: only.rel, column: first.name, type: first.type };
  }
  const rel: Rel = {
    op: 'take',
    input: flow.rel,
    count: long(1),
    order: flow.order,
    columns: flow.rel.columns,
  };
  const one = select({ ...flowOf(rel), order: [] }, [
    { ...keep(first), expr: column(first.name, first.type) },
  ]);
  return { rel: one.rel, column: first.name, type: first.type };
}
