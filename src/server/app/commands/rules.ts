import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { didYouMean, printInstant } from '#core/base/index.ts';
import { printDuration, printProblem, type Rule, type RuleProblem } from '#core/rules/index.ts';
import { createQueryService, type QueryService } from '#server/query/index.ts';
import {
  createLibrary,
  importRules,
  type RuleRecord,
  readRuleRecords,
  type Trial,
  tryRule,
} from '#server/rules/index.ts';
import {
  CommandError,
  type ExitCode,
  type Invocation,
  type Run,
  type Surroundings,
  UsageError,
} from '../command.ts';
import { loadConfig } from '../config/index.ts';
import { findDataFolder } from '../data-folder.ts';
import { openRules, rulesFolderOf } from '../detecting/rules.ts';
import { printColumns } from '../format.ts';

type Verb = (
  paths: readonly string[],
  invocation: Invocation,
  around: Surroundings,
) => Promise<ExitCode>;

/** `weir rules list|test|import`. */
export const run: Run = async (invocation, around) => {
  const [verb = '', ...paths] = invocation.arguments;
  const found = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (!found)
    throw new UsageError(`weir rules cannot ${verb}`, 'Write weir rules list, test or import.');
  return found(paths, invocation, around);
};

const VERBS: Readonly<Record<string, Verb>> = { list, test, import: take };

function library(invocation: Invocation, around: Surroundings) {
  const folder = findDataFolder(invocation, around);
  const { config } = loadConfig(invocation.value('config'), folder.path);
  return { folder, config, rules: openRules(config, folder.path, invocation.values('rules')) };
}

const isJson = (invocation: Invocation, around: Surroundings) =>
  invocation.isSet('json') || !around.isTerminal.stdout;

function needPaths(paths: readonly string[]): void {
  const missing = paths.find((path) => !existsSync(path));
  if (missing === undefined) return;
  const folder = dirname(resolve(missing));
  const beside = existsSync(folder) ? readdirSync(folder) : [];
  throw new CommandError(
    `there is no ${missing}`,
    didYouMean(basename(missing), beside) || 'Name a file or a folder with rules.',
  );
}

/** In a folder with rules, files of other things are counted and not complained about one by one. */
function withoutOthers(
  problems: readonly RuleProblem[],
  rules: number,
  { stderr }: Surroundings,
): readonly RuleProblem[] {
  const others = rules > 0 ? problems.filter((p) => p.isOther) : [];
  if (others.length > 3) {
    const some = others.slice(0, 3).map((p) => p.file);
    stderr.write(`weir: note: ${others.length} files are no rules, such as ${some.join(', ')}\n`);
    return problems.filter((p) => !p.isOther);
  }
  return problems;
}

function tellProblems(problems: readonly RuleProblem[], { stderr }: Surroundings): void {
  for (const problem of problems)
    stderr.write(
      `weir: ${problem.level === 'refused' ? 'refused' : 'note'}: ${printProblem(problem)}\n`,
    );
}

async function list(
  paths: readonly string[],
  invocation: Invocation,
  around: Surroundings,
): Promise<ExitCode> {
  if (paths.length > 0)
    throw new UsageError('weir rules list takes no path', 'Name a folder with --rules.');
  const { folder, rules } = library(invocation, around);
  const { rules: found, problems } = rules.current();
  tellProblems(
    problems.filter((p) => p.level === 'refused'),
    around,
  );
  const records = readRuleRecords(folder.path);
  const rows = found.map((rule) => ({ rule, record: records.get(rule.id) }));
  if (isJson(invocation, around)) {
    for (const { rule, record } of rows)
      around.stdout.write(`${JSON.stringify(printRule(rule, record))}\n`);
    return 0;
  }
  around.stdout.write(
    printColumns(
      ['rule', 'state', 'severity', 'runs', 'ATT&CK', 'id'],
      rows.map(({ rule, record }) => [
        rule.name.slice(0, 70),
        stateOf(rule, record),
        rule.severity,
        rule.schedule.kind === 'every'
          ? `each ${printDuration(rule.schedule.frequency)}`
          : 'on arrival',
        rule.techniques.join(' '),
        rule.id,
      ]),
      [],
    ),
  );
  return 0;
}

function stateOf(rule: Rule, record: RuleRecord | undefined): string {
  if (!(record?.enabled ?? rule.isEnabled)) return 'off';
  return record?.error ? 'failing' : 'on';
}

