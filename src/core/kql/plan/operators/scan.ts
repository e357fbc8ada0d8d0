import type { BoundColumn, Expr, Operator } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import { addHidden, column, type Flow, flowOf, fresh, nothing, type Translation } from '../flow.ts';
import { lower } from '../lower.ts';
import type { PlanExpr, Rel, SelectItem } from '../plan.ts';
import { windowCalls } from '../windows.ts';
import type { OperatorTable } from './operator.ts';
import { scanSteps } from './scan-steps.ts';

type Scan = Extract<Operator, { op: 'scan' }>;

/** A declared name that stands alone is its default; only `step.name` is what was kept of earlier rows. */
function withDefaults(expr: Expr, o: Scan): Expr {
  if (expr.kind === 'column') {
    const declared = o.declared.find((d) => d.name === expr.name);
    if (!declared) return expr;
    return (
      declared.initial ?? {
        kind: 'literal',
        type: declared.type,
        value: declared.type === 'string' ? '' : null,
        at: expr.at,
      }
    );
  }
  return expr.kind === 'call' ? { ...expr, args: expr.args.map((a) => withDefaults(a, o)) } : expr;
}

/** `scan` with one step needs no states of steps: each row sees what the last matching row left. */
function translateScan(flow: Flow, o: Scan, t: Translation): Flow {
  const [step] = o.steps;
  if (!step) return refuse('scan without steps', o.at);
  if (!flow.isSerialized && o.orderBy.length === 0)
    return refuse('scan', o.at, 'needs rows in order: put serialize, sort or top before it');
  const looking = [step.condition, ...step.assignments.map((a) => a.expr)].flatMap((e) =>
    windowCalls(e),
  )[0];
  if (looking)
    return refuse(
      `${looking.name}() inside scan`,
      looking.at,
      'does not exist: name a step to see its last row',
    );
  const isPlain = o.steps.length === 1 && step.output === 'all' && !o.matchId;
  if (!isPlain || o.partitionBy.length > 0 || flow.per.length > 0) return scanSteps(flow, o, t);
  const row = fresh(t, 'row');
  const number: PlanExpr = {
    kind: 'window',
    name: 'row_number',
    args: [],
    partition: [],
    order: flow.order,
    type: 'long',
    at: o.at,
  };
  const numbered = addHidden(flow, [{ name: row, type: 'long', expr: number }]);
  const state = (name: string) => `$${step.name}.${name}`;
  const kept: BoundColumn[] = [...flow.visible, ...o.declared].map((c) => ({
    name: state(c.name),
    type: c.type,
  }));
  const seen: Flow = { ...numbered, visible: [...flow.visible, ...kept] };
  const expr = (e: Expr) => lower(withDefaults(e, o), { flow: seen, t });
  const initial: SelectItem[] = [...flow.visible, ...o.declared].map((c) => {
    const declared = o.declared.find((d) => d.name === c.name);
    return {
      name: state(c.name),
      type: c.type,
      expr: declared?.initial ? expr(declared.initial) : nothing(c.type),
    };
  });
  const next: SelectItem[] = [...flow.visible, ...o.declared].map((c) => {
    const assigned = step.assignments.find((a) => a.name === c.name);
    const own = flow.visible.some((v) => v.name === c.name)
      ? column(c.name, c.type)
      : column(state(c.name), c.type);
    return { name: state(c.name), type: c.type, expr: assigned ? expr(assigned.expr) : own };
  });
  const declared = o.declared.map((d): BoundColumn => ({ name: d.name, type: d.type }));
  const columns = [...numbered.rel.columns, ...declared];
  const rel: Rel = {
    op: 'fold',
    input: numbered.rel,
    row,
    initial,
    next,
    condition: expr(step.condition),
    outputs: o.declared.map((d) => ({ name: d.name, type: d.type, state: state(d.name) })),
    columns,
  };
  const visible = [...flow.visible, ...declared];
  const order = [{ column: row, isDescending: false, nulls: 'last' as const }];
  return { ...flowOf(rel, visible), order, isSerialized: true };
}

export const scanOperators: OperatorTable = { scan: translateScan };
