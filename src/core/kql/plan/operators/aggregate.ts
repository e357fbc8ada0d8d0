import type { BoundColumn, Item, Operator } from '../../bound/expr.ts';
import { column, type Flow, flowOf, freeName, keep, NOWHERE, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { itemColumns } from './basic.ts';
import type { OperatorTable } from './operator.ts';

const PICKS: ReadonlySet<string> = new Set(['arg_max', 'arg_min', 'argmax', 'argmin']);
const TAKES: ReadonlySet<string> = new Set(['take_any', 'any']);

/** `arg_max(x, *)` and `take_any(*)`: one item per column they give. */
function spread(
  item: Item,
  by: readonly SelectItem[],
  flow: Flow,
  t: Translation,
): SelectItem[] | null {
  const { expr } = item;
  if (expr.kind !== 'call') return null;
  const isPick = PICKS.has(expr.name);
  if (!isPick && !TAKES.has(expr.name)) return null;
  const hasStar = expr.args.some((a) => a.kind === 'star');
  if (!hasStar && expr.args.length < (isPick ? 3 : 2)) {
    if (!isPick || expr.args.length !== 1)
      return isPick && expr.args.length === 2 ? pick(item, flow, t, [], false) : null;
  }
  const taken = new Set(by.flatMap((b) => (b.expr.kind === 'column' ? [b.expr.name] : [])));
  const first = expr.args[0];
  if (first?.kind === 'column') taken.add(first.name);
  const rest = hasStar
    ? flow.visible.filter(
        (c) =>
          !taken.has(c.name) ||
          (!isPick &&
            first?.kind === 'star' &&
            !by.some((b) => b.expr.kind === 'column' && b.expr.name === c.name)),
      )
    : [];
  return isPick ? pick(item, flow, t, rest, hasStar) : any(item, flow, t, rest, hasStar);
}

function pick(
  item: Item,
  flow: Flow,
  t: Translation,
  rest: readonly BoundColumn[],
  hasStar: boolean,
): SelectItem[] {
  if (item.expr.kind !== 'call') return [];
  const [first, ...others] = item.expr.args;
  const keyName =
    item.names.length > 0
      ? item.names[0]!
      : first?.kind === 'column'
        ? first.name
        : item.expr.outputs?.[0]?.name || `${item.expr.name}_`;
  const key = lower(first!, { flow, t });
  const values = hasStar
    ? rest.map((c) => keep(c))
    : others.map((o, i): SelectItem => {
        const expr = lower(o, { flow, t });
        const own =
          o.kind === 'column'
            ? o.name
            : item.expr.kind === 'call'
              ? (item.expr.outputs?.[i + 1]?.name ?? `${item.expr.name}_${i}`)
              : '';
        return { name: own, type: expr.type, expr };
      });
  const name = item.expr.name.startsWith('argm')
    ? item.expr.name.replace('arg', 'arg_')
    : item.expr.name;
  const args = [key, ...values.map((v) => v.expr)];
  const at = item.expr.at;
  return [
    {
      name: keyName,
      type: key.type,
      expr: { kind: 'aggregate', name, args, output: 0, type: key.type, at },
    },
    ...values.map(
      (v, i): SelectItem => ({
        name: item.names[i + 1] ?? v.name,
        type: v.type,
        expr: { kind: 'aggregate', name, args, output: i + 1, type: v.type, at },
      }),
    ),
  ];
}

function any(
  item: Item,
  flow: Flow,
  t: Translation,
  rest: readonly BoundColumn[],
  hasStar: boolean,
): SelectItem[] {
  if (item.expr.kind !== 'call') return [];
  const { at, outputs } = item.expr;
  const values = hasStar
    ? rest.map(keep)
    : item.expr.args.map((o, i): SelectItem => {
        const expr = lower(o, { flow, t });
        return {
          name:
            item.names[i] ??
            (outputs?.[i]?.name || (o.kind === 'column' ? `any_${o.name}` : `any_${i}`)),
          type: expr.type,
          expr,
        };
      });
  return values.map((v) => ({
    ...v,
    expr: { kind: 'aggregate', name: '$first', args: [v.expr], type: v.type, at },
  }));
}

/** The columns of one aggregate, in order. */
export function aggregateColumns(
  item: Item,
  by: readonly SelectItem[],
  flow: Flow,
  t: Translation,
  position: number,
): SelectItem[] {
  const many = spread(item, by, flow, t);
  if (many) return many;
  const made = itemColumns(item, flow, t, position, true);
  const { expr } = item;
  const outputs = expr.kind === 'call' ? expr.outputs : undefined;
  if (outputs && made.length === 1 && made[0]!.expr.kind === 'aggregate') {
    const aggregate = made[0]!.expr;
    return outputs.map((o, i) => ({
      name: item.names[i] ?? o.name,
      type: o.type,
      expr: { ...aggregate, output: i, type: o.type },
    }));
  }
  return made;
}

export function rename(
  items: readonly SelectItem[],
  columns: readonly BoundColumn[],
): SelectItem[] {
  const taken = new Set<string>();
  return items.map((item, i) => {
    const name = freeName(columns.length === items.length ? columns[i]!.name : item.name, taken);
    taken.add(name);
    return { ...item, name };
  });
}

/** Groups; hidden partition columns group along. Numbered rows give groups in the order of their first row. */
export function summarize(
  flow: Flow,
  by: readonly SelectItem[],
  aggregates: readonly SelectItem[],
  isOrdered = false,
): Flow {
  const per = flow.per.map((name) => keep({ name, type: 'long' }));
  const groups = [...per, ...by];
  const row =
    flow.order.length === 1 &&
    flow.order[0]!.column.startsWith('$row') &&
    isOrdered &&
    by.length > 0
      ? flow.order[0]!.column
      : null;
  const first: SelectItem[] = row
    ? [
        {
          name: row,
          type: 'long',
          expr: {
            kind: 'aggregate',
            name: 'min',
            args: [column(row, 'long')],
            type: 'long',
            at: NOWHERE,
          },
        },
      ]
    : [];
  const columns = [...groups, ...aggregates, ...first].map(({ name, type }) => ({ name, type }));
  const rel: Rel = {
    op: 'aggregate',
    input: flow.rel,
    by: groups,
    aggregates: [...aggregates, ...first],
    order: flow.order,
    columns,
  };
  const visible = [...by, ...aggregates].map(({ name, type }) => ({ name, type }));
  return { ...flowOf(rel, visible), per: flow.per, open: flow.open, order: row ? flow.order : [] };
}

function translateSummarize(
  flow: Flow,
  o: Extract<Operator, { op: 'summarize' }>,
  t: Translation,
  isOrdered: boolean,
): Flow {
  const by = o.by.flatMap((item, i) => itemColumns(item, flow, t, i + 1));
  const aggregates = o.aggregates.flatMap((item, i) =>
    aggregateColumns(item, by, flow, t, o.by.length + i + 1),
  );
  const all = rename([...by, ...aggregates], o.columns);
  return summarize(flow, all.slice(0, by.length), all.slice(by.length), isOrdered);
}

export const aggregateOperators: OperatorTable = {
  summarize: (flow, o, t, isOrdered) => translateSummarize(flow, o, t, isOrdered),
};

export type { PlanExpr };
