export { REDUCE_SOURCE } from './day-state.ts';
export { MICROS_PER_HOUR, type ReduceJob, type ReduceResult } from './job.ts';
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
