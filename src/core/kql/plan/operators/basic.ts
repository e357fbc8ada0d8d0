import type { Expr, Item, Operator, SortKey } from '../../bound/expr.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  flowOf,
  freeName,
  fresh,
  keep,
  long,
  nothing,
  numberRows,
  select,
  type Translation,
  tupleField,
} from '../flow.ts';
import { lower } from '../lower.ts';
import { named } from '../names.ts';
import type { PreparedWindows } from '../place-window.ts';
import type { OrderKey, PlanExpr, Rel, SelectItem } from '../plan.ts';
import { searchCondition } from '../search.ts';
import { prepareWindows } from '../windows.ts';
import type { OperatorTable } from './operator.ts';

/** Filters; what is null counts as false. */
export function where(flow: Flow, condition: PlanExpr): Flow {
  return { ...flow, rel: { op: 'where', input: flow.rel, condition, columns: flow.rel.columns } };
}

const WINDOWED = /"kind":"window"/;

/** True when an expression looks at other rows. */
export function hasWindow(expr: PlanExpr): boolean {
  return WINDOWED.test(JSON.stringify(expr));
}

/** The columns an item makes, named by the query, the language, or `Column1`. */
export function itemColumns(
  item: Item,
  flow: Flow,
  t: Translation,
  position: number,
  allowsAggregates = false,
  windows?: PreparedWindows,
): SelectItem[] {
  const expr = lower(item.expr, { flow, t, allowsAggregates, ...(windows ? { windows } : {}) });
  const outputs = item.expr.kind === 'call' ? item.expr.outputs : undefined;
  if (outputs && expr.kind === 'call') {
    const wanted = item.names.length > 0 ? outputs.slice(0, item.names.length) : outputs;
    return wanted.map((o, i) => ({
      name: item.names[i] ?? o.name,
      type: o.type,
      expr: tupleField(expr, o, i),
    }));
  }
  return [{ name: item.names[0] ?? (item.autoName || `Column${position}`), type: expr.type, expr }];
}

/** Adds columns, or replaces those of the same name. Each sees the columns that the operator got, not its siblings. */
export function extend(flow: Flow, items: readonly Item[], t: Translation): Flow {
  if (items.length === 0) return flow;
  const { flow: input, windows } = prepareWindows(
    flow,
    items.map((i) => i.expr),
    t,
  );
  const columns = input.visible.map(keep);
  let unnamed = 0;
  for (const item of items) {
    const isNamed = item.names.length > 0 || item.autoName !== '';
    if (!isNamed) unnamed++;
    for (const made of itemColumns(item, input, t, unnamed, false, windows)) {
      const name =
        item.names.length > 0
          ? made.name
          : item.autoName && isPlainColumn(item.expr)
            ? made.name
            : freeName(made.name, new Set(columns.map((c) => c.name)));
      const at = columns.findIndex((c) => c.name === name);
      if (at >= 0) columns[at] = { ...made, name };
      else columns.push({ ...made, name });
    }
  }
  return select(protectOrder(input, columns, t), columns);
}

function isPlainColumn(expr: Expr): boolean {
  return expr.kind === 'column';
}

/** `* has "x"`: any column. */
function hasStar(expr: Expr): boolean {
  return expr.kind === 'star' || (expr.kind === 'call' && expr.args.some(hasStar));
}

/** Order keys that are visible columns about to change or go are copied into hidden ones. */
export function protectOrder(flow: Flow, after: readonly SelectItem[], t: Translation): Flow {
  const visible = new Set(flow.visible.map((c) => c.name));
  const lost = flow.order.filter(
    (k) =>
      visible.has(k.column) &&
      !after.some(
        (c) => c.name === k.column && c.expr.kind === 'column' && c.expr.name === k.column,
      ),
  );
  if (lost.length === 0) return flow;
  const copies = new Map(lost.map((k) => [k.column, fresh(t, 'key')]));
  const typeOf = (name: string) => flow.rel.columns.find((c) => c.name === name)?.type ?? 'dynamic';
  const hidden = [...copies].map(([name, copy]) => ({
    name: copy,
    type: typeOf(name),
    expr: column(name, typeOf(name)),
  }));
  return addHidden(flow, hidden, {
    order: flow.order.map((k) => ({ ...k, column: copies.get(k.column) ?? k.column })),
  });
}

/** Sets the order; keys that are not plain columns become hidden ones. */
export function sort(flow: Flow, keys: readonly SortKey[], t: Translation): Flow {
  const hidden: SelectItem[] = [];
  const order: OrderKey[] = keys.map((key) => {
    const expr = lower(key.expr, { flow, t });
    const how = {
      isDescending: key.isDescending,
      nulls: key.nulls,
      ...(expr.type === 'real' ? { isReal: true as const } : {}),
    };
    if (expr.kind === 'column') return { column: expr.name, ...how };
    const name = fresh(t, 'key');
    hidden.push({ name, type: expr.type, expr });
    return { column: name, ...how };
  });
  const base = hidden.length > 0 ? addHidden(flow, hidden) : flow;
  // Rows that tie stay in the order they had.
  const before = flow.order.filter((k) => !order.some((o) => o.column === k.column));
  return { ...base, order: [...order, ...before], isSerialized: true };
}

