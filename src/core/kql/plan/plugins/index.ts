import { activityPlugins } from './activity.ts';
import { newActivityMetrics } from './cohorts.ts';
import { placePlugins } from './places.ts';
import type { Plugin } from './relate.ts';
import { rollingPlugins } from './rolling.ts';
import { sequencePlugins } from './sequences.ts';

/** Plug-ins of `evaluate` that are made of relational steps, by name. */
export const RELATIONAL_PLUGINS: Readonly<Record<string, Plugin>> = {
  ...activityPlugins,
  ...placePlugins,
  ...rollingPlugins,
  ...sequencePlugins,
  new_activity_metrics: newActivityMetrics,
};
