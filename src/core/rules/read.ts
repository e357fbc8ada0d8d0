import { parseYamlDocuments } from '#core/yaml/index.ts';
import { isMap, type RuleDocument } from './fields.ts';
import { FORMATS, type ReadOptions, type RulesRead } from './formats/index.ts';
import type { RuleProblem } from './problem.ts';
import type { Rule } from './rule.ts';

export interface RuleFile {
  /** As problems name it. */
  readonly file: string;
  readonly text: string;
}

/** Largest file that is read. */
export const MAX_FILE_BYTES = 4 * 2 ** 20;

/**
 * Reads rule files (YAML or JSON, one rule or several) together, since Sigma's correlations and filters refer to rules in
 * other files. What is wrong is told with file and line; the other rules are there all the same. Never throws.
 */
export function readRules(
  files: readonly RuleFile[],
  options: Partial<ReadOptions> = {},
): RulesRead {
  const problems: RuleProblem[] = [];
  const byFormat = new Map(FORMATS.map((format) => [format, [] as RuleDocument[]]));
  for (const file of files) {
    const strange: RuleDocument[] = [];
    const documents = readDocuments(file, problems);
    for (const document of documents) {
      const value = document.yaml.valueAt([]);
      const format = isMap(value) ? FORMATS.find((f) => f.accepts(value)) : undefined;
      if (format) byFormat.get(format)?.push(document);
      else strange.push(document);
    }
    // A file without any rule is one mistake, however many things it lists.
    const told = strange.length === documents.length ? strange.slice(0, 1) : strange;
    problems.push(...told.map(unknownDocument));
  }
  const rules: Rule[] = [];
  for (const [format, documents] of byFormat) {
    const read = format.read(documents, { placeholders: {}, ...options });
    rules.push(...read.rules);
    problems.push(...read.problems);
  }
  return { rules: withoutRepeats(rules, problems), problems: sorted(problems) };
}

function readDocuments({ file, text }: RuleFile, problems: RuleProblem[]): RuleDocument[] {
  if (text.length > MAX_FILE_BYTES) {
    problems.push({
      file,
      level: 'refused',
      rule: '',
      message: 'the file is over 4 MiB',
      advice: 'Split it.',
    });
    return [];
  }
  return parseYamlDocuments(text).flatMap((yaml) => {
    // What follows the first error is mostly its consequence.
    for (const { line, message } of yaml.errors.slice(0, 1))
      problems.push({
        file,
        ...(line === undefined ? {} : { line }),
        level: 'refused',
        rule: '',
        message: `the file is not YAML: ${message}`,
        advice: 'Correct it there.',
      });
    const isEmpty = yaml.value === null || yaml.value === undefined;
    if (yaml.errors.length > 0 || isEmpty) return [];
    if (!Array.isArray(yaml.value)) return [{ file, yaml }];
    return yaml.value.map((_, i) => ({
      file,
      yaml: {
        value: yaml.valueAt([i]),
        errors: [],
        lineOf: (path: readonly PropertyKey[]) => yaml.lineOf([i, ...path]),
        valueAt: (path: readonly PropertyKey[]) => yaml.valueAt([i, ...path]),
      },
    }));
  });
}

function unknownDocument({ file, yaml }: RuleDocument): RuleProblem {
  return {
    file,
    line: yaml.lineOf([]) ?? 1,
    level: 'refused',
    rule: '',
    isOther: true,
    message: 'this is no rule',
    advice:
      'A rule has a query (Sentinel), a detection with a logsource (Sigma), or kind: Metric with a threshold.',
  };
}

/** The first rule of an id stays. */
function withoutRepeats(rules: readonly Rule[], problems: RuleProblem[]): Rule[] {
  const byId = new Map<string, Rule>();
  for (const rule of rules) {
    const first = byId.get(rule.id);
    if (!first) byId.set(rule.id, rule);
    else
      problems.push({
        file: rule.source.file,
        line: rule.source.line,
        level: 'refused',
        rule: rule.name,
        message: `the id ${rule.id} is that of ${first.source.file}, too`,
        advice: 'Give it an id of its own.',
      });
  }
  return [...byId.values()];
}

const sorted = (problems: readonly RuleProblem[]) =>
  [...problems].sort((a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0));
