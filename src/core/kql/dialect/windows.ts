import type { PlanExpr } from '../plan/plan.ts';
import type { Arg } from './dialect.ts';
import { DUCKDB_TYPES, ofTicks, ticksOf } from './duckdb.ts';

type Window = Extract<PlanExpr, { kind: 'window' }>;

function over(partition: readonly string[], order: string, frame = ''): string {
  const parts = [
    partition.length > 0 ? `PARTITION BY ${partition.join(', ')}` : '',
    order ? `ORDER BY ${order}` : '',
    frame,
  ].filter((x) => x !== '');
  return `OVER (${parts.join(' ')})`;
}

/** prev() and next(): outside of the rows stands the default, '' for text. */
function neighbour(
  name: 'lag' | 'lead',
  args: readonly Arg[],
  spec: string,
  window: Window,
): string {
  const [value, offset, fallback] = args;
  const missing =
    fallback?.sql ?? (window.type === 'string' ? "''" : `NULL::${DUCKDB_TYPES[window.type]}`);
  return `${name}(${value!.sql}, ${offset?.sql ?? '1'}, ${missing}) ${spec}`;
}

const SO_FAR = 'ROWS UNBOUNDED PRECEDING';

/** Whole numbers wrap around at 64 bits. */
function runningSum(sql: string, window: Window): string {
  if (window.type === 'real' || window.type === 'decimal') return sql;
  const sum = `weir_wrap((${sql})::HUGEINT)`;
  return window.type === 'int' ? `${sum}::INTEGER` : sum;
}

/** Sessions are found over all rows at once, in JavaScript, and each row takes its own. */
function session(args: readonly Arg[], whole: string, spec: string): string {
  const [at, longest, gap] = args;
  const times = `string_agg(coalesce(${ticksOf(at!.sql)}::VARCHAR, ''), ',') ${whole}`;
  return ofTicks(`weir_session(${times}, row_number() ${spec}, ${longest!.sql}, ${gap!.sql})`);
}

/** Prints a function that looks at other rows. */
export function printWindow(
  window: Window,
  args: readonly Arg[],
  partition: readonly string[],
  order: string,
): string {
  const spec = over(partition, order);
  const [first] = args;
  switch (window.name) {
    case 'row_number':
      return first ? `(row_number() ${spec} - 1 + ${first.sql})` : `row_number() ${spec}`;
    case 'prev':
      return neighbour('lag', args, spec, window);
    case 'next':
      return neighbour('lead', args, spec, window);
    case 'row_cumsum':
      return runningSum(`sum(${first!.sql}) ${over(partition, order, SO_FAR)}`, window);
    case '$count_true':
      return `coalesce(sum(CASE WHEN ${first!.sql} THEN 1 ELSE 0 END) ${over(partition, order, SO_FAR)}, 0)::BIGINT`;
    case '$changes':
      return `(row_number() ${spec} = 1 OR ${first!.sql} IS DISTINCT FROM lag(${first!.sql}) ${spec})`;
    case '$near':
      return `coalesce(bool_or(${first!.sql}) ${over(partition, order, `ROWS BETWEEN ${args[1]!.sql} PRECEDING AND ${args[2]!.sql} FOLLOWING`)}, false)`;
    case 'row_rank_dense':
      return `sum(CASE WHEN ${first!.sql} THEN 1 ELSE 0 END) ${over(partition, order, SO_FAR)}::BIGINT`;
    case 'row_rank_min':
      return `weir_rank_min(string_agg(CASE WHEN ${first!.sql} THEN '1' ELSE '0' END, '') ${over(partition, order, SO_FAR)})`;
    case 'row_window_session':
      return session(
        args,
        over(partition, order, 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING'),
        spec,
      );
    default:
      throw new Error(`no such window function: ${window.name}`);
  }
}
