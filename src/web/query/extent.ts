import type { StatusAnswer } from '#core/contract/index.ts';
import type { Interval, Range } from '#web/base/range.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From the oldest to the newest flow, widened to full minutes; undefined while there are none. */
export function dataExtent(status: Pick<StatusAnswer, 'tables'> | undefined): Interval | undefined {
  const flows = status?.tables.find((table) => table.name === 'Flows');
  if (!flows?.oldest || !flows.newest) return undefined;
  return {
    from: Math.floor(Date.parse(flows.oldest) / MINUTE) * MINUTE,
    to: Math.floor(Date.parse(flows.newest) / MINUTE) * MINUTE + MINUTE,
  };
}

/** The last day of the data, or all of it when it is shorter; begins on a full hour, where rollups begin. */
export function lastStretch(data: Interval): Range {
  const from = Math.max(data.from, data.to - DAY);
  return { kind: 'fixed', from: Math.floor(from / HOUR) * HOUR, to: data.to };
}
