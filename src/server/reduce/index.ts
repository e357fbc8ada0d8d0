export { REDUCE_SOURCE } from './day-state.ts';
export type { ReduceJob, ReduceResult } from './job.ts';
export {
  type ReduceOptions,
  type ReduceProgress,
  type ReduceSummary,
  reducePending,
  storeTopology,
  TEN_MINUTES,
} from './reduce-pending.ts';
export {
  createReducer,
  type Reducer,
  type ReducerOptions,
  type ReducerState,
  reducedUpTo,
} from './reducer.ts';
