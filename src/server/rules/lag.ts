import type { Micros } from '#core/base/index.ts';
import { tablesByName } from '#core/schema/index.ts';
import type { QueryService } from '#server/query/index.ts';

/** How late the rows of each source come: from the end of what a row describes until it is stored. */
export interface Lag {
  readonly source: string;
  /** 99 of 100 rows came sooner in 95 of 100 minutes of the last hour, µs. Minutes that load an archive do not count. */
  readonly lag: Micros;
}

/** What a rule waits for. */
export interface Awaited {
  /** Tables that it reads. */
  readonly tables: readonly string[];
  /** Sources of flows that it is limited to; any when undefined. */
  readonly sources: readonly string[] | undefined;
}

/** Rules wait at most so long for data; what comes later runs its windows again. */
export const LONGEST_WAIT: Micros = 30 * 60e6;
const SHORTEST_WAIT: Micros = 20e6;

const QUERY = `Flows
| where IngestionTime > ago(1h)
| extend Lag = (IngestionTime - coalesce(FlowEndTime, TimeGenerated)) / 1s
| where Lag between (0.0 .. 3600.0)
| summarize Least = min(Lag), Most = percentile(Lag, 99) by Source, Minute = bin(IngestionTime, 1m)
| where Most - Least < 1200
| summarize Lag = percentile(Most, 95) by Source`;

/** The lag of each source, from what was stored within the last hour. Rejects with QueryError. */
export async function measureLag(
  service: Pick<QueryService, 'query'>,
  now: Micros,
): Promise<readonly Lag[]> {
  const { rows } = await service.query({
    text: QUERY,
    timespan: { from: now - 3 * 3600e6 },
    user: 'rules',
    limits: { timeoutMs: 30_000, maxRows: 1000 },
  });
  return rows.map(([source, seconds]) => ({ source: String(source), lag: Number(seconds) * 1e6 }));
}

/** How long after its end a window runs: as long as the slowest takes of the sources that feed what it reads; of all without `awaited`. */
export function waitFor(lags: readonly Lag[], awaited?: Awaited): Micros {
  const feeding = lags.filter(
    ({ source }) =>
      !awaited ||
      (awaited.tables.some(isMadeOfFlows) && (awaited.sources?.includes(source) ?? true)),
  );
  const slowest = feeding.reduce((most, { lag }) => Math.max(most, lag), 0);
  return Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, slowest + 5e6));
}

/** Flows, and what is counted from them. Alerts, indicators and canaries come when they come. */
function isMadeOfFlows(name: string): boolean {
  const table = tablesByName.get(name);
  return table?.kind === 'stored' && table.timeColumn !== undefined && name !== 'CanaryEvents';
}
