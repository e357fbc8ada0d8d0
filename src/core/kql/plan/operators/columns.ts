import type { BoundColumn, Expr, NamePattern } from '../../bound/expr.ts';
import { refuse } from '../../refusal.ts';
import { parseJson, textOf } from '../../runtime/value.ts';
import { type Flow, keep, select, type Translation } from '../flow.ts';
import { askOpen } from '../lower.ts';
import type { SelectItem } from '../plan.ts';
import { protectOrder } from './basic.ts';
import type { OperatorTable } from './operator.ts';

/** Whether a name fits a pattern with `*`. */
export function fits(name: string, pattern: string): boolean {
  if (!pattern.includes('*')) return name === pattern;
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 's').test(name);
}

function keepOnly(flow: Flow, columns: readonly BoundColumn[], t: Translation): Flow {
  const items = columns.map(keep);
  return select(protectOrder(flow, items, t), items);
}

/** Compares names by their runs of digits as numbers. */
function granny(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function byPattern(columns: readonly BoundColumn[], p: NamePattern): BoundColumn[] {
  const found = columns.filter((c) => fits(c.name, p.pattern));
  const plain = (a: BoundColumn, b: BoundColumn) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  if (p.order === 'asc') return found.sort(plain);
  if (p.order === 'desc') return found.sort((a, b) => plain(b, a));
  if (p.order === 'granny-asc') return found.sort((a, b) => granny(a.name, b.name));
  if (p.order === 'granny-desc') return found.sort((a, b) => granny(b.name, a.name));
  return found;
}

/** The texts of a constant text or array; null where it is computed. */
function constantNames(expr: Expr): string[] | null {
  if (expr.kind !== 'literal' || typeof expr.value !== 'string') return null;
  if (expr.type === 'string') return [expr.value];
  const parsed = parseJson(expr.value);
  return Array.isArray(parsed) ? parsed.map(textOf) : null;
}

export const columnOperators: OperatorTable = {
  'project-away': (flow, o, t) =>
    keepOnly(
      flow,
      flow.visible.filter((c) => !o.patterns.some((p) => fits(c.name, p.pattern))),
      t,
    ),
  'project-keep': (flow, o, t) =>
    keepOnly(
      flow,
      flow.visible.filter((c) => o.patterns.some((p) => fits(c.name, p.pattern))),
      t,
    ),
  'project-reorder': (flow, o, t) => {
    const placed: BoundColumn[] = [];
    const isPlaced = (c: BoundColumn) => placed.some((p) => p.name === c.name);
    const exact = new Set(o.patterns.filter((p) => !p.pattern.includes('*')).map((p) => p.pattern));
    let restAt = -1;
    for (const p of o.patterns) {
      if (p.pattern === '*' && p.order === undefined) restAt = placed.length;
      else
        placed.push(
          ...byPattern(flow.visible, p).filter(
            (c) => !isPlaced(c) && (!p.pattern.includes('*') || !exact.has(c.name)),
          ),
        );
    }
    const rest = flow.visible.filter((c) => !isPlaced(c));
    const columns =
      restAt < 0
        ? [...placed, ...rest]
        : [...placed.slice(0, restAt), ...rest, ...placed.slice(restAt)];
    return keepOnly(flow, columns, t);
  },
  'project-by-names': (flow, o, t) => {
    const patterns = o.names.flatMap(
      (expr) => constantNames(expr) ?? refuse('project-by-names with computed names', expr.at),
    );
    const columns: BoundColumn[] = [];
    for (const pattern of patterns)
      for (const c of flow.visible)
        if (fits(c.name, pattern) && !columns.includes(c)) columns.push(c);
    return keepOnly(flow, columns, t);
  },
  'project-rename': (flow, o, t) => {
    for (const { from } of o.pairs)
      if (!flow.visible.some((c) => c.name === from) && !askOpen(flow, from, t))
        refuse(`the column '${from}'`, o.at, 'does not exist here');
    const items: SelectItem[] = flow.visible.map((c) => ({
      ...keep(c),
      name: o.pairs.find((p) => p.from === c.name)?.to ?? c.name,
    }));
    return select(protectOrder(flow, items, t), items);
  },
};
