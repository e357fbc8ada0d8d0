import { formatCount, formatTimes } from '#web/base/format.ts';
import { kqlSpan, kqlString, kqlWithin } from '#web/base/kql.ts';
import { bucketMs, type Interval } from '#web/base/range.ts';
import { kqlWhere } from '#web/base/selection.ts';
import { formatMoment } from '#web/base/time-text.ts';
import { toMillis, toNumber, toText } from '#web/query/index.ts';
import { findRise } from './change-point.ts';
import { type Context, defineFinding, type Finding, type Row } from './finding.ts';

const LEAST_FLOWS = 50;
const LEAST_RATIO = 2;
const INTERVAL_MS = 600_000;

const stepOf = (interval: Interval): number => bucketMs(interval, 150, INTERVAL_MS);

/** Denied flows per bucket of the part of the interval that has data. */
function seriesOf(
  rows: readonly Row[],
  { scope, status }: Context,
): { readonly first: number; readonly values: number[] } {
  const step = stepOf(scope.interval);
  const flows = status.tables.find((t) => t.name === 'Flows');
  const from = Math.max(scope.interval.from, toMillis(flows?.oldest) ?? scope.interval.from);
  const to = Math.min(scope.interval.to, toMillis(flows?.newest) ?? scope.interval.to);
  const first = Math.floor(from / step) * step;
  const values = new Array<number>(Math.max(0, Math.floor((to - first) / step))).fill(0);
  for (const row of rows) {
    const at = ((toMillis(row['TimeGenerated']) ?? 0) - first) / step;
    if (values[at] !== undefined) values[at] += toNumber(row['Denied']);
  }
  return { first, values };
}

/** Denied flows rose and stayed up: since when, and the rule that did most of it. */
export const deniedMore: Finding = defineFinding({
  id: 'denied-more',
  kql: ({ scope: { interval, filters }, hasRollups }) =>
    !hasRollups || filters.host || filters.port || filters.source
      ? undefined
      : `TrafficByRule\n${kqlWhere(interval, filters)}\n| where DeniedFlows > 0\n| summarize Denied = sum(DeniedFlows) by AclRule, TimeGenerated = bin(TimeGenerated, ${kqlSpan(stepOf(interval))})`,
  judge: (rows, context) => {
    const { scope } = context;
    const { first, values } = seriesOf(rows, context);
    const rise = findRise(values, LEAST_RATIO);
    if (!rise) return [];
    const since = first + rise.at * stepOf(scope.interval);
    const byRule = new Map<string, number>();
    for (const row of rows) {
      if ((toMillis(row['TimeGenerated']) ?? 0) < since) continue;
      const rule = toText(row['AclRule']);
      byRule.set(rule, (byRule.get(rule) ?? 0) + toNumber(row['Denied']));
    }
    const denied = [...byRule.values()].reduce((sum, n) => sum + n, 0);
    const [rule = '', most = 0] = [...byRule].sort((a, b) => b[1] - a[1])[0] ?? [];
    if (denied < LEAST_FLOWS) return [];
    const perHour = (mean: number) =>
      formatCount(Math.round((mean * 3_600_000) / stepOf(scope.interval)));
    const who = `Flows\n| where ${kqlWithin('TimeGenerated', { from: since, to: scope.interval.to })}\n| where AclRule == ${kqlString(rule)} and FlowStatus == "Denied" and IsFlowStart and IsPrimary\n| summarize Denied = count() by SrcIp, DestIp, DestPort\n| top 50 by Denied desc`;
    return [
      {
        id: 'denied-more',
        tone: 'deny',
        weight: 65,
        news:
          rise.before < 0.01
            ? `Flows are denied since ${formatMoment(since)}`
            : `Denied flows up ${formatTimes(rise.after / rise.before)} since ${formatMoment(since)}`,
        rest: `. ${rule === '' ? 'No rule is named for most of them' : `Rule ${rule} did ${most === denied ? 'all' : 'most'} of it`}.`,
        why: `${perHour(rise.after)} an hour now, ${perHour(rise.before)} before · ${formatCount(denied)} since then`,
        steps: [
          { text: 'Who is denied', kql: who },
          ...(rule === '' ? [] : [{ text: 'Only this rule', filters: { rule } }]),
        ],
      },
    ];
  },
});