export function take(flow: Flow, count: PlanExpr, t: Translation, isRandom = false): Flow {
  if (flow.per.length === 0) {
    const rel: Rel = {
      op: 'take',
      input: flow.rel,
      count,
      order: isRandom ? [] : flow.order,
      columns: flow.rel.columns,
      ...(isRandom ? { isRandom } : {}),
    };
    return { ...flow, rel };
  }
  const name = fresh(t, 'rank');
  const rank: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: flow.per,
    order: flow.order,
    type: 'long',
    at: { start: 0, length: 0 },
  };
  const ranked = addHidden(flow, [{ name, type: 'long', expr: rank }]);
  return select(
    where(ranked, call('<=', 'bool', column(name, 'long'), count)),
    flow.visible.map(keep),
  );
}

function literalCount(expr: Expr, flow: Flow, t: Translation): PlanExpr {
  return lower(expr, { flow, t });
}

export const basicOperators: OperatorTable = {
  where: (flow, o, t) => {
    if (hasStar(o.condition)) return where(flow, searchCondition(o.condition, flow, t));
    const { flow: input, windows } = prepareWindows(flow, [o.condition], t);
    const condition = lower(o.condition, { flow: input, t, windows });
    if (!hasWindow(condition)) return where(input, condition);
    const name = fresh(t, 'test');
    const tested = where(
      addHidden(input, [{ name, type: 'bool', expr: condition }]),
      column(name, 'bool'),
    );
    return select(tested, input.visible.map(keep));
  },
  extend: (flow, o, t) => extend(flow, o.items, t),
  serialize: (flow, o, t) =>
    extend(
      flow.order.length > 0
        ? { ...flow, isSerialized: true }
        : { ...numberRows(flow, t), isSerialized: true },
      o.items,
      t,
    ),
  project: (flow, o, t) => {
    const { flow: input, windows } = prepareWindows(
      flow,
      o.items.map((i) => i.expr),
      t,
    );
    let unnamed = 0;
    const items = o.items.flatMap((item) => {
      if (item.names.length === 0 && item.autoName === '') unnamed++;
      return itemColumns(item, input, t, unnamed, false, windows);
    });
    const columns = named(items, o.names);
    return select(protectOrder(input, columns, t), columns);
  },
  sort: (flow, o, t, isOrdered) => (isOrdered ? sort(flow, o.keys, t) : { ...flow, order: [] }),
  top: (flow, o, t) => take(sort(flow, o.keys, t), literalCount(o.count, flow, t), t),
  take: (flow, o, t) => take(flow, literalCount(o.count, flow, t), t),
  sample: (flow, o, t) => take(flow, literalCount(o.count, flow, t), t, true),
  'sample-distinct': (flow, o, t) => {
    const [item] = itemColumns(o.item, flow, t, 1);
    return take(distinct(flow, [item!]), literalCount(o.count, flow, t), t);
  },
  distinct: (flow, o, t) => {
    const items = o.isStar
      ? flow.visible.map(keep)
      : named(
          o.items.flatMap((i, k) => itemColumns(i, flow, t, k + 1)),
          o.names,
        );
    return distinct(flow, items);
  },
  count: (flow, o) => {
    const by = flow.per.map((name) => keep({ name, type: 'long' }));
    const counted: SelectItem = {
      name: o.name,
      type: 'long',
      expr: { kind: 'aggregate', name: 'count', args: [], type: 'long', at: o.at },
    };
    const columns = [...by, counted].map(({ name, type }) => ({ name, type }));
    return {
      ...flowOf(
        { op: 'aggregate', input: flow.rel, by, aggregates: [counted], order: [], columns },
        [{ name: o.name, type: 'long' }],
      ),
      per: flow.per,
    };
  },
  as: (flow) => flow,
  render: (flow) => flow,
  getschema: (flow) => {
    const columns = [
      { name: 'ColumnName', type: 'string' as const },
      { name: 'ColumnOrdinal', type: 'int' as const },
      { name: 'DataType', type: 'string' as const },
      { name: 'ColumnType', type: 'string' as const },
    ];
    const rows = flow.visible.map((c, i): PlanExpr[] => [
      literal(c.name),
      { ...long(i), type: 'int' } as PlanExpr,
      literal(CLR[c.type]),
      literal(c.type),
    ]);
    return flowOf({ op: 'values', rows, columns });
  },
};

const CLR = {
  string: 'System.String',
  long: 'System.Int64',
  int: 'System.Int32',
  real: 'System.Double',
  bool: 'System.SByte',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  dynamic: 'System.Object',
  guid: 'System.Guid',
  decimal: 'System.Data.SqlTypes.SqlDecimal',
} as const;

function literal(value: string): PlanExpr {
  return { ...nothing('string'), value } as PlanExpr;
}

export function distinct(flow: Flow, items: readonly SelectItem[]): Flow {
  const per = flow.per.map((name) => keep({ name, type: 'long' }));
  const columns = [...per, ...items].map(({ name, type }) => ({ name, type }));
  const rel: Rel = {
    op: 'aggregate',
    input: flow.rel,
    by: [...per, ...items],
    aggregates: [],
    order: [],
    columns,
  };
  return {
    ...flowOf(
      rel,
      items.map(({ name, type }) => ({ name, type })),
    ),
    per: flow.per,
    open: flow.open,
  };
}

export type { Operator };
