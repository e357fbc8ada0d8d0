import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Rule, type RuleProblem, readRules } from '#core/rules/index.ts';
import { QueryError, type QueryService } from '#server/query/index.ts';
import { listRuleFiles, readRuleFiles } from './library.ts';

export interface ImportOptions {
  /** Files and folders, absolute. */
  readonly from: readonly string[];
  /** The folder that rules are kept in. */
  readonly to: string;
  readonly service: Pick<QueryService, 'explain'>;
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  readonly signal?: AbortSignal;
}

export interface Imported {
  /** Rules that can run, of files that were copied or there before. */
  readonly rules: readonly Rule[];
  /** Files written, relative to the folder. */
  readonly copied: readonly string[];
  /** Files that are there with the same content. */
  readonly known: readonly string[];
  readonly refused: number;
  readonly problems: readonly RuleProblem[];
}

/**
 * Takes rule files in: reads them all, compiles each rule's query, and copies the files that hold a rule that can run or
 * that such rules refer to. Nothing is overwritten.
 */
export async function importRules(options: ImportOptions): Promise<Imported> {
  const { from, to, service, placeholders = {} } = options;
  const copied: string[] = [];
  const known: string[] = [];
  const problems: RuleProblem[] = [];
  const rules: Rule[] = [];
  for (const origin of from) {
    const root = statSync(origin).isFile() ? dirname(origin) : origin;
    const { files, problems: unreadable } = readRuleFiles(listRuleFiles(origin), root);
    const read = readRules(files, { placeholders });
    problems.push(...unreadable, ...read.problems);
    const uncompiled = await compileAll(read.rules, service, options.signal);
    problems.push(...uncompiled);
    const broken = new Set(uncompiled.map((p) => `${p.file}:${p.line}`));
    const good = read.rules.filter(
      (rule) => !broken.has(`${rule.source.file}:${rule.source.line}`),
    );
    rules.push(...good);
    const refusedFiles = new Set(
      [...problems].filter((p) => p.level === 'refused').map((p) => p.file),
    );
    const goodFiles = new Set(good.map((rule) => rule.source.file));
    for (const { file, text } of files) {
      // A file of which nothing was refused may hold what correlations and filters elsewhere refer to.
      if (!goodFiles.has(file) && refusedFiles.has(file)) continue;
      const target = join(to, file);
      if (existsSync(target)) {
        if (readFileSync(target, 'utf8') === text) known.push(file);
        else
          problems.push({
            file,
            level: 'refused',
            rule: '',
            message: `${target} is there with other content`,
            advice: 'Remove it first, or rename this one.',
          });
        continue;
      }
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text, { flag: 'wx' });
      copied.push(file);
    }
  }
  const refused = problems.filter((p) => p.level === 'refused').length;
  return { rules, copied, known, refused, problems };
}

async function compileAll(
  rules: readonly Rule[],
  service: Pick<QueryService, 'explain'>,
  signal: AbortSignal | undefined,
): Promise<RuleProblem[]> {
  const problems: RuleProblem[] = [];
  for (const rule of rules) {
    signal?.throwIfAborted();
    const error = await compileError(rule, service);
    if (!error) continue;
    const { file, line } = rule.source;
    problems.push({
      file,
      line,
      level: 'refused',
      rule: rule.name,
      message: `the query of ${rule.name} does not compile: ${error.message.replace(/\.$/, '')}`,
      advice: error.advice,
    });
  }
  return problems;
}

/** Why a rule's query does not compile; undefined when it does. */
export async function compileError(
  rule: Pick<Rule, 'query'>,
  service: Pick<QueryService, 'explain'>,
): Promise<QueryError | undefined> {
  try {
    await service.explain({ text: rule.query });
    return undefined;
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
}
