import { didYouMean } from '#core/base/index.ts';
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

/** The keys of a mapping. */
export interface KnownKeys {
  readonly read: readonly string[];
  /** What says nothing of what a rule does. */
  readonly about: readonly string[];
  /** What is done in another way, each with what to do about it. */
  readonly otherwise: Readonly<Record<string, string>>;
}

/** Keys that nothing reads: a slip, or something that the rule does not do here. */
export function tellUnread(fields: Fields, { read, about, otherwise }: KnownKeys): void {
  for (const key of Object.keys(fields.value)) {
    if (read.includes(key) || about.includes(key)) continue;
    const advice = Object.hasOwn(otherwise, key)
      ? `${otherwise[key]}.`
      : didYouMean(key, read) ||
        'Weir has nothing like it; take it away, or put it under metadata.';
    fields.problem([key], `the field ${key} is not read`, advice, 'warning');
  }
}
