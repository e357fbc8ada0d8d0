/**
 * The kinds of the data part that are rules: every Sigma rule compiles to KQL that the compiler takes, or is refused with
 * a place and a reason.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Rule, readRules } from '#core/rules/index.ts';
import { createQueryService, QueryError, type QueryService } from '#server/query/index.ts';
import { runRule } from '#server/rules/index.ts';
import { type EventSet, eventsFor, ordinaryEvents, SHAPES } from './rule-events.ts';
import { SESSION_TABLES } from './rule-sessions.ts';

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

/** A published analytics rule, as network-content.json holds it. */
export interface PublishedRule {
  readonly id: string;
  readonly kind: string;
  readonly query: string;
  readonly tables: readonly string[];
  readonly flags?: readonly string[];
  readonly name?: string;
  readonly ruleKind?: string;
  readonly [field: string]: unknown;
}

/** What became of published rules. */
export interface PublishedScore {
  readonly imported: readonly string[];
  /** Rules that were not read, or whose query does not run on the schedule that they state; each with why. */
  readonly failed: readonly string[];
  /** Of those that read sessions or flows: fire on events made for them, and stay silent over ordinary ones and none. */
  readonly firing: readonly string[];
  readonly silent: readonly string[];
}

const AT = Date.UTC(2026, 2, 4, 10);
/** Longer than a rule has in service: what is asked here is whether it fires, on a machine that may do other things. */
export const TIMEOUT_MS = 600_000;

/**
 * Imports published rules, runs each once as its schedule says over nothing, and those that read sessions or flows over
 * events made for them.
 */
export async function tryPublished(
  rules: readonly PublishedRule[],
  service: QueryService,
): Promise<PublishedScore> {
  const score = {
    imported: [] as string[],
    failed: [] as string[],
    firing: [] as string[],
    silent: [] as string[],
  };
  const tryOne = async (published: PublishedRule): Promise<void> => {
    const { id, kind: _, flags: __, ruleKind, ...fields } = published;
    const text = JSON.stringify({
      ...fields,
      id,
      kind: ruleKind ?? 'Scheduled',
      relevantTechniques: fields['techniques'],
    });
    const read = readRules([{ file: `${id}.json`, text }]);
    const rule = read.rules[0];
    if (!rule) {
      score.failed.push(`${id}: ${read.problems.map((p) => p.message).join('; ')}`);
      return;
    }
    score.imported.push(id);
    const run = (given: EventSet) => fires(service, rule, given);
    const isOfSessions = published.tables.some((t) => SESSION_TABLES.includes(t));
    try {
      const isQuiet = !(await run(isOfSessions ? ordinaryEvents(rule.query, AT) : {}));
      if (!isOfSessions) {
        if (!isQuiet) score.failed.push(`${id}: fires over nothing`);
        return;
      }
      let hasFired = false;
      for (const shape of SHAPES) {
        if (hasFired || shape.suits?.test(rule.query) === false) continue;
        hasFired = await run(eventsFor(rule.query, shape, AT));
      }
      (hasFired && isQuiet ? score.firing : score.silent).push(id);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      score.failed.push(`${id}: ${error.message}`);
    }
  };
  const waiting = [...rules];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await tryOne(next);
  };
  await Promise.all([lane(), lane(), lane()]);
  return score;
}

async function fires(service: QueryService, rule: Rule, given: EventSet): Promise<boolean> {
  const now = AT * 1000;
  const period = rule.schedule.kind === 'every' ? rule.schedule.period : 3600e6;
  const { findings } = await runRule(service, rule, {
    window: { from: now - period, to: now },
    given,
    timeoutMs: TIMEOUT_MS,
  });
  return findings.length > 0;
}
