import type { Finding } from '#core/alert/index.ts';
import type { Micros } from '#core/base/index.ts';
import { isRowWise, judgeResult, type Rule, triggers, type Window } from '#core/rules/index.ts';
import type { QueryService } from '#server/query/index.ts';
import { type RunOutcome, runRule } from './run.ts';
import { findSteps } from './steps.ts';
import { type Timing, timingOf, windowsBetween } from './windows.ts';

/** One run over history. */
export interface Fired {
  readonly window: Window;
  /** Empty where the rule stayed silent. */
  readonly findings: readonly Finding[];
}

export interface HistoryOptions {
  readonly from: Micros;
  readonly to: Micros;
  readonly signal?: AbortSignal;
  /** Newest windows first: for whoever looks as far back as time allows. */
  readonly newestFirst?: boolean;
}

type Service = Pick<QueryService, 'query' | 'explain'>;

/** Rows of one query over a long stretch; more are looked at in shorter ones. */
const MAX_ROWS = 20_000;
const DAY: Micros = 86_400e6;
/** Windows under way at once. */
const AT_ONCE = 2;

/**
 * A rule's runs over history, as the scheduler would have made them: a window each frequency, at its moment. What can be
 * known beforehand is not run: windows without a row that the rule is about, and those with the rows of one that ran. A
 * rule whose query takes each row by itself runs once a day of history, and its rows are told apart by window.
 */
export async function* runHistory(
  service: Service,
  rule: Rule,
  options: HistoryOptions,
): AsyncGenerator<Fired> {
  const timing = timingOf(rule) ?? { frequency: 300e6, period: 300e6 };
  const windows = windowsBetween(timing, options.from, options.to);
  const days = chunks(windows, Math.max(1, Math.floor(DAY / timing.frequency)));
  if (options.newestFirst) days.reverse();
  const isByRow =
    rule.trigger.operator === 'gt' && timing.period === timing.frequency && isRowWise(rule.query);
  for (const day of days) {
    options.signal?.throwIfAborted();
    const together =
      isByRow && day.length > 1 ? await runTogether(service, rule, day, options) : undefined;
    if (together) yield* options.newestFirst ? together.reverse() : together;
    else yield* runEach(service, rule, timing, day, options);
  }
}

async function* runEach(
  service: Service,
  rule: Rule,
  timing: Timing,
  windows: readonly Window[],
  { signal, newestFirst = false }: HistoryOptions,
): AsyncGenerator<Fired> {
  const given = signal ? { signal } : {};
  const steps =
    windows.length > 1 ? await findSteps(service, rule, timing, windows, signal) : undefined;
  const ordered = newestFirst ? [...windows].reverse() : windows;
  const known = new Map<string, Promise<RunOutcome>>();
  const run = async (window: Window): Promise<Fired> => {
    if (steps?.isEmpty(window)) return { window, findings: [] };
    const name = steps?.nameOf(window);
    const before = name === undefined ? undefined : known.get(name);
    const outcome = before ?? runRule(service, rule, { window, ...given });
    if (name !== undefined) known.set(name, outcome);
    const { findings, result } = await outcome;
    if (!before) return { window, findings };
    const columns = result.columns.map((c) => c.name);
    return { window, findings: judgeResult(rule, { columns, rows: result.rows }, window) };
  };
  for (const some of chunks(ordered, AT_ONCE)) {
    signal?.throwIfAborted();
    yield* await Promise.all(some.map(run));
  }
}

/** undefined when the answer is too long to be told apart. */
async function runTogether(
  service: Service,
  rule: Rule,
  windows: readonly Window[],
  { signal }: HistoryOptions,
): Promise<Fired[] | undefined> {
  const whole = { from: windows[0]!.from, to: windows.at(-1)!.to };
  const { result } = await runRule(service, rule, {
    window: whole,
    maxRows: MAX_ROWS,
    ...(signal ? { signal } : {}),
  });
  const time = result.columns.findIndex((c) => c.name === 'TimeGenerated');
  if (time < 0 || result.rows.length >= MAX_ROWS) return undefined;
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

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}
