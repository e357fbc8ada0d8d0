import type { StatusAnswer } from '#core/contract/index.ts';
import { type Answer, useRoute } from '#web/query/index.ts';

/** Streams are always a little ahead of their reduction; a load that lies further behind is counted from raw flows. */
const LATEST_SECONDS = 1800;

/** Whether the reduced tables hold what there is, so that panels can be computed from them. */
export function hasRollups(
  status: Pick<StatusAnswer, 'reduction' | 'tables'> | undefined,
): boolean {
  if (!status || status.reduction.upTo === null) return false;
  const rows = status.tables.find((table) => table.name === 'TrafficByRule')?.rows ?? 0;
  return rows > 0 && (status.reduction.lagSeconds ?? 0) <= LATEST_SECONDS;
}

/** The state of the server, asked for now and then and whenever it tells that something changed. */
export const useStatus = (): Answer<StatusAnswer> => useRoute('status', {}, { everyMs: 60_000 });
