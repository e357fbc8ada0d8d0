import type { Handlers } from '../call.ts';
import type { HttpDeps } from '../deps.ts';
import type { HttpMetrics } from '../metrics.ts';
import { accountHandlers } from './account.ts';
import { clientHandlers } from './clients.ts';
import { eventHandlers } from './events.ts';
import { incidentHandlers } from './incidents.ts';
import { intelHandlers } from './intel.ts';
import { loadHandlers } from './load.ts';
import { outputHandlers } from './outputs.ts';
import { queryHandlers } from './query.ts';
import { ruleHandlers } from './rules.ts';
import { savedHandlers } from './saved.ts';
import { statusHandlers } from './status.ts';
import { watchlistHandlers } from './watchlists.ts';

/** What answers each route of the contract. */
export function createHandlers(deps: HttpDeps, metrics: HttpMetrics): Handlers {
  return {
    ...queryHandlers(deps),
    ...statusHandlers(deps, metrics),
    ...loadHandlers(deps),
    ...eventHandlers(deps),
    ...accountHandlers(deps),
    ...savedHandlers(deps),
    ...watchlistHandlers(deps),
    ...incidentHandlers(deps),
    ...intelHandlers(deps),
    ...outputHandlers(deps),
    ...ruleHandlers(deps),
    ...clientHandlers(deps),
  };
}
