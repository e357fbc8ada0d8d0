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

const SOON_MS = 3000;
const LATER_MS = 60_000;

/** The state of the server, asked for now and then, and often while flows are being reduced: no event tells the end of it. */
export const useStatus = (): Answer<StatusAnswer> =>
  useRoute(
    'status',
    {},
    {
      everyMs: (latest) => {
        const { upTo, lagSeconds } = latest?.reduction ?? { upTo: null, lagSeconds: null };
        const hasFlows =
          latest?.tables.some((table) => table.name === 'Flows' && table.rows > 0) ?? false;
        return hasFlows && (upTo === null || lagSeconds !== 0) ? SOON_MS : LATER_MS;
      },
    },
  );
