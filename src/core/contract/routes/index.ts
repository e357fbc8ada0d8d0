import type { Route } from '../route.ts';
import { accountRoutes } from './account.ts';
import { clientRoutes } from './clients.ts';
import { eventRoutes } from './events.ts';
import { incidentRoutes } from './incidents.ts';
import { intelRoutes } from './intel.ts';
import { loadRoutes } from './load.ts';
import { outputRoutes } from './outputs.ts';
import { queryRoutes } from './query.ts';
import { ruleRoutes } from './rules.ts';
import { savedRoutes } from './saved.ts';
import { statusRoutes } from './status.ts';
import { watchlistRoutes } from './watchlists.ts';

/** Every route the server answers, by id. What is not here is a file of the web page or does not exist. */
export const ROUTES = {
  ...queryRoutes,
  ...statusRoutes,
  ...loadRoutes,
  ...eventRoutes,
  ...accountRoutes,
  ...savedRoutes,
  ...watchlistRoutes,
  ...incidentRoutes,
  ...intelRoutes,
  ...outputRoutes,
  ...ruleRoutes,
  ...clientRoutes,
} as const satisfies Record<string, Route>;

export type RouteId = keyof typeof ROUTES;
