export { type Backtest, backtest } from './backtest.ts';
export { type Fired, runHistory } from './history.ts';
export { compileError, type Imported, importRules } from './import.ts';
export {
  createLibrary,
  type Library,
  type LibraryOptions,
  listRuleFiles,
  PACK,
  type RuleLibrary,
  readRuleFiles,
} from './library.ts';
export { runRule } from './run.ts';
export { createScheduler, type Scheduler, type SchedulerDeps } from './scheduler.ts';
export {
  createRuleState,
  type RuleDay,
  type RuleRecord,
  type RuleState,
  readRuleRecords,
} from './state.ts';
export { type Trial, tryRule } from './trial.ts';
