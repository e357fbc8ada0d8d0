import type { StatusAnswer } from '#core/contract/index.ts';
import { type Answer, useRoute } from '#web/query/index.ts';

/** Whether reduced tables hold anything yet; until then panels count raw flows. */
export function hasRollups(status: StatusAnswer | undefined): boolean {
  return (status?.tables.find((table) => table.name === 'TrafficByRule')?.rows ?? 0) > 0;
}

/** The state of the server, asked for now and then and whenever it tells that something changed. */
export const useStatus = (): Answer<StatusAnswer> =>
  useRoute('status', {}, { everyMs: 60_000, keepsPrevious: true });
