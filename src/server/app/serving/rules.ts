import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MICROS_PER_DAY, printInstant } from '#core/base/index.ts';
import type {
  DetectorTold,
  ROUTES,
  RouteOutput,
  RuleProblemTold,
  RulesChecked,
  RuleTold,
  RuleWhole,
} from '#core/contract/index.ts';
import { DETECTORS } from '#core/detect/index.ts';
import { printDuration, type Rule, type RuleProblem, readRules } from '#core/rules/index.ts';
import type { Detection, DetectorState } from '#server/detect/index.ts';
import type { RuleService } from '#server/http/index.ts';
import type { QueryService } from '#server/query/index.ts';
import {
  backtest,
  compileError,
  type RuleLibrary,
  type RuleState,
  type Scheduler,
  tryRule,
} from '#server/rules/index.ts';
import type { Store } from '#server/store/index.ts';

export interface ServedRulesDeps {
  readonly store: Pick<Store, 'tables' | 'segments'>;
  readonly service: QueryService;
  readonly library: RuleLibrary;
  readonly state: RuleState;
  readonly scheduler: Scheduler;
  readonly detection: Pick<Detection, 'state'>;
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
  readonly clock: () => number;
}

/** What people are told that cannot be done. */
class RuleRefused extends Error {
  readonly code: 'not-found' | 'bad-request';
  readonly advice: string;

  constructor(code: RuleRefused['code'], message: string, advice: string) {
    super(message);
    this.code = code;
    this.advice = advice;
  }
}

const RECENT_DAYS = 7;
/** Back-tests of the same rule over the same time are not computed twice within this. */
const KEPT_MS = 10 * 60_000;

