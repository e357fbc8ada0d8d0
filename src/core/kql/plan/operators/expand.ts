import type { KqlType } from '../../../schema/index.ts';
import type { Item, Operator } from '../../bound/expr.ts';
import {
  addHidden,
  call,
  column,
  type Flow,
  fresh,
  keep,
  long,
  numberRows,
  select,
  type Translation,
} from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import type { OperatorTable } from './operator.ts';

type ExpandItem = Item & { readonly toType?: KqlType };

const CONVERT: Readonly<Record<KqlType, string>> = {
  string: 'tostring',
  long: 'tolong',
  int: 'toint',
  real: 'toreal',
  bool: 'tobool',
  datetime: 'todatetime',
  timespan: 'totimespan',
  guid: 'toguid',
  decimal: 'todecimal',
  dynamic: '',
};

interface Expansion {
  readonly items: readonly ExpandItem[];
  readonly indexName?: string;
  readonly limit?: PlanExpr;
  readonly kind: 'bag' | 'array';
  readonly keepsNull: boolean;
}

/** One row per element of the arrays, walked together; a bag gives one row per property. */
export function expand(flow: Flow, e: Expansion, t: Translation): Flow {
  const arrays = e.items.map((item) => {
    const value = lower(item.expr, { flow, t });
    const asArray = value.type === 'dynamic' ? value : call('pack_array', 'dynamic', value);
    const name = item.names[0] ?? (item.autoName || 'Column1');
    return {
      item,
      name,
      hidden: fresh(t, 'item'),
      expr: call(e.kind === 'array' ? '$pairs' : '$elements', 'dynamic', asArray),
    };
  });
  const index = fresh(t, 'index');
  const rel: Rel = {
    op: 'unnest',
    input: flow.rel,
    arrays: arrays.map((a) => ({ name: a.hidden, expr: a.expr })),
    index,
    keepsNull: e.keepsNull,
    ...(e.limit ? { limit: e.limit } : {}),
    columns: [
      ...flow.rel.columns,
      ...arrays.map((a) => ({ name: a.hidden, type: 'dynamic' as const })),
      { name: index, type: 'long' },
    ],
  };
  const order =
    flow.order.length > 0
      ? [...flow.order, { column: index, isDescending: false, nulls: 'last' as const }]
      : [];
  const items: SelectItem[] = flow.visible.map(keep);
  for (const a of arrays) {
    const convert = a.item.toType ? CONVERT[a.item.toType] : '';
    const raw = column(a.hidden, 'dynamic');
    const expr = convert ? call(convert, a.item.toType!, raw) : raw;
    const made: SelectItem = { name: a.name, type: a.item.toType ?? 'dynamic', expr };
    const at = items.findIndex((i) => i.name === a.name);
    if (at >= 0) items[at] = made;
    else items.push(made);
  }
  const withIndex = e.indexName
    ? [...items, { name: e.indexName, type: 'long' as const, expr: column(index, 'long') }]
    : items;
  return select({ ...flow, rel, order }, withIndex);
}

function translateApply(
  flow: Flow,
  o: Extract<Operator, { op: 'mv-apply' }>,
  t: Translation,
  isOrdered: boolean,
): Flow {
  const name = fresh(t, 'each');
  const number: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: [],
    order: flow.order,
    type: 'long',
    at: o.at,
  };
  const made = addHidden(flow, [{ name, type: 'long', expr: number }]);
  const id = `${name}#${t.shared.length}`;
  t.shared.push({ id, rel: made.rel, isKept: true });
  const numbered: Flow = { ...made, rel: { op: 'shared', id, columns: made.rel.columns } };
  const outer = numbered;
  const limit = o.limit ? lower(o.limit, { flow, t }) : undefined;
  const inner = expand(
    {
      ...numbered,
      per: [...flow.per, name],
      order: [{ column: name, isDescending: false, nulls: 'last' }],
    },
    {
      items: o.items,
      kind: 'bag',
      keepsNull: false,
      ...(o.indexName ? { indexName: o.indexName } : {}),
      ...(limit ? { limit } : {}),
    },
    t,
  );
  const applied = t.translators.apply({ ...inner, isSerialized: true }, o.body, t, true);
  const kept = new Set(applied.visible.map((c) => c.name));
  const lost = outer.visible.filter((c) => !kept.has(c.name));
  const expanded = new Set(o.items.map((i) => i.names[0] ?? i.autoName));
  if (lost.length === 0 || applied.rel.columns.some((c) => lost.some((l) => l.name === c.name)))
    return settle(applied, flow, name, isOrdered);
  // What the subquery dropped comes back from the outer row, which the hidden number finds.
  const back = lost.filter((c) => !expanded.has(c.name));
  const right = applied.visible.map((c) => ({ ...c, side: 'right' as const, source: c.name }));
  const left = back.map((c) => ({ ...c, side: 'left' as const, source: c.name }));
  const hidden = { name, type: 'long' as const, side: 'left' as const, source: name };
  const take = [...left, ...right, hidden];
  const key = column(name, 'long');
  const rel: Rel = {
    op: 'join',
    kind: 'inner',
    left: outer.rel,
    right: applied.rel,
    on: [{ left: key, right: key }],
    take,
    columns: take.map((c) => ({ name: c.name, type: c.type })),
  };
  return settle(
    {
      ...applied,
      rel,
      visible: take.slice(0, -1).map((c) => ({ name: c.name, type: c.type })),
      order: [],
      per: [name],
    },
    flow,
    name,
    isOrdered,
  );
}

/** Back outside: the hidden number is the order, no longer a partition. */
function settle(flow: Flow, outer: Flow, name: string, isOrdered: boolean): Flow {
  const order = isOrdered ? [{ column: name, isDescending: false, nulls: 'last' as const }] : [];
  return { ...flow, per: outer.per, order };
}

export const expandOperators: OperatorTable = {
  'mv-expand': (flow, o, t, isOrdered) => {
    const input = isOrdered && flow.order.length > 0 ? numberRows(flow, t) : flow;
    const limit = o.limit ? lower(o.limit, { flow, t }) : undefined;
    return expand(
      input,
      {
        items: o.items,
        kind: o.kind,
        keepsNull: true,
        ...(o.indexName ? { indexName: o.indexName } : {}),
        ...(limit ? { limit } : {}),
      },
      t,
    );
  },
  'mv-apply': translateApply,
  partition: (flow, o, t) => {
    const name = fresh(t, 'part');
    const by = lower(o.by, { flow, t });
    const withKey = addHidden(flow, [
      {
        name,
        type: 'long',
        expr: { kind: 'call', name: '$hash', args: [by], type: 'long', at: o.at },
      },
    ]);
    const inner = t.translators.apply(
      { ...withKey, per: [...flow.per, name], isSerialized: true },
      o.body,
      t,
      true,
    );
    return { ...inner, per: flow.per, order: [] };
  },
};

export { long };
