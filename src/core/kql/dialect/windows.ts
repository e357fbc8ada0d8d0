import type { PlanExpr } from '../plan/plan.ts';
import type { Arg } from './dialect.ts';
import { DUCKDB_TYPES } from './duckdb.ts';

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
    default:
      throw new Error(`no such window function: ${window.name}`);
  }
}
