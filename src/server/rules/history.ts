import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import { judgeResult, type Rule, triggers, type Window } from '#core/rules/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { runRule } from './run.ts';
import { timingOf, windowsBetween } from './windows.ts';

/** One run over history that met the rule's trigger. */
export interface Fired {
  readonly window: Window;
  readonly findings: readonly Finding[];
}

export interface HistoryOptions {
  readonly from: Micros;
  readonly to: Micros;
  readonly signal?: AbortSignal;
  /** Newest windows first: for whoever looks as far back as time allows. */
  readonly newestFirst?: boolean;
}

/** Rows of one query over a long stretch; more are looked at in shorter ones. */
const MAX_ROWS = 20_000;
const DAY: Micros = 86_400e6;

/**
 * A rule's runs over history, as the scheduler would have made them: a window each frequency, at its moment. Yields each
 * window that ran; `findings` is empty where the rule stayed silent. A rule whose query takes each row by itself
 * runs once a day of history, and its rows are told apart by window: the same answer for less.
 */
export async function* runHistory(
  service: Pick<QueryService, 'query'>,
  rule: Rule,
  options: HistoryOptions,
): AsyncGenerator<Fired> {
  const timing = timingOf(rule) ?? { frequency: 300e6, period: 300e6 };
  const windows = windowsBetween(timing, options.from, options.to);
  const isByRow = isRowWise(rule) && timing.period === timing.frequency;
  const days = isByRow
    ? chunks(windows, Math.max(1, Math.floor(DAY / timing.frequency)))
    : chunks(windows, 1);
  if (options.newestFirst) days.reverse();
  for (const group of days) {
    options.signal?.throwIfAborted();
    const runs =
      group.length > 1
        ? await runTogether(service, rule, group, options)
        : await runEach(service, rule, group, options);
    for (const run of options.newestFirst ? [...runs].reverse() : runs) yield run;
  }
}

async function runEach(
  service: Pick<QueryService, 'query'>,
  rule: Rule,
  windows: readonly Window[],
  { signal }: HistoryOptions,
): Promise<readonly Fired[]> {
  const fired: Fired[] = [];
  for (const window of windows) {
    const { findings } = await runRule(service, rule, { window, ...(signal ? { signal } : {}) });
    fired.push({ window, findings });
  }
  return fired;
}

async function runTogether(
  service: Pick<QueryService, 'query'>,
  rule: Rule,
  windows: readonly Window[],
  options: HistoryOptions,
): Promise<readonly Fired[]> {
  const whole = { from: windows[0]!.from, to: windows.at(-1)!.to };
  const { result } = await runRule(service, rule, {
    window: whole,
    maxRows: MAX_ROWS,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const time = result.columns.findIndex((c) => c.name === 'TimeGenerated');
  if (time < 0 || result.rows.length >= MAX_ROWS) return runEach(service, rule, windows, options);
  const columns = result.columns.map((c) => c.name);
  const length = windows[0]!.to - windows[0]!.from;
  const byWindow = new Map<number, (readonly unknown[])[]>();
  for (const row of result.rows) {
    const at = Date.parse(String(row[time])) * 1000;
    const index = Math.floor((at - whole.from) / length);
    const rows = byWindow.get(index) ?? [];
    rows.push(row);
    byWindow.set(index, rows);
  }
  return windows.map((window, i) => {
    const rows = byWindow.get(i) ?? [];
    return {
      window,
      findings: triggers(rule.trigger, rows.length)
        ? judgeResult(rule, { columns, rows }, window)
        : [],
    };
  });
}

const ROW_BY_ROW = new Set([
  'where',
  'filter',
  'extend',
  'parse',
  'parse-where',
  'project-away',
  'project-reorder',
]);

/** Whether each row of the result comes of one row, whatever else is in the window and whenever it runs. */
export function isRowWise({ query, trigger }: Rule): boolean {
  if (trigger.operator !== 'gt') return false;
  const plain = query.replace(/@?"(?:[^"\\]|\\.)*"|@?'(?:[^'\\]|\\.)*'|\/\/[^\n]*/g, '""');
  if (
    /\b(?:ago|now|let|prev|next|row_\w+|toscalar|materialize|ingestion_time|union|_GetWatchlist)\b/.test(
      plain,
    )
  )
    return false;
  const operators = [...plain.matchAll(/\|\s*([a-z][\w-]*)/g)].map((m) => m[1]!);
  return operators.every((operator) => ROW_BY_ROW.has(operator));
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

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
  service: Pick<QueryService, 'query'>,
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
