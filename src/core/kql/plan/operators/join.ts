import type { BoundColumn, Expr, Operator } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import { column, type Flow, flowOf, freeName, select, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import type { JoinColumn, PlanExpr, Rel, SelectItem } from '../plan.ts';
import type { OperatorTable } from './operator.ts';

type JoinOperator = Extract<Operator, { op: 'join' | 'lookup' }>;

interface Condition {
  readonly left: PlanExpr;
  readonly right: PlanExpr;
}

function conditions(o: JoinOperator, left: Flow, right: Flow, t: Translation): Condition[] {
  const lowered = o.on.map((c) => ({
    left: lower(strip(c.left), { flow: left, t }),
    right: lower(strip(c.right), { flow: right, t }),
  }));
  return lowered.map((c) => align(c));
}

function strip(expr: Expr): Expr {
  if (expr.kind === 'column') {
    const { side: _side, ...rest } = expr;
    return rest;
  }
  return expr.kind === 'call' ? { ...expr, args: expr.args.map(strip) } : expr;
}

/** Keys of different types meet as the type that is not dynamic. */
function align(c: Condition): Condition {
  const names: Readonly<Record<string, string>> = {
    string: 'tostring',
    long: 'tolong',
    int: 'tolong',
    real: 'toreal',
    datetime: 'todatetime',
    bool: 'tobool',
    guid: 'tostring',
    timespan: 'totimespan',
  };
  const to = (expr: PlanExpr, other: PlanExpr): PlanExpr => {
    const name =
      expr.type === 'dynamic' && other.type !== 'dynamic' ? names[other.type] : undefined;
    return name
      ? { kind: 'call', name, args: [expr], type: other.type, at: { start: 0, length: 0 } }
      : expr;
  };
  return { left: to(c.left, c.right), right: to(c.right, c.left) };
}

/** Left columns, then right ones; a name that is taken gets a number. */
function allColumns(left: Flow, right: Flow, skip: ReadonlySet<string>): JoinColumn[] {
  const taken = new Set(left.visible.map((c) => c.name));
  const out: JoinColumn[] = left.visible.map((c) => ({ ...c, side: 'left', source: c.name }));
  for (const c of right.visible) {
    if (skip.has(c.name)) continue;
    const name = freeName(c.name, taken);
    taken.add(name);
    out.push({ name, type: c.type, side: 'right', source: c.name });
  }
  return out;
}

/** Rows of a side that is missing: '' for text, null for the rest. */
function fillMissing(
  flow: Flow,
  missing: 'left' | 'right' | 'both',
  take: readonly JoinColumn[],
): Flow {
  const isMissing = (c: JoinColumn) =>
    c.type === 'string' && (missing === 'both' || c.side === missing);
  if (!take.some(isMissing)) return flow;
  const items = take.map((c): SelectItem => {
    const plain = column(c.name, c.type);
    return {
      name: c.name,
      type: c.type,
      expr: isMissing(c)
        ? {
            kind: 'call',
            name: '$text',
            args: [plain],
            type: 'string',
            at: { start: 0, length: 0 },
          }
        : plain,
    };
  });
  return select(flow, items);
}

/** innerunique: one row of the left side per key. */
function uniqueLeft(left: Flow, on: readonly Condition[], t: Translation): Flow {
  const rank = `$unique${++t.counter}`;
  const keys = on.map(
    (c, i): SelectItem => ({ name: `$on${t.counter}_${i}`, type: c.left.type, expr: c.left }),
  );
  const visible = left.visible.map((c): SelectItem => ({ ...c, expr: column(c.name, c.type) }));
  const per = carried({ ...left, order: [] });
  const withKeys: Rel = {
    op: 'select',
    input: left.rel,
    items: [...visible, ...keys, ...carried(left)],
    columns: [...visible, ...keys, ...carried(left)].map(({ name, type }) => ({ name, type })),
  };
  const number: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: [...left.per, ...keys.map((k) => k.name)],
    order: left.order,
    type: 'long',
    at: { start: 0, length: 0 },
  };
  const ranked: Rel = {
    op: 'select',
    input: withKeys,
    items: [...visible, ...per, { name: rank, type: 'long', expr: number }],
    columns: [...visible, ...per, { name: rank, type: 'long' as const }].map(({ name, type }) => ({
      name,
      type,
    })),
  };
  const first: Rel = {
    op: 'where',
    input: ranked,
    condition: {
      kind: 'call',
      name: '==',
      args: [
        column(rank, 'long'),
        { kind: 'literal', type: 'long', value: '1', at: { start: 0, length: 0 } },
      ],
      type: 'bool',
      at: { start: 0, length: 0 },
    },
    columns: ranked.columns,
  };
  return { ...flowOf(first, left.visible), per: left.per };
}

