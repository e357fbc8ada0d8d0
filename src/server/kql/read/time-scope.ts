import type { BoundColumn, Expr, Operator, Source } from '#core/kql/index.ts';
import { readExpr } from './expressions.ts';
import { childOf, type Reading, settingValue } from './scope.ts';

/**
 * `set query_datetimescope_from`, `_to` and `_column` (Kusto's request properties): every table that has the column
 * (TimeGenerated unless named) is read from the first instant up to, not with, the second.
 */
export function withinTimeScope(
  source: Extract<Source, { kind: 'table' }>,
  reading: Reading,
): Source {
  const named = settingOf('query_datetimescope_column', reading);
  const name = named?.type === 'string' ? String(named.value) : 'TimeGenerated';
  const column = source.columns.find((c) => c.name === name && c.type === 'datetime');
  if (!column) return source;
  const operators = [
    ...bound(column, '>=', settingOf('query_datetimescope_from', reading)),
    ...bound(column, '<', settingOf('query_datetimescope_to', reading)),
  ];
  if (operators.length === 0) return source;
  return { kind: 'pipe', pipe: { source, operators, at: source.at }, at: source.at };
}

type Literal = Extract<Expr, { kind: 'literal' }>;

function settingOf(name: string, reading: Reading): Literal | undefined {
  const setting = settingValue(name, reading);
  const value = setting && readExpr(setting, childOf(null), reading);
  return value?.kind === 'literal' ? value : undefined;
}

function bound({ name }: BoundColumn, operator: string, limit: Literal | undefined): Operator[] {
  if (limit?.type !== 'datetime') return [];
  const { at } = limit;
  const args: readonly Expr[] = [{ kind: 'column', name, type: 'datetime', at }, limit];
  const condition: Expr = { kind: 'call', name: operator, args, type: 'bool', at };
  return [{ op: 'where', condition, at }];
}
