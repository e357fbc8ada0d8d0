import type { Operator } from '../../bound/expr.ts';
import type { Flow, Translation } from '../flow.ts';
import { aggregateOperators } from './aggregate.ts';
import { basicOperators } from './basic.ts';
import { columnOperators } from './columns.ts';
import { evaluateOperators } from './evaluate.ts';
import { expandOperators } from './expand.ts';
import { joinOperators } from './join.ts';
import { parseOperators } from './parse.ts';
import { scanOperators } from './scan.ts';
import { seriesOperators } from './series.ts';
import { topNestedOperators } from './top-nested.ts';
import { unionOperators } from './union.ts';

type AnyTranslator = (flow: Flow, operator: Operator, t: Translation, isOrdered: boolean) => Flow;

const TABLE = {
  ...basicOperators,
  ...columnOperators,
  ...aggregateOperators,
  ...joinOperators,
  ...unionOperators,
  ...expandOperators,
  ...parseOperators,
  ...seriesOperators,
  ...topNestedOperators,
  ...evaluateOperators,
  ...scanOperators,
};

/** Every operator the planner knows, by its KQL name. */
export const OPERATORS = TABLE as unknown as Readonly<Record<string, AnyTranslator | undefined>>;

const KEEPS_ORDER: ReadonlySet<string> = new Set([
  'where',
  'extend',
  'serialize',
  'project',
  'project-away',
  'project-keep',
  'project-reorder',
  'project-by-names',
  'project-rename',
  'take',
  'mv-expand',
  'parse',
  'parse-kv',
  'render',
  'as',
  'lookup',
  'mv-apply',
  'search',
]);

const ORDER_AGGREGATES =
  /^(make_list|makelist|make_set|makeset|take_any|any|anyif|make_bag|arg_max|arg_min|argmax|argmin|make_list_if|make_list_with_nulls|make_set_if|make_bag_if|take_anyif)$/;

function mentions(value: unknown, pattern: RegExp): boolean {
  if (Array.isArray(value)) return value.some((v) => mentions(v, pattern));
  if (typeof value !== 'object' || value === null) return false;
  if (
    'name' in value &&
    typeof value.name === 'string' &&
    'args' in value &&
    pattern.test(value.name)
  )
    return true;
  return Object.values(value).some((v) => mentions(v, pattern));
}

const WINDOW =
  /^(row_number|prev|next|row_cumsum|row_rank|row_rank_dense|row_rank_min|row_window_session)$/;

/** Whether the order of an operator's input matters, given whether that of its output does. */
export function needsOrder(operator: Operator, isWantedAfter: boolean): boolean {
  if (operator.op === 'sort') return isWantedAfter;
  if (operator.op === 'top') return true;
  if (operator.op === 'count') return false;
  if (operator.op === 'summarize')
    return isWantedAfter || mentions(operator.aggregates, ORDER_AGGREGATES);
  if (operator.op === 'scan' || operator.op === 'partition' || operator.op === 'make-series')
    return true;
  if (operator.op === 'take' || operator.op === 'serialize' || operator.op === 'mv-apply')
    return true;
  if (operator.op === 'evaluate') return true;
  if (!KEEPS_ORDER.has(operator.op)) return false;
  return (
    isWantedAfter ||
    ((operator.op === 'extend' || operator.op === 'project' || operator.op === 'where') &&
      mentions(operator, WINDOW))
  );
}
