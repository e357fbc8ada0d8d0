import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import type { Rule } from '#core/rules/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { type HistoryOptions, runHistory } from './history.ts';

/** What a rule would have done. */
export interface Backtest {
  /** The history that was looked at: shorter than what was asked for when time ran out. */
  readonly from: Micros;
  readonly to: Micros;
  readonly runs: number;
  /** Runs that met the trigger. */
  readonly fired: number;
  /** Different claims: what would have become alerts. */
  readonly alerts: number;
  /** The latest few. */
  readonly examples: readonly Finding[];
  readonly isWhole: boolean;
  readonly elapsedMs: number;
}

/** Looks back further than this are about the past as a whole, and are left as they are. */
const SHORT_PERIOD: Micros = 6 * 3600e6;

/** Windows side by side where they overlap: what each row says is found once, and a month is looked at in less time. */
function withoutOverlap(rule: Rule): Rule {
  const { schedule } = rule;
  if (schedule.kind !== 'every' || schedule.period > SHORT_PERIOD) return rule;
  const step = Math.max(schedule.frequency, schedule.period);
  return { ...rule, schedule: { kind: 'every', frequency: step, period: step } };
}

/** Runs a rule over history from its newest end backwards, in windows that do not overlap, for as long as `budgetMs`. Rejects with QueryError. */
export async function backtest(
  service: Pick<QueryService, 'query' | 'explain'>,
  given: Rule,
  { from, to, signal, budgetMs = 20_000 }: HistoryOptions & { readonly budgetMs?: number },
): Promise<Backtest> {
  const startedAt = performance.now();
  const rule = withoutOverlap(given);
  const keys = new Set<string>();
  const examples: Finding[] = [];
  let reached = to;
  let runs = 0;
  let fired = 0;
  let isWhole = true;
  for await (const { window, findings } of runHistory(service, rule, {
    from,
    to,
    newestFirst: true,
    ...(signal ? { signal } : {}),
  })) {
    runs++;
    if (findings.length > 0) fired++;
    reached = Math.max(from, window.from);
    for (const finding of findings) {
      if (!keys.has(finding.key) && examples.length < 5) examples.push(finding);
      keys.add(finding.key);
    }
    if (performance.now() - startedAt > budgetMs && window.from > from) {
      isWhole = false;
      break;
    }
  }
  return {
    from: isWhole ? from : reached,
    to,
    runs,
    fired,
    alerts: keys.size,
    examples,
    isWhole,
    elapsedMs: Math.round(performance.now() - startedAt),
  };
}
