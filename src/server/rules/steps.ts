import { printInstant } from '#core/base/index.ts';
import { printDuration, type Rule, subjectOf, type Window } from '#core/rules/index.ts';
import { QueryError, type QueryService } from '#server/query/index.ts';
import { tablesOf } from './run.ts';
import type { Timing } from './windows.ts';

/** Which windows hold rows that a rule is about. */
export interface Steps {
  /** Names the rows of a window: equal names, equal answers. Undefined when nothing is known but that there are some. */
  nameOf(window: Window): string | undefined;
  /** True when its answer is empty. */
  isEmpty(window: Window): boolean;
}

const MAX_STEPS = 100_000;

/**
 * Asks once, for a stretch of windows, in which steps of a rule's frequency there are rows that it is about. Undefined for
 * rules of which that cannot be told, or not within the time that a run has.
 */
export async function findSteps(
  service: Pick<QueryService, 'query' | 'explain'>,
  rule: Rule,
  { frequency, period }: Timing,
  windows: readonly Window[],
  signal?: AbortSignal,
): Promise<Steps | undefined> {
  const [first] = windows;
  const last = windows.at(-1);
  const subject = rule.trigger.operator === 'gt' ? subjectOf(rule.query) : undefined;
  if (!first || !last || !subject) return undefined;
  const anchor = first.to;
  const text = [
    'set query_datetimescope_column = "TimeGenerated";',
    `set query_datetimescope_from = datetime(${printInstant(first.from)});`,
    `set query_datetimescope_to = datetime(${printInstant(last.to)});`,
    `${subject.kql}`,
    `| summarize by Step = bin_at(TimeGenerated, ${printDuration(frequency)}, datetime(${printInstant(anchor)}))`,
    '| sort by Step asc',
  ].join('\n');
  try {
    // A view may show a time that is not that of its rows.
    const tables = await tablesOf(service, { query: subject.kql });
    if (tables.length !== 1 || tables[0] !== subject.table) return undefined;
    const { rows, truncated } = await service.query({
      text,
      user: 'rules',
      limits: { timeoutMs: 20_000, maxRows: MAX_STEPS },
      ...(signal ? { signal } : {}),
    });
    if (truncated) return undefined;
    const steps = rows.map(([step]) => Date.parse(String(step)) * 1000);
    const isAligned = period % frequency === 0;
    const range = ({ from, to }: Window) => {
      const begin = anchor + Math.floor((from - anchor) / frequency) * frequency;
      return [countBelow(steps, begin), countBelow(steps, to)] as const;
    };
    return {
      nameOf: (window) => (subject.isAll && isAligned ? range(window).join(' ') : undefined),
      isEmpty(window) {
        const [begin, end] = range(window);
        return begin === end;
      },
    };
  } catch (error) {
    if (error instanceof QueryError && !signal?.aborted) return undefined;
    throw error;
  }
}

/** How many of a sorted list are less. */
function countBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
