import type { Fields, RuleDocument } from '../fields.ts';
import type { RuleProblem } from '../problem.ts';
import type { Rule } from '../rule.ts';

/** What readers are told of the place that rules run in. */
export interface ReadOptions {
  /** Values of placeholders such as `%DomainControllers%`, by name without the signs. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
}

export interface RulesRead {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

/** A way that people write rules. */
export interface RuleFormat {
  readonly name: string;
  /** Cheap, and false when unsure. */
  accepts(value: Readonly<Record<string, unknown>>): boolean;
  /** All documents of this format together, since they may refer to each other. Never throws for what they say. */
  read(documents: readonly RuleDocument[], options: ReadOptions): RulesRead;
}

/** Keys of a mapping that nothing reads, where a known one is close: most likely a slip. */
export function tellSlips(fields: Fields, known: readonly string[]): void {
  for (const key of Object.keys(fields.value)) {
    if (known.includes(key)) continue;
    const near = known.find((k) => k.toLowerCase() === key.toLowerCase());
    if (near)
      fields.problem([key], `the field ${key} is not read`, `Did you mean ${near}?`, 'warning');
  }
}
