/** Something that is wrong with a rule file, or that its author should know. */
export interface RuleProblem {
  readonly file: string;
  /** From 1; absent when it concerns the whole file. */
  readonly line?: number;
  /** `refused`: the rule is not there. `warning`: it is, and this is what to know about it. */
  readonly level: 'refused' | 'warning';
  /** Name of the rule, as far as it is known; '' otherwise. */
  readonly rule: string;
  /** A sentence without full stop, such as `the field |filehash| of proxy logs has no column`. */
  readonly message: string;
  /** What to do about it; a sentence. */
  readonly advice: string;
  /** The file has nothing to do with rules, as far as one can see. */
  readonly isOther?: true;
}

/** `rules/x.yaml:12: message. Advice.` */
export function printProblem(problem: RuleProblem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.message}. ${problem.advice}`.trimEnd();
}