/** Hidden columns of the order and of partitions. */
function carried(flow: Flow): SelectItem[] {
  const visible = new Set(flow.visible.map((c) => c.name));
  const names = new Set([...flow.per, ...flow.order.map((k) => k.column)]);
  return [...names]
    .filter((name) => !visible.has(name))
    .flatMap((name) => {
      const found = flow.rel.columns.find((c) => c.name === name);
      return found ? [{ ...found, expr: column(found.name, found.type) }] : [];
    });
}

function joinRel(
  kind: Extract<Rel, { op: 'join' }>['kind'],
  left: Flow,
  right: Flow,
  on: readonly Condition[],
  take: readonly JoinColumn[],
): Flow {
  const columns: BoundColumn[] = take.map(({ name, type }) => ({ name, type }));
  const per = left.per.flatMap((name): JoinColumn[] => {
    const found = left.rel.columns.find((c) => c.name === name);
    return found ? [{ ...found, side: 'left', source: name }] : [];
  });
  const all = [...take, ...per];
  const rel: Rel = {
    op: 'join',
    kind,
    left: left.rel,
    right: right.rel,
    on,
    take: all,
    columns: all.map(({ name, type }) => ({ name, type })),
  };
  return { ...flowOf(rel, columns), per: left.per };
}

/** Kinds that keep rows of the right side alone, which belong to no partition of the left one. */
const TURNED: ReadonlySet<JoinOperator['kind']> = new Set([
  'rightouter',
  'fullouter',
  'rightsemi',
  'rightanti',
]);

function translateJoin(left: Flow, o: JoinOperator, t: Translation): Flow {
  if (left.per.length > 0 && TURNED.has(o.kind))
    refuse(`join kind=${o.kind} inside mv-apply or partition`, o.at);
  const right = t.translators.pipe(o.right, t, false);
  const on = conditions(o, left, right, t);
  const both = allColumns(left, right, new Set());
  const only = (flow: Flow): JoinColumn[] =>
    flow.visible.map((c) => ({ ...c, side: 'left', source: c.name }));
  const flip = on.map((c) => ({ left: c.right, right: c.left }));
  const open = [...left.open, ...right.open];
  switch (o.kind) {
    case 'inner':
      return { ...joinRel('inner', left, right, on, both), open };
    case 'innerunique':
      return { ...joinRel('inner', uniqueLeft(left, on, t), right, on, both), open };
    case 'leftouter':
      return { ...fillMissing(joinRel('left', left, right, on, both), 'right', both), open };
    case 'rightouter':
      return { ...fillMissing(joinRel('right', left, right, on, both), 'left', both), open };
    case 'fullouter':
      return { ...fillMissing(joinRel('full', left, right, on, both), 'both', both), open };
    case 'leftsemi':
      return { ...joinRel('semi', left, right, on, only(left)), open };
    case 'leftanti':
      return { ...joinRel('anti', left, right, on, only(left)), open };
    case 'rightsemi':
      return { ...joinRel('semi', right, left, flip, only(right)), open };
    case 'rightanti':
      return { ...joinRel('anti', right, left, flip, only(right)), open };
  }
}

function translateLookup(left: Flow, o: JoinOperator, t: Translation): Flow {
  const right = t.translators.pipe(o.right, t, false);
  const on = conditions(o, left, right, t);
  const keys = new Set(on.flatMap((c) => (c.right.kind === 'column' ? [c.right.name] : [])));
  const take = allColumns(left, right, keys);
  const open = [...left.open, ...right.open];
  if (o.kind === 'inner') return { ...joinRel('inner', left, right, on, take), open };
  return { ...fillMissing(joinRel('left', left, right, on, take), 'right', take), open };
}

export const joinOperators: OperatorTable = { join: translateJoin, lookup: translateLookup };
