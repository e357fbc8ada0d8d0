import type { Expr } from '../bound/expr.ts';
import { call, column, type Flow, type Translation } from './flow.ts';
import { lower } from './lower.ts';
import type { PlanExpr } from './plan.ts';

const escapeRegex = (source: string) => source.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** `search`: a text anywhere means that any column has it as a term; `*` on the left means any column. */
export function searchCondition(expr: Expr, flow: Flow, t: Translation, isCased = false): PlanExpr {
  if (expr.kind === 'literal' && expr.type === 'string')
    return anyColumn(isCased ? 'has_cs' : 'has', expr, flow);
  if (expr.kind === 'literal' && expr.type !== 'bool' && expr.value !== null)
    return anyColumn('has', { ...expr, type: 'string', value: String(expr.value) }, flow);
  if (expr.kind === 'call') {
    const [left, right] = expr.args;
    if ((expr.name === 'and' || expr.name === 'or' || expr.name === 'not') && left)
      return call(expr.name, 'bool', ...expr.args.map((a) => searchCondition(a, flow, t, isCased)));
    if (left?.kind === 'star' && right) {
      const value = lower(right, { flow, t });
      return anyColumn(
        expr.name,
        value,
        flow,
        expr.args.slice(2).map((a) => lower(a, { flow, t })),
      );
    }
    if (expr.name === ':' && left && right) {
      const value = lower(right, { flow, t });
      return match('has', lower(left, { flow, t }), value);
    }
  }
  return lower(expr, { flow, t });
}

/** A term with `*` at its ends matches beginnings, ends or parts. */
function match(
  name: string,
  value: PlanExpr,
  sought: PlanExpr,
  more: readonly PlanExpr[] = [],
): PlanExpr {
  if (name === 'has' && sought.kind === 'literal' && typeof sought.value === 'string') {
    const pattern = sought.value;
    const [starts, ends] = [pattern.startsWith('*'), pattern.endsWith('*') && pattern.length > 1];
    const bare: PlanExpr = { ...sought, value: pattern.replace(/^\*|\*$/g, '') };
    if (pattern === '*') return { kind: 'literal', type: 'bool', value: true, at: sought.at };
    if (bare.kind === 'literal' && String(bare.value).includes('*'))
      return call('matches regex', 'bool', value, {
        ...bare,
        value: `(?i)${escapeRegex(String(bare.value)).replaceAll('\\*', '.*')}`,
      });
    return call(
      starts && ends ? 'contains' : starts ? 'hassuffix' : ends ? 'hasprefix' : 'has',
      'bool',
      value,
      bare,
    );
  }
  return call(name, 'bool', value, sought, ...more);
}

function anyColumn(
  name: string,
  sought: PlanExpr,
  flow: Flow,
  more: readonly PlanExpr[] = [],
): PlanExpr {
  const isText = /has|contains|with|regex|=~|!~/.test(name);
  const columns = flow.visible.filter(
    (c) =>
      !c.name.startsWith('$') &&
      (isText || c.type === sought.type || (name === '==' && c.type === 'dynamic')),
  );
  if (columns.length === 0)
    return { kind: 'literal', type: 'bool', value: false, at: { start: 0, length: 0 } };
  return call(
    name.startsWith('!') ? 'and' : 'or',
    'bool',
    ...columns.map((c) =>
      match(
        name,
        isText && c.type !== 'string'
          ? call('tostring', 'string', column(c.name, c.type))
          : column(c.name, c.type),
        sought,
        more,
      ),
    ),
  );
}
