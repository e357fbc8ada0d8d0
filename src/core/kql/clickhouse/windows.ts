import type { PlanExpr } from '../plan/plan.ts';
import { columnType } from './convert.ts';
import { nullOf } from './types.ts';
import type { Call, Value } from './value.ts';

type Window = Extract<PlanExpr, { kind: 'window' }>;

function over(partition: readonly string[], order: string, frame: string): string {
  const parts = [
    partition.length > 0 ? `PARTITION BY ${partition.join(', ')}` : '',
    order ? `ORDER BY ${order}` : '',
    frame,
  ].filter((x) => x !== '');
  return `OVER (${parts.join(' ')})`;
}

const SO_FAR = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
const ALL = 'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';

/** Prints a function that looks at other rows; windows inside another are columns already. */
export function printWindow(
  window: Window,
  args: readonly Value[],
  partition: readonly string[],
  order: string,
  c: Call,
): string | Value {
  const within = (frame: string) => over(partition, order, frame);
  const number = `toInt64(row_number() ${over(partition, order, '')})`;
  const [first] = args;
  const neighbour = (name: 'lagInFrame' | 'leadInFrame') => {
    const [value, offset, fallback] = args;
    const missing = fallback?.sql ?? nullOf(window.type);
    const type = columnType(window.type);
    return `${name}(CAST(${value!.sql} AS ${type}), ${offset?.sql ?? '1'}, CAST(${missing} AS ${type})) ${within(ALL)}`;
  };
  const ones = `sum(if(ifNull(${first?.sql}, false), 1, 0)) ${within(SO_FAR)}`;
  switch (window.name) {
    case 'row_number':
      return first ? `(${number} - 1 + ${first.sql})` : number;
    case 'prev':
      return neighbour('lagInFrame');
    case 'next':
      return neighbour('leadInFrame');
    case 'row_cumsum':
      return window.type === 'real' || window.type === 'decimal'
        ? `sum(${first!.sql}) ${within(SO_FAR)}`
        : `toInt64(sum(${first!.sql}) ${within(SO_FAR)})`;
    case '$count_true':
    case 'row_rank_dense':
      return `toInt64(${ones})`;
    case '$changes':
      return `(${number} = 1 OR NOT (tuple(${first!.sql}) <=> lagInFrame(tuple(${first!.sql})) ${within(ALL)}))`;
    case '$near':
      return `(max(ifNull(${first!.sql}, false)) ${within(`ROWS BETWEEN ${args[1]!.literal?.value ?? 0} PRECEDING AND ${args[2]!.literal?.value ?? 0} FOLLOWING`)} > 0)`;
    case 'row_rank_min':
      return `toInt64(length(groupArray(if(${first!.sql}, 1, 0)) ${within(SO_FAR)}) - arrayFirstIndex(x -> x = 1, arrayReverse(groupArray(if(${first!.sql}, 1, 0)) ${within(SO_FAR)})) + 1)`;
    case 'row_window_session': {
      const [at, longest, gap] = args;
      const times = `arrayStringConcat(groupArray(ifNull(toString(${at!.sql}), '')) ${within(ALL)}, ',')`;
      const start = c.host(
        'weir_session',
        [{ sql: times, type: 'string' }, { sql: number, type: 'long' }, longest!, gap!],
        'datetime',
      );
      return start;
    }
    default:
      throw new Error(`no such window function: ${window.name}`);
  }
}