/** Rules in the words of the API. */
export function tellRules(deps: ServedRulesDeps): RuleService {
  const { store, service, library, state, scheduler, clock } = deps;
  const histories = new Map<
    string,
    { readonly at: number; readonly told: Promise<RouteOutput<typeof ROUTES.ruleHistory>> }
  >();

  function need(id: string): Rule {
    const rule = library.current().rules.find((r) => r.id === id);
    if (!rule)
      throw new RuleRefused(
        'not-found',
        `there is no rule ${id}`,
        'Its file may have been removed.',
      );
    return rule;
  }

  function tell(rule: Rule): RuleTold {
    const record = state.record(rule.id);
    const days = state.days(rule.id, RECENT_DAYS);
    const sum = (of: (d: (typeof days)[number]) => number) =>
      days.reduce((all, d) => all + of(d), 0);
    const { schedule, source } = rule;
    const isOn = record.enabled ?? rule.isEnabled;
    const resting = scheduler.isKnownResting(rule) ? 'resting' : 'on';
    return {
      id: rule.id,
      name: rule.name,
      severity: rule.severity,
      state: !isOn ? 'off' : record.error ? 'failing' : resting,
      format: source.format,
      isOwn: library.isOwn(rule),
      file: source.file,
      techniques: [...rule.techniques],
      tactics: [...rule.tactics],
      schedule:
        schedule.kind === 'every'
          ? `each ${printDuration(schedule.frequency)} over ${printDuration(schedule.period)}`
          : 'on arrival',
      ranAt: record.ranAt === undefined ? null : printInstant(record.ranAt),
      firedAt: record.firedAt === undefined ? null : printInstant(record.firedAt),
      error: record.error?.message ?? null,
      runs: sum((d) => d.runs),
      findings: sum((d) => d.findings),
      costMs: sum((d) => d.costMs),
    };
  }

  /** Whether its file lies in the folder that rules are written to. */
  const isOurs = (rule: Rule): boolean =>
    library.pathOf(rule) === join(library.folder, rule.source.file);

  const besides = (rule: Rule): readonly Rule[] =>
    library.current().rules.filter((r) => r !== rule && library.pathOf(r) === library.pathOf(rule));

  function tellWhole(rule: Rule): RuleWhole {
    const path = library.pathOf(rule);
    const isRemovable = isOurs(rule);
    return {
      ...tell(rule),
      description: rule.description,
      query: rule.query,
      text: path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '',
      isWritable: isRemovable && !rule.source.file.includes('/'),
      isRemovable,
      alongside: besides(rule).map(({ name }) => name),
      version: rule.version,
      warnings: [...rule.warnings],
      falsePositives: [...rule.falsePositives],
      nextSteps: [...rule.nextSteps],
      references: [...rule.references],
      connectors: [...(rule.connectors ?? [])],
      tests: rule.tests.map(({ name, isFiring }) => ({ name, isFiring })),
      days: [...state.days(rule.id, 30)],
    };
  }

  async function check(text: string): Promise<RulesChecked> {
    const { rules, problems } = readRules([{ file: 'this text', text }], {
      placeholders: deps.placeholders,
    });
    const told = problems.map(tellProblem);
    for (const rule of rules) {
      const error = await compileError(rule, service);
      if (error)
        told.push({
          file: 'this text',
          line: rule.source.line,
          level: 'refused',
          rule: rule.name,
          message: `the query does not compile: ${error.message.replace(/\.$/, '')}`,
          advice: error.advice,
        });
    }
    const isFine = !told.some((p) => p.level === 'refused');
    const trials = isFine
      ? (await Promise.all(rules.slice(0, 20).map((rule) => tryRule(service, rule)))).flat()
      : [];
    return {
      rules: rules.map(({ id, name, query }) => ({ id, name, query })),
      problems: told,
      trials: trials.map(({ test, hasPassed, why }) => ({ test, hasPassed, why })),
    };
  }

  function oldestFlow(): number | undefined {
    const times = store
      .segments({ table: 'Flows' })
      .flatMap(({ ranges: { TimeGenerated } }) => (TimeGenerated ? [TimeGenerated[0]] : []));
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  async function testHistory(rule: Rule, days: number) {
    const to = clock();
    const asked = to - days * MICROS_PER_DAY;
    // Before the oldest flow there is nothing to find.
    const from = Math.min(to - 3600e6, Math.max(asked, oldestFlow() ?? to));
    const found = await backtest(service, rule, { from, to });
    return {
      from: printInstant(found.from),
      to: printInstant(found.to),
      isWhole: found.isWhole,
      runs: found.runs,
      fired: found.fired,
      alerts: found.alerts,
      elapsedMs: found.elapsedMs,
      examples: found.examples.map((f) => ({
        title: f.title,
        first: printInstant(f.first),
        last: printInstant(f.last),
        query: f.evidence[0]?.kql ?? '',
      })),
    };
  }

  return {
    list() {
      const { rules, problems } = library.current();
      const stored = new Set(store.tables());
      const looks = new Map(deps.detection.state().map((s) => [s.name, s]));
      return {
        rules: rules.map(tell),
        detectors: DETECTORS.map((d) => tellDetector(d, stored, looks.get(d.name))),
        problems: problems.map(tellProblem),
        waitMs: scheduler.lag().waitMicros / 1000,
      };
    },
    one: ({ id }) => tellWhole(need(id)),
    async history({ id, days }) {
      const rule = need(id);
      const key = createHash('sha256').update(`${rule.id}\n${rule.query}\n${days}`).digest('hex');
      const known = histories.get(key);
      if (known && Date.now() - known.at < KEPT_MS) return known.told;
      const told = testHistory(rule, days);
      if (histories.size > 200) histories.clear();
      histories.set(key, { at: Date.now(), told });
      told.catch(() => histories.delete(key));
      return told;
    },
    enable({ id, isEnabled }) {
      const rule = need(id);
      state.setEnabled(rule.id, isEnabled);
      return tellWhole(rule);
    },
    remove({ id }) {
      const rule = need(id);
      const path = library.pathOf(rule);
      if (path === undefined || !isOurs(rule))
        throw new RuleRefused(
          'bad-request',
          `${rule.source.file} is not in the data folder`,
          'Switch the rule off, or remove its file where it lies.',
        );
      const rules = [rule, ...besides(rule)].map(({ name }) => name);
      rmSync(path);
      return { file: rule.source.file, rules };
    },
    check: ({ text }) => check(text),
    async put({ file, text }) {
      const checked = await check(text);
      const refused = checked.problems.find((p) => p.level === 'refused');
      if (refused)
        throw new RuleRefused(
          'bad-request',
          `line ${refused.line ?? 1}: ${refused.message}`,
          refused.advice,
        );
      if (checked.rules.length === 0)
        throw new RuleRefused('bad-request', 'there is no rule in it', 'Write a rule first.');
      mkdirSync(library.folder, { recursive: true });
      const target = join(library.folder, file);
      writeFileSync(`${target}.new`, text);
      renameSync(`${target}.new`, target);
      return checked;
    },
  };
}

function tellDetector(
  { name, title, techniques, tactics, reads }: (typeof DETECTORS)[number],
  stored: ReadonlySet<string>,
  look: DetectorState | undefined,
): DetectorTold {
  const isResting = reads.some((table) => !stored.has(table));
  const hasLooked = look !== undefined && look.looks > 0;
  return {
    id: name,
    name: title,
    techniques: [...techniques],
    tactics: [...tactics],
    reads: [...reads],
    state: isResting ? 'resting' : look?.error ? 'failing' : 'on',
    lookedAt: hasLooked ? printInstant(look.lookedAt) : null,
    lookMs: hasLooked ? look.ms : null,
    findings: look?.findings ?? 0,
    error: look?.error ? look.error : null,
    cut: look?.cut ? look.cut : null,
  };
}

function tellProblem({ line, ...rest }: RuleProblem): RuleProblemTold {
  return { ...rest, line: line ?? null };
}
