/**
 * The kinds of the data part that are rules: every Sigma rule compiles to KQL that the compiler takes, or is refused with
 * a place and a reason.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRules } from '#core/rules/index.ts';
import { createQueryService, QueryError, type QueryService } from '#server/query/index.ts';

interface RuleCase {
  readonly files: readonly { readonly file: string; readonly role: string }[];
}

export interface RuleJudge {
  /** What is wrong with the Sigma rules of a case; empty when nothing is. */
  sigma(found: RuleCase, folder: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export function createRuleJudge(): RuleJudge {
  let service: QueryService | undefined;
  const queries = () => {
    service ??= createQueryService({ store: undefined, clock: () => Date.now() * 1000 });
    return service;
  };
  return {
    async sigma(found, folder) {
      const names = found.files.filter((f) => f.role === 'input').map((f) => f.file);
      const files = names.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
      const { rules, problems } = readRules(files);
      if (rules.length === 0 && problems.length === 0) return ['neither a rule nor a reason'];
      const vague = problems.filter(
        (p) => p.line === undefined || p.message === '' || p.advice === '',
      );
      const compiled = await Promise.all(
        rules.map(async (rule) => {
          try {
            await queries().explain({ text: rule.query });
            return [];
          } catch (error) {
            if (error instanceof QueryError) return [`${rule.name}: ${error.message}`];
            throw error;
          }
        }),
      );
      return [...vague.map((p) => `no place or reason: ${p.message}`), ...compiled.flat()];
    },
    async stop() {
      await service?.stop();
    },
  };
}
