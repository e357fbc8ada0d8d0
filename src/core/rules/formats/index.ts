import { arm } from './arm.ts';
import type { RuleFormat } from './format.ts';
import { metric } from './metric.ts';
import { sentinel } from './sentinel.ts';
import { sigma } from './sigma.ts';

export type { ReadOptions, RuleFormat, RulesRead } from './format.ts';

/** Every way that people write rules, in the order in which a document is offered to them. */
export const FORMATS: readonly RuleFormat[] = [sigma, metric, arm, sentinel];
