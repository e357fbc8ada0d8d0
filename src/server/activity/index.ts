export {
  type Activity,
  type ActivityServiceOptions,
  type ActivityState,
  createActivity,
} from './activity.ts';
export { type ActivityOptions, type ActivitySummary, activityPending } from './activity-pending.ts';
export { ACTIVITY_AGES } from './ages.ts';
export { ACTIVITY_SOURCE } from './day-state.ts';
