export { printDuration, readDuration } from './duration.ts';
export { FORMATS, type ReadOptions, type RuleFormat, type RulesRead } from './formats/index.ts';
export { judgeResult, type RuleResult, triggers, type Window } from './outcome.ts';
export { isRowWise, type Subject, subjectOf } from './pipeline.ts';
export { printProblem, type RuleProblem } from './problem.ts';
export { MAX_FILE_BYTES, type RuleFile, readRules } from './read.ts';
export {
  type AlertDetails,
  type EntityMapping,
  LIMITS,
  type Rule,
  type RuleTest,
  type SampleRow,
  type SampleValue,
  type Schedule,
  TRIGGER_OPERATORS,
  type Trigger,
  type TriggerOperator,
} from './rule.ts';
export { expandSamples, type Samples } from './samples.ts';
export { LOG_SOURCES } from './sigma/sources/index.ts';