const printRule = (rule: Rule, record: RuleRecord | undefined) => ({
  id: rule.id,
  name: rule.name,
  state: stateOf(rule, record),
  severity: rule.severity,
  schedule:
    rule.schedule.kind === 'every'
      ? { every: printDuration(rule.schedule.frequency), over: printDuration(rule.schedule.period) }
      : { every: 'commit' },
  tactics: rule.tactics,
  techniques: rule.techniques,
  format: rule.source.format,
  file: rule.source.file,
  line: rule.source.line,
  version: rule.version,
  tests: rule.tests.length,
  warnings: rule.warnings,
  query: rule.query,
  lastRun: record?.ranAt === undefined ? null : printInstant(record.ranAt),
  lastFired: record?.firedAt === undefined ? null : printInstant(record.firedAt),
  error: record?.error?.message ?? null,
});

async function test(
  paths: readonly string[],
  invocation: Invocation,
  around: Surroundings,
): Promise<ExitCode> {
  const opened = library(invocation, around);
  const { placeholders } = opened.config.rules;
  needPaths(paths);
  const named =
    paths.length > 0
      ? createLibrary({ folders: paths.map((p) => resolve(p)), withPack: false, placeholders })
      : opened.rules;
  const { rules, problems: all } = named.current();
  const problems = withoutOthers(all, rules.length, around);
  tellProblems(problems, around);
  if (rules.length === 0)
    throw new CommandError(
      all.length > 0 ? 'no rule of it can run' : `${paths.join(', ')} holds no rule`,
      all.length > 0
        ? 'Mend what is told above.'
        : 'Rules are files that end in .yaml, .yml or .json: name one, or a folder with some.',
    );
  const trials = await withQueries(async (service) => {
    const all: Trial[] = [];
    for (let i = 0; i < rules.length; i += AT_ONCE) {
      around.signal.throwIfAborted();
      const some = rules.slice(i, i + AT_ONCE);
      const found = (await Promise.all(some.map((rule) => tryRule(service, rule)))).flat();
      all.push(...found);
      for (const trial of found) tellTrial(trial, invocation, around);
    }
    return all;
  });
  const failed = trials.filter((t) => !t.hasPassed).length;
  const untested = rules.filter((rule) => rule.tests.length === 0).length;
  around.stderr.write(
    `weir: ${count(rules.length, 'rule')}, ${count(trials.length - failed, 'test')} passed, ${failed} failed${untested > 0 ? `; ${untested} without samples of their own` : ''}\n`,
  );
  const isRefused = problems.some((p) => p.level === 'refused');
  return failed > 0 || isRefused ? 1 : 0;
}

/** Rules that are tried at the same time. */
const AT_ONCE = 3;

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;

function tellTrial(
  { rule, test: name, hasPassed, why }: Trial,
  invocation: Invocation,
  around: Surroundings,
): void {
  if (isJson(invocation, around))
    around.stdout.write(
      `${JSON.stringify({ id: rule.id, rule: rule.name, test: name, passed: hasPassed, ...(why ? { why } : {}) })}\n`,
    );
  else if (!hasPassed)
    around.stdout.write(
      `FAILED  ${rule.name}: ${name}: ${why}\n        ${rule.source.file}:${rule.source.line}\n`,
    );
}

async function withQueries<T>(work: (service: QueryService) => Promise<T>): Promise<T> {
  const service = createQueryService({ store: undefined, clock: () => Date.now() * 1000 });
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

async function take(
  paths: readonly string[],
  invocation: Invocation,
  around: Surroundings,
): Promise<ExitCode> {
  if (paths.length === 0)
    throw new UsageError(
      'weir rules import needs files or folders',
      'usage: weir rules import PATH…',
    );
  const { folder, config } = library(invocation, around);
  needPaths(paths);
  const taken = await withQueries((service) =>
    importRules({
      from: paths.map((p) => resolve(p)),
      to: rulesFolderOf(folder.path),
      service,
      placeholders: config.rules.placeholders,
      signal: around.signal,
    }),
  );
  const problems = withoutOthers(taken.problems, taken.rules.length, around);
  tellProblems(problems, around);
  const refused = problems.filter((p) => p.level === 'refused').length;
  if (isJson(invocation, around))
    around.stdout.write(
      `${JSON.stringify({ rules: taken.rules.length, files: taken.copied.length, known: taken.known.length, refused })}\n`,
    );
  else
    around.stdout.write(
      `${taken.rules.length} rules in ${taken.copied.length} files are now in ${rulesFolderOf(folder.path)}; ${taken.known.length} files were there before; ${refused} rules were refused.\n`,
    );
  return taken.copied.length + taken.known.length > 0 ? 0 : 1;
}
